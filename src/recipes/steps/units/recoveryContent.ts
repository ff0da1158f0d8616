import { access, constants } from 'node:fs/promises';
import { checkTrustedPath } from '../../../posix/handles/index.js';
import { ownProgram } from './ownProgram.js';
import type { OwnProgram } from './ownProgram.js';

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

/**
 * The unit as it can run today: as recorded, or, where the Node or the package it names have been removed (an upgrade, a
 * cleared cache), with those of this process. Null where a unit cannot run those either, or an account other than root
 * could change them.
 */
export async function runnableRecovery(content: string): Promise<string | null> {
  const [, node, program] = RUNS.exec(content) ?? [];
  if (node === undefined || program === undefined) return content;
  if ((await can(node, constants.X_OK)) && (await can(program, constants.R_OK))) return content;
  const own = await ownProgram();
  if (own === null) return null;
  for (const path of [own.node, own.program]) {
    if ((await checkTrustedPath(path)).isErr()) return null;
  }
  return withProgram(content, own);
}

function can(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
