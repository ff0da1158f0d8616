import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { dirname } from 'node:path';
import { privilegedLines } from '../../../kimaki/unit/index.js';
import { explainAccess } from '../../../posix/access/index.js';
import { isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import type { Identity } from '../../../posix/accounts/index.js';
import { effectiveValue, effectiveValues } from '../../../systemd/load/index.js';
import type { EffectiveUnit } from '../../../systemd/load/index.js';
import { expandSpecifiers } from '../../../systemd/values/index.js';
import { refusal } from '../../host/index.js';
import type { MigrationRefusal } from '../../host/index.js';

/** What the agent will be able to write: its account, and the directories it will own. */
export type AgentsReach = { readonly identity: Identity; readonly roots: readonly string[] };

/**
 * Refuses a unit in which root itself opens a file, or finds a program, where the agent will be able to write.
 *
 * systemd opens log files and credentials as root before it changes the user, and follows links: whoever can put a link
 * there makes root write or read any file. A `+` line runs as root with the unit's environment files: whoever can write in
 * one of those is root at the next start; what else such a line takes from the agent, `unsafePrivilegedLines` finds. Source: systemd.exec(5), StandardOutput=, LoadCredential=.
 *
 * @param unit - what the unit's files will come to
 */
export async function refuseAgentsReach(
  unit: EffectiveUnit,
  reach: AgentsReach,
): Promise<Result<void, MigrationRefusal>> {
  for (const { key, value, path, way } of openedByRoot(unit)) {
    if (!(await agentMayReplace(path, reach))) continue;
    const message =
      `${unit.name} has ${key}=${printablePath(value)}, which root opens or searches, and ${reach.identity.user.name} will be able ` +
      `to replace ${printablePath(path)}, and so to become root`;
    return err(refusal('SETTING_AGAINST', unit.name, message, remedy.text(`${way}, and plan again`)));
  }
  return ok(undefined);
}

type Opened = { readonly key: string; readonly value: string; readonly path: string; readonly way: string };

function openedByRoot(unit: EffectiveUnit): readonly Opened[] {
  const logs = ['StandardInput', 'StandardOutput', 'StandardError'].flatMap((key): Opened[] => {
    const value = effectiveValue(unit, 'Service', key)?.value ?? '';
    const path = /^(?:file|append|truncate):(.*)$/s.exec(value)?.[1];
    return path === undefined
      ? []
      : [{ key, value, path, way: 'set it to journal, or to a file in a directory that only root can write' }];
  });
  const credentials = ['LoadCredential', 'LoadCredentialEncrypted'].flatMap((key) =>
    effectiveValues(unit, 'Service', key).flatMap(({ value }): Opened[] => {
      const path = /^[^:]*:(.*)$/s.exec(expandSpecifiers(value, unit.specifiers).unwrapOr(value))?.[1];
      return path?.startsWith('/') !== true
        ? []
        : [{ key, value, path, way: 'keep the credential in a directory that only root can write' }];
    }),
  );
  if (privilegedLines(unit).length === 0) return [...logs, ...credentials];
  const way =
    'take it out of the unit, or remove the + from the line that runs as root, since such a line must not depend on it';
  const environmentFiles = effectiveValues(unit, 'Service', 'EnvironmentFile').map(({ value }) => ({
    key: 'EnvironmentFile',
    value,
    path: value.replace(/^-/, ''),
    way,
  }));
  return [...logs, ...credentials, ...environmentFiles];
}

/** Whether the agent will be able to put something else in the place of this path. */
export async function agentMayReplace(path: string, { identity, roots }: AgentsReach): Promise<boolean> {
  if (roots.some((root) => isAtOrBelow(path, root))) return true;
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    const explained = await explainAccess(parent, identity, 'create');
    if (explained.isOk() && explained.value.allowed) return true;
    if (parent === '/' || parent === '.') return false;
  }
}
