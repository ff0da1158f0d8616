import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { runProgram } from '../../../posix/programs/index.js';
import type { ProgramError } from '../../../posix/programs/index.js';

/** Far below the limit of an argument list. */
const BATCH_BYTES = 64 * 1024;

/**
 * Those of these files and directories that even root may not change: immutable or append-only. Reads only.
 *
 * From lsattr(1) of e2fsprogs; where it is missing or a filesystem has no such flags, the answer is none. Names that are
 * not UTF-8 are skipped.
 */
export function immutableEntries(paths: readonly string[]): ResultAsync<readonly string[], ProgramError> {
  return new ResultAsync(find(paths));
}

async function find(paths: readonly string[]): Promise<Result<readonly string[], ProgramError>> {
  const found: string[] = [];
  for (const batch of batches(paths)) {
    const asked = await runProgram('lsattr', ['-d', '--', ...batch]);
    if (asked.isErr()) return asked.error.code === 'PROGRAM_NOT_FOUND' ? ok([]) : err(asked.error);
    found.push(...parseAttributes(asked.value.stdout));
  }
  return ok(found);
}

/** The paths with one of the two flags, in the output of lsattr(1). */
export function parseAttributes(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    const [, flags, path] = /^([A-Za-z-]{10,}) (\/.*)$/.exec(line) ?? [];
    return flags !== undefined && path !== undefined && /[ia]/.test(flags) ? [path] : [];
  });
}

function batches(paths: readonly string[]): string[][] {
  const all: string[][] = [];
  let size = BATCH_BYTES;
  for (const path of paths) {
    size += Buffer.byteLength(path) + 1;
    if (size >= BATCH_BYTES) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push(path);
  }
  return all;
}
