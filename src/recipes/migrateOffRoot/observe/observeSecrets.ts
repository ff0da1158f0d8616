import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { namedFiles } from '../../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../../kimaki/instance/index.js';
import { explainAccess } from '../../../posix/access/index.js';
import type { AccessWant } from '../../../posix/access/index.js';
import { lookupGroup } from '../../../posix/accounts/index.js';
import { remedy } from '../../../posix/findings/index.js';
import { isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import { cannotObserve, refusal } from '../../host/index.js';
import type { MigrationFacts, MigrationRefusal, StateMove, Target } from '../../host/index.js';

/**
 * The files with secrets that the unit names and that do not move, and the owner that each gets with the service: the account,
 * and the group that it has, or the account's where it has root's.
 *
 * Refuses where the account could not read one of the files that the unit names: the service would end at its start.
 */
export async function observeSecrets(
  instance: KimakiInstance,
  target: Target,
  moves: readonly StateMove[],
): Promise<Result<MigrationFacts['secrets'], MigrationRefusal>> {
  const secrets: MigrationFacts['secrets'][number][] = [];
  const { name } = target.facts;
  for (const { variable, path, isSecret } of namedFiles(instance)) {
    if (moves.some(({ from }) => isAtOrBelow(path, from))) continue;
    const stat = await lstat(path).catch(() => null);
    if (stat === null) continue;
    const changesOwner = isSecret && stat.isFile() && stat.uid === 0;
    const readable = changesOwner
      ? await reaches(dirname(path), target, 'traverse')
      : await reaches(path, target, 'read');
    if (readable.isErr()) return err(readable.error);
    if (readable.value !== null) {
      const message = `${instance.unit} reads ${printablePath(path)} (${variable}), and ${name} may not: refused at ${readable.value}`;
      const way = remedy.text(`let ${name} read it, or put it where it may, and plan again`);
      return err(refusal('FAILS_AS_AGENT', path, message, way));
    }
    if (!changesOwner && !(isSecret && stat.uid === target.facts.uid)) continue;
    const group = stat.gid === 0 ? ok({ name: target.group }) : await lookupGroup(stat.gid);
    if (group.isErr()) return err(cannotObserve(group.error));
    secrets.push({ path, user: name, group: group.value.name });
  }
  return ok(secrets);
}

/** What stops the account, or null. */
async function reaches(
  path: string,
  target: Target,
  want: AccessWant,
): Promise<Result<string | null, MigrationRefusal>> {
  const explained = await explainAccess(path, target.likely, want);
  if (explained.isErr()) return err(cannotObserve(explained.error));
  const { allowed, blockedAt } = explained.value;
  return ok(allowed ? null : (blockedAt?.path ?? path));
}
