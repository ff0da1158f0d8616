import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { instanceName, unitPatterns } from '../../kimaki/bridges/index.js';
import { findInstances, isInUse } from '../../kimaki/instance/index.js';
import type { FindInstancesError, KimakiInstance } from '../../kimaki/instance/index.js';
import { findingsAbout, remedy } from '../../posix/findings/index.js';
import type { Finding, Remedy } from '../../posix/findings/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { listUnits } from '../../systemd/manager/index.js';
import type { PartFound } from './hostDiagnosis.js';

/** The instances of a host, those to be diagnosed, and what was found about the others. */
export type ChosenInstances = PartFound & {
  /** Every one that could be read. */
  readonly all: readonly KimakiInstance[];
  readonly chosen: readonly KimakiInstance[];
};

/**
 * Reads every instance by itself, so that one that cannot be read hides no other. Errors: the named instance cannot be
 * read; systemd does not run and no site is named.
 */
export async function chooseInstances(
  named: string | undefined,
  isSiteNamed: boolean,
): Promise<Result<ChosenInstances, FindInstancesError>> {
  const all = new Map<string, KimakiInstance>();
  const findings: Finding[] = [];
  const notChecked: string[] = [];
  // What root cannot read is a fault of the host. What another account cannot read says nothing about the host.
  const unreadable = (id: string, subject: string, what: string, way: Remedy): void => {
    if (process.geteuid?.() === 0) findings.push(findingsAbout(subject)(id, 'broken', what, way));
    else notChecked.push(what);
  };
  const listed = await listUnits(unitPatterns());
  if (listed.isErr()) {
    const { code, message } = listed.error;
    if (code !== 'SYSTEMD_NOT_RUNNING')
      unreadable(
        'units-unreadable',
        'systemd',
        `the units of this host cannot be listed: ${message}`,
        remedy.command('systemctl', 'list-units', '--type=service'),
      );
    else if (isSiteNamed && named === undefined) notChecked.push(`instances: ${message}`);
    else return err(listed.error);
  }
  for (const unit of [...listed.unwrapOr([])].filter((one) => instanceName(one) !== null).sort()) {
    const read = await findInstances({ unit });
    if (read.isOk()) for (const instance of read.value) all.set(instance.unit, instance);
    else if (isAbsent(read.error)) findings.push(masked(unit, read.error.message));
    else
      unreadable(
        'instance-unreadable',
        unit,
        `${printablePath(unit)} cannot be read: ${read.error.message}`,
        remedy.command('systemctl', 'cat', unit),
      );
  }
  if (named === undefined) {
    const { chosen, former } = runningAgents([...all.values()]);
    return ok({ all: [...all.values()], chosen, findings: [...findings, ...former], notChecked });
  }
  const read = await findInstances({ unit: named.includes('.') ? named : `${named}.service` });
  if (read.isErr()) return err(read.error);
  for (const instance of read.value) all.set(instance.unit, instance);
  return ok({ all: [...all.values()], chosen: read.value, findings: [], notChecked: [] });
}

/**
 * Takes the instances that are in use, and all of them where none is; of each other one it is said that it is not the running
 * agent. Pure.
 */
export function runningAgents(instances: readonly KimakiInstance[]): {
  readonly chosen: readonly KimakiInstance[];
  readonly former: readonly Finding[];
} {
  const used = instances.filter(isInUse);
  if (used.length === 0) return { chosen: instances, former: [] };
  const running = used.map(({ unit }) => unit).join(', ');
  const former = instances
    .filter((one) => !isInUse(one))
    .map(({ unit }) => {
      const what = `${unit} is disabled and does not run, so it is not the running agent (${running}), and is not examined`;
      const way = remedy.when('it shall be examined all the same', remedy.option('unit', unit));
      return findingsAbout(unit)('unit-not-in-use', 'note', what, way);
    });
  return { chosen: used, former };
}

function isAbsent({ code }: FindInstancesError): boolean {
  return code === 'UNIT_NOT_FOUND' || code === 'UNIT_WITHOUT_FILE';
}

function masked(unit: string, why: string): Finding {
  const way = remedy.anyOf(remedy.text('remove what is left of it'), remedy.command('systemctl', 'unmask', unit));
  return findingsAbout(unit)('unit-masked', 'note', `${why}: it cannot be started`, way);
}
