import { ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { resultOf } from '../../../posix/paths/index.js';
import { ownProgram, placeRunner } from '../../runner/index.js';
import type { OwnProgram } from '../../runner/index.js';

/** The line with the paths of Node and the package: `ExecStart=NODE PROGRAM …`. */
const RUNS = /^ExecStart=(\S+) (\S+)/m;

/** Whether two recovery units differ only in the paths of Node and the package. Pure. */
export function sameRecovery(one: string, other: string): boolean {
  return withoutPaths(one) === withoutPaths(other);
}

function withoutPaths(content: string): string {
  return content.replace(/^ExecStart=\S+ \S+/m, 'ExecStart=').replace(/^RequiresMountsFor=.*/m, 'RequiresMountsFor=');
}

/** The same unit run by another Node and package. Pure. */
export function withProgram(content: string, { node, program }: OwnProgram): string {
  const [, , recorded] = RUNS.exec(content) ?? [];
  if (recorded === undefined) return content;
  const mounts = content.replace(/^RequiresMountsFor=.*/m, (line) =>
    line
      .split(' ')
      .map((path) => (path === recorded ? program : path))
      .join(' '),
  );
  return mounts.replace(RUNS, () => `ExecStart=${node} ${program}`);
}

/** The Node and the program that the unit runs; null where it names none. Pure. */
export function programOf(content: string): OwnProgram | null {
  const [, node, program] = RUNS.exec(content) ?? [];
  return node === undefined || program === undefined ? null : { node, program };
}

/**
 * The unit as it can run today: as recorded, or, where the Node or the copy of the command line that it names are gone (an
 * upgrade, a cleared cache), with those of this process. What it runs is in its place then. Otherwise the reason why root
 * can run neither.
 */
export async function runnableRecovery(content: string): Promise<Result<string, { readonly message: string }>> {
  const recorded = programOf(content);
  if (recorded === null) return ok(content);
  if ((await placeRunner(recorded)).isOk()) return ok(content);
  return resultOf(async function* () {
    const own = yield* await ownProgram();
    yield* await placeRunner(own);
    return ok(withProgram(content, own));
  });
}
