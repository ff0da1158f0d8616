import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../bridges/index.js';
import { explainAccess } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { remedy } from '../../posix/findings/index.js';
import { askHealth, namedFiles } from '../instance/index.js';
import type { Health, KimakiInstance } from '../instance/index.js';
import { findingsOf } from './instanceFinding.js';
import type { DiagnosisError, DiagnosisRequest, InstanceFinding, Look } from './instanceFinding.js';

/** What only some bridges have: an answer about their health, and files that variables of the unit name. */
export function bridgeLooks(): readonly Look[] {
  return [
    { what: 'its health', look: ({ instance }) => health(instance) },
    { what: 'the files that its variables name', look: namedFilesFindings },
  ];
}

async function health(instance: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { healthPath } = bridgeNamed(instance.bridge);
  if (healthPath === null || instance.lockPort === null || instance.state.mainPid === 0) return ok([]);
  const asked = await askHealth(instance.lockPort, healthPath);
  return ok(
    asked.match(
      (answer) => healthFindings(instance, answer),
      ({ message }) => [notHealthy(instance, `${instance.unit} runs, and ${message}`)],
    ),
  );
}

/** Holds the process that answers against the unit's; pure. */
export function healthFindings(instance: KimakiInstance, { pid, wrapperPid }: Health): readonly InstanceFinding[] {
  const { unit, state, lockPort } = instance;
  if (pid === state.mainPid || wrapperPid === state.mainPid) return [];
  const what = `port ${lockPort ?? 0} is answered by process ${pid}, which is not of ${unit} (pid ${state.mainPid})`;
  return [notHealthy(instance, what)];
}

function notHealthy(instance: KimakiInstance, what: string): InstanceFinding {
  const way = remedy.inOrder(
    remedy.command('journalctl', '-u', instance.unit, '-n', '50'),
    remedy.command('systemctl', 'restart', instance.unit),
  );
  return findingsOf(instance)('not-healthy', 'broken', what, way);
}

/** Files that the service reads itself, and the token that WordPress's account reads too. */
async function namedFilesFindings(
  { instance, caller, channel }: DiagnosisRequest,
  service: Identity | null,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { sendTokenFile } = bridgeNamed(instance.bridge).variables;
  const found: InstanceFinding[] = [];
  for (const { variable, path } of namedFiles(instance)) {
    const isForSending = variable === sendTokenFile && channel !== undefined && channel !== null;
    for (const reader of [service, isForSending ? caller : null]) {
      if (reader === null) continue;
      const readable = await explainAccess(path, reader, 'read');
      if (readable.isErr() && readable.error.code !== 'NOT_FOUND') return err(readable.error);
      if (readable.isOk() && readable.value.allowed) continue;
      const blocked = readable.isErr() ? 'it does not exist' : `refused at ${readable.value.blockedAt?.path ?? path}`;
      const what = `${reader.user.name} cannot read ${path}, which ${instance.unit} names as ${variable}: ${blocked}`;
      const way =
        reader === service
          ? remedy.command('chown', reader.user.name, path)
          : remedy.inOrder(remedy.command('chgrp', reader.group.name, path), remedy.command('chmod', 'g+r', path));
      found.push(findingsOf(instance)('named-file-closed', 'broken', what, way, [path]));
    }
  }
  return ok(found);
}
