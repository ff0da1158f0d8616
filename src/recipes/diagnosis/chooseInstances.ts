import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findInstances, instanceName } from '../../kimaki/index.js';
import type { FindInstancesError, KimakiInstance } from '../../kimaki/index.js';
import { printablePath } from '../../posix/index.js';
import { listUnits } from '../../systemd/index.js';

/** The instances of a host, and those of them that are to be looked at. */
export type ChosenInstances = {
  /** Every one that could be read. */
  readonly all: readonly KimakiInstance[];
  readonly looked: readonly KimakiInstance[];
  /** Names that systemd knows and has no file for, or a mask: nothing of them runs. Why, for people. */
  readonly masked: readonly string[];
  /** Those that could not, each with the reason. */
  readonly notChecked: readonly string[];
};

/** Reads every instance by itself, so that one that cannot be read hides no other; an error only for the one that is named. */
export async function chooseInstances(named: string | undefined): Promise<Result<ChosenInstances, FindInstancesError>> {
  const all = new Map<string, KimakiInstance>();
  const masked: string[] = [];
  const notChecked: string[] = [];
  const listed = await listUnits(['kimaki.service', 'kimaki-*.service']);
  if (listed.isErr()) notChecked.push(`the kimaki units of this host: ${listed.error.message}`);
  for (const unit of [...listed.unwrapOr([])].filter((one) => instanceName(one) !== null).sort()) {
    const read = await findInstances({ unit });
    if (read.isOk()) for (const instance of read.value) all.set(instance.unit, instance);
    else if (isAbsent(read.error)) masked.push(read.error.message);
    else notChecked.push(`${printablePath(unit)}: ${read.error.message}`);
  }
  if (named === undefined) return ok({ all: [...all.values()], looked: [...all.values()], masked, notChecked });
  const read = await findInstances({ unit: named.includes('.') ? named : `${named}.service` });
  if (read.isErr()) return err(read.error);
  for (const instance of read.value) all.set(instance.unit, instance);
  return ok({ all: [...all.values()], looked: read.value, masked: [], notChecked: [] });
}

function isAbsent({ code }: FindInstancesError): boolean {
  return code === 'UNIT_NOT_FOUND' || code === 'UNIT_WITHOUT_FILE';
}
