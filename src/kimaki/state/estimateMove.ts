import { statfs } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import { runProgram } from '../../posix/programs/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import { movesByRename } from './movesByRename.js';
import type { PathMove } from '../unit/index.js';

/** How much a move is, and how long it keeps the service down. */
export interface MoveEstimate {
  readonly from: string;
  readonly to: string;
  /** Bytes as files are long, sparse ones included; entries with the root itself. */
  readonly bytes: number;
  readonly entries: number;
  /** Within one mount it is one rename, whatever its size. */
  readonly isRename: boolean;
  /** What is free where it goes: bytes and inodes. Null: that filesystem counts no inodes. */
  readonly freeBytes: number;
  readonly freeEntries: number | null;
  /** Whether it fits: always, for a rename. */
  readonly fits: boolean;
  /** 0 for a rename; else a rough guess, at 80 MB and 2000 files a second with syncing and comparing. */
  readonly seconds: number;
}

/** A path could not be measured. */
export type EstimateMoveError = IoError | ProgramError;

/**
 * Tells how large a part of the state is, whether it moves by a rename or has to be copied, and whether it fits; reads only.
 *
 * {@link movesByRename} says which it is. A running service goes on writing. Other filesystems mounted below are not counted.
 *
 * Errors: `IO`, and those of running du(1).
 *
 * @param move - absolute paths; the target need not exist, its nearest directory counts
 *
 * @example
 * ```ts
 * import { estimateMove } from '@wca/runtime-sdk/kimaki';
 *
 * const estimate = await estimateMove({ from: '/root/.kimaki', to: '/home/opencode/.kimaki' });
 * if (estimate.isErr()) console.error(estimate.error.message);
 * else console.log(estimate.value.bytes, estimate.value.isRename ? 'in an instant' : `${estimate.value.seconds} s`);
 * ```
 */
export function estimateMove(move: PathMove): ResultAsync<MoveEstimate, EstimateMoveError> {
  return new ResultAsync(estimate(move));
}

const BYTES_A_SECOND = 80_000_000;
const ENTRIES_A_SECOND = 2_000;

async function estimate({ from, to }: PathMove): Promise<Result<MoveEstimate, EstimateMoveError>> {
  const bytes = await measured(from, ['--block-size=1', '--apparent-size']);
  if (bytes.isErr()) return err(bytes.error);
  const entries = await measured(from, ['--inodes']);
  if (entries.isErr()) return err(entries.error);
  const way = await movesByRename({ from, to });
  if (way.isErr()) return err(way.error);
  const { isRename, place } = way.value;
  const free = await ResultAsync.fromPromise(statfs(place), (cause) => ioError(cause, 'statfs', place));
  if (free.isErr()) return err(free.error);
  const freeBytes = free.value.bfree * free.value.bsize;
  const freeEntries = free.value.files === 0 ? null : free.value.ffree;
  const fits = isRename || (bytes.value < freeBytes && (freeEntries === null || entries.value < freeEntries));
  const seconds = isRename ? 0 : Math.ceil(bytes.value / BYTES_A_SECOND + entries.value / ENTRIES_A_SECOND);
  return ok({ from, to, bytes: bytes.value, entries: entries.value, isRename, freeBytes, freeEntries, fits, seconds });
}

async function measured(path: string, options: readonly string[]): Promise<Result<number, EstimateMoveError>> {
  const ran = await runProgram('du', ['--summarize', '--one-file-system', '--null', ...options, '--', path], {
    timeoutMs: 600_000,
  });
  if (ran.isErr()) return err(ran.error);
  const [, number] = /^(\d+)\t/.exec(ran.value.stdout) ?? [];
  if (number !== undefined) return ok(Number(number));
  return err({
    code: 'IO',
    message: `${path} could not be measured: ${ran.value.stderr.trim().slice(0, 200)}`,
    syscall: 'du',
    path,
    errno: 'EIO',
  });
}
