import { dirname, isAbsolute, relative } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { explainAccess } from '../../../posix/access/index.js';
import type { Identity } from '../../../posix/accounts/index.js';
import { remedy } from '../../../posix/findings/index.js';
import { isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import { effectiveCommands } from '../../../systemd/load/index.js';
import type { EffectiveUnit } from '../../../systemd/load/index.js';
import { cannotObserve, refusal } from '../../host/index.js';
import type { MigrationRefusal } from '../../host/index.js';

/** The account that will run the service, and what will be its own. */
export type ArgumentsReach = {
  readonly identity: Identity;
  readonly roots: readonly string[];
  /** Homes that will be closed to it; what lies below one can be moved along. */
  readonly oldHomes: readonly string[];
};

/** Options that name a directory in which the service makes files. */
const MAKES_FILES = new Set(['--projects-dir', '--data-dir']);

/**
 * Refuses a start line that names a path which the new account cannot use: the service would end at once.
 *
 * @param unit - what the unit's files will come to: what moves along has its new path there
 */
export async function refuseArguments(
  unit: EffectiveUnit,
  { identity, roots, oldHomes }: ArgumentsReach,
): Promise<Result<void, MigrationRefusal>> {
  for (const { key, args, path: file, line } of effectiveCommands(unit)) {
    if (key !== 'ExecStart') continue;
    for (const { option, path } of pathArguments(args)) {
      if (roots.some((root) => isAtOrBelow(path, root))) continue;
      const blocked = await blockedAt(path, identity, MAKES_FILES.has(option));
      if (blocked.isErr()) return err(blocked.error);
      if (blocked.value === null) continue;
      const named = option === '' ? printablePath(path) : `${option} ${printablePath(path)}`;
      const message = `${file}:${line} starts ${unit.name} with ${named}, which ${identity.user.name} may not use: ${blocked.value}`;
      const home = oldHomes.find((one) => path !== one && isAtOrBelow(path, one));
      const elsewhere = remedy.text(`name a path that ${identity.user.name} may use, and plan again`);
      const way =
        home === undefined ? elsewhere : remedy.anyOf(remedy.option('migrateExtra', relative(home, path)), elsewhere);
      return err(refusal('FAILS_AS_AGENT', file, message, way));
    }
  }
  return ok(undefined);
}

/** The absolute paths among the arguments of a command, each with the option before it or `''`; pure. */
export function pathArguments(args: readonly string[]): readonly { readonly option: string; readonly path: string }[] {
  return args.flatMap((word, index) => {
    const joined = /^(--?[A-Za-z][A-Za-z0-9-]*)=(\/.*)$/s.exec(word);
    if (joined !== null) return [{ option: joined[1] ?? '', path: joined[2] ?? '' }];
    const before = args[index - 1] ?? '';
    return isAbsolute(word) ? [{ option: /^-[^=]*$/.test(before) ? before : '', path: word }] : [];
  });
}

/** What refuses the path, in words, or null: the entry itself, or the nearest directory above it that is there. */
async function blockedAt(
  path: string,
  identity: Identity,
  makes: boolean,
): Promise<Result<string | null, MigrationRefusal>> {
  for (let at = path; ; at = dirname(at)) {
    const explained = await explainAccess(at, identity, makes ? 'create' : at === path ? 'read' : 'traverse');
    if (explained.isOk()) {
      const { allowed, blockedAt: component } = explained.value;
      return ok(allowed ? null : `refused at ${component?.path ?? at} (${component?.reason ?? 'refused'})`);
    }
    if (!['NOT_FOUND', 'NOT_A_DIRECTORY'].includes(explained.error.code)) return err(cannotObserve(explained.error));
    if (at === '/') return ok(null);
  }
}
