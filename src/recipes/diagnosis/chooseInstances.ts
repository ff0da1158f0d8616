import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findInstances, instanceName } from '../../kimaki/instance/index.js';
import type { FindInstancesError, KimakiInstance } from '../../kimaki/instance/index.js';
import { printablePath, shellWord } from '../../posix/paths/index.js';
import { listUnits } from '../../systemd/manager/index.js';
import type { HostFinding, PartFound } from './hostDiagnosis.js';

/** The instances of a host, those of them that are to be looked at, and what is to be said of the others. */
export type ChosenInstances = PartFound & {
  /** Every one that could be read. */
  readonly all: readonly KimakiInstance[];
  readonly chosen: readonly KimakiInstance[];
};

/**
 * Reads every instance by itself, so that one that cannot be read hides no other. An error only for the one that is named,
 * and where there is no systemd to ask and no site to look at either.
 */
export async function chooseInstances(
  named: string | undefined,
  isSiteNamed: boolean,
): Promise<Result<ChosenInstances, FindInstancesError>> {
  const all = new Map<string, KimakiInstance>();
  const findings: HostFinding[] = [];
  const notChecked: string[] = [];
  // What root cannot read is in a state that somebody has to end; what others cannot read says nothing.
  const unreadable = (code: string, message: string, fix: string): void => {
    if (process.geteuid?.() === 0) findings.push({ code, severity: 'broken', found: message, fix });
    else notChecked.push(message);
  };
  const listed = await listUnits(['kimaki.service', 'kimaki-*.service']);
  if (listed.isErr()) {
    const { code, message } = listed.error;
    if (code !== 'SYSTEMD_NOT_RUNNING')
      unreadable(
        'units-unreadable',
        `the units of this host cannot be told: ${message}`,
        'systemctl list-units --type=service',
      );
    else if (isSiteNamed && named === undefined) notChecked.push(`kimaki instances: ${message}`);
    else return err(listed.error);
  }
  for (const unit of [...listed.unwrapOr([])].filter((one) => instanceName(one) !== null).sort()) {
    const read = await findInstances({ unit });
    if (read.isOk()) for (const instance of read.value) all.set(instance.unit, instance);
    else if (isAbsent(read.error)) findings.push(masked(read.error.message));
    else
      unreadable(
        'instance-unreadable',
        `${printablePath(unit)} cannot be read: ${read.error.message}`,
        `systemctl cat ${shellWord(unit)}`,
      );
  }
  if (named === undefined) return ok({ all: [...all.values()], chosen: [...all.values()], findings, notChecked });
  const read = await findInstances({ unit: named.includes('.') ? named : `${named}.service` });
  if (read.isErr()) return err(read.error);
  for (const instance of read.value) all.set(instance.unit, instance);
  return ok({ all: [...all.values()], chosen: read.value, findings: [], notChecked: [] });
}

function isAbsent({ code }: FindInstancesError): boolean {
  return code === 'UNIT_NOT_FOUND' || code === 'UNIT_WITHOUT_FILE';
}

function masked(why: string): HostFinding {
  return {
    code: 'unit-masked',
    severity: 'note',
    found: `${why}: nothing of it runs`,
    fix: 'remove what is left of it, or systemctl unmask it',
  };
}
