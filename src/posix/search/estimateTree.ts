import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { progressReporter } from '../paths/index.js';
import type { ProgramError } from '../programs/index.js';
import { incomplete, withSearchRoot } from './searchRoot.js';
import type { OwnershipError, OwnershipOptions } from './searchRoot.js';
import { streamFind } from './streamFind.js';

/** What a tree takes. */
export interface TreeSize {
  /** Bytes of disk in use, directories included; holes are none, a file with several names counts once. */
  readonly allocatedBytes: number;
  /** Bytes of content, holes counted as if they were written. */
  readonly contentBytes: number;
  /** Files, directories and everything else, each inode once. */
  readonly inodes: number;
}

/**
 * Adds up what a file or a directory with all below it takes, as a copy on another filesystem would need it, roughly.
 *
 * Roughly: the other filesystem has blocks of another size, and what is written meanwhile is not in it. {@link estimateMove}
 * compares it with what is free. Mounts below are passed over unless asked for. Nothing is opened. Memory grows
 * with the number of files that have several names.
 *
 * Errors: {@link OwnershipError}, as for `queryOwnership`.
 *
 * @param path - absolute
 */
export function estimateTree(path: string, options: OwnershipOptions = {}): ResultAsync<TreeSize, OwnershipError> {
  return new ResultAsync(estimate(path, options));
}

const BLOCK = 512;

async function estimate(path: string, options: OwnershipOptions): Promise<Result<TreeSize, OwnershipError>> {
  return withSearchRoot(path, options, async ({ stat, base }) => {
    if (!stat.isDirectory()) return ok({ allocatedBytes: stat.blocks * BLOCK, contentBytes: stat.size, inodes: 1 });
    let [allocatedBytes, contentBytes, inodes] = [0, 0, 0];
    const linked = new Set<string>();
    const report = progressReporter(options.onProgress);
    const add = (record: string): void => {
      const [type, blocks, size, names, inode = ''] = record.split(' ');
      if (type !== 'd' && names !== '1') {
        if (linked.has(inode)) return;
        linked.add(inode);
      }
      inodes += 1;
      allocatedBytes += Number(blocks) * BLOCK;
      if (type === 'f') contentBytes += Number(size);
    };
    const found = await streamFind<ProgramError>(
      { ...base, expression: ['-printf', '%y %b %s %n %D:%i\\0'] },
      (records) => {
        records.forEach(add);
        report(() => ({ entries: inodes }));
        return Promise.resolve(ok(undefined));
      },
    );
    if (found.isErr()) return err(found.error);
    const unread = incomplete(path, found.value.complaints);
    return unread === null ? ok({ allocatedBytes, contentBytes, inodes }) : err(unread);
  });
}
