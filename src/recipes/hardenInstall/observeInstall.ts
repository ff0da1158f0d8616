import { realpath } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../../kimaki/bridges/index.js';
import { isOwnProgram } from '../../kimaki/abilities/index.js';
import { SHARED_UMASK, migrationRemedy } from '../../kimaki/identity/index.js';
import { loadedFromDisk, readUnitFiles } from '../../kimaki/instance/index.js';
import { programsAfterUpgrade, renderUpgradeUnit } from '../../kimaki/unit/index.js';
import type { KimakiInstance, UnitOnHost } from '../../kimaki/instance/index.js';
import type { UnitRewriteRequest } from '../../kimaki/unit/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { readProcess } from '../../posix/processes/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { resolveExecutable } from '../../posix/access/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
import {
  cannotObserve,
  observeBinary,
  observeDispatch,
  observeInstance,
  observeOpen,
  observeSite,
  observeTarget,
  readOptions,
  refusal,
  refuseHost,
  rewriteUnitFiles,
  unusable,
} from '../host/index.js';
import type { MigrationRefusal, Refusal } from '../host/index.js';
import type { HardenFacts, HardenedActivator, HardenedUnit } from './facts.js';
import { hardenOptions } from './options.js';
import type { HardenOptions } from './options.js';

/** Why an install is not hardened; nothing was changed. */
export type HardenRefusal = MigrationRefusal | Refusal<'RUNS_AS_ROOT'>;

/** The facts, and what is only told. */
export type ObservedInstall = { readonly facts: HardenFacts; readonly warnings: readonly string[] };

/** Reads everything hardening rests on, and refuses what must be refused. Writes nothing. */
export async function observeInstall(given: HardenOptions): Promise<Result<ObservedInstall, HardenRefusal>> {
  const read = readOptions(hardenOptions, given);
  if (read.isErr()) return err(read.error);
  const options = read.value;
  const host = await refuseHost();
  if (host.isErr()) return err(host.error);
  const found = await observeInstance(options);
  if (found.isErr()) return err(found.error);
  const { instance, neighbours } = found.value;
  const bridge = bridgeNamed(instance.bridge);
  if (instance.user === 'root') return err(runsAsRoot(instance.unit));
  const site = await observeSite(options, instance);
  if (site.isErr()) return err(site.error);
  const target = await observeTarget({ user: instance.user }, site.value.facts);
  if (target.isErr()) return err(target.error);
  const binary = await observeBinary(bridge, target.value.identity, site.value.identity);
  if (binary.isErr()) return err(binary.error);
  const state = {
    oldHome: instance.home,
    newHome: instance.home,
    newDataDir: instance.dataDir,
    moves: [],
    left: [],
    stale: null,
  };
  const around = {
    site: site.value.site,
    web: site.value.identity,
    target: target.value,
    state,
    binary: binary.value,
    neighbours,
  };
  const dispatch = await observeDispatch(options, instance, around);
  if (dispatch.isErr()) return err(dispatch.error);

  const { noUpgrade } = bridge;
  // A program of its own the agent upgrades itself.
  const isOwn =
    instance.binary !== null && (await isOwnProgram(instance.binary, target.value.facts.home, bridge.package));
  const setsArgs = noUpgrade !== null && !isOwn && options.keepAutoUpgrade !== true;
  const request: Rewrite = {
    user: instance.user,
    group: target.value.group,
    oldUser: instance.user,
    oldHomes: [],
    newHome: instance.home,
    oldDataDir: instance.dataDir,
    newDataDir: instance.dataDir,
    binary: isOwn ? null : binary.value.path,
    umask: SHARED_UMASK.toString(8).padStart(4, '0'),
    ...(setsArgs ? { addArgs: [noUpgrade] } : {}),
  };
  const unit = await hardened(instance.unit, instance, request);
  if (unit.isErr()) return err(unit.error);
  const others = await observeCompanions(instance, request);
  if (others.isErr()) return err(others.error);
  const open = await observeOpen(instance, instance.lockPort);
  if (open.isErr()) return err(open.error);
  const upgrade = setsArgs
    ? await upgradeUnitFor(binary.value.path, instance.effective, target.value.likely)
    : ok(null);
  if (upgrade.isErr()) return err(upgrade.error);
  return ok({
    facts: {
      options,
      unit: unit.value,
      companions: others.value.companions,
      activators: others.value.activators,
      instance: instance.name ?? '',
      user: instance.user,
      home: target.value.facts.home,
      dataDir: instance.dataDir,
      lockPort: instance.lockPort,
      site: site.value.facts,
      fpm: site.value.fpm,
      dispatch: dispatch.value.facts,
      restartSeconds: Math.ceil((instance.state.restartUsec ?? 0) / 1_000_000),
      listeningPorts: open.value.listeningPorts,
      upgradeUnit: upgrade.value?.file ?? null,
    },
    warnings: [
      ...site.value.warnings,
      ...target.value.warnings,
      ...dispatch.value.warnings,
      ...(setsArgs && upgrade.value === null
        ? ['npm was not found, so no unit is offered to upgrade kimaki as root: upgrade it by hand']
        : []),
      ...(upgrade.value?.warnings ?? []),
    ],
  });
}

function runsAsRoot(unit: string): HardenRefusal {
  const message = `${unit} runs as root, and a service that runs as root cannot be hardened`;
  return refusal('RUNS_AS_ROOT', unit, message, migrationRemedy({ unit, user: 'root' }));
}

type Rewrite = Omit<UnitRewriteRequest, 'dropIn' | 'moves'>;

async function hardened(
  name: string,
  { state, files, effective }: Pick<UnitOnHost, 'state' | 'files' | 'effective'>,
  request: Rewrite,
): Promise<Result<HardenedUnit, HardenRefusal>> {
  const rewrite = { ...request, moves: [] };
  const changed = rewriteUnitFiles(effective, files, rewrite);
  if (changed.isErr()) return err(unusable(name, changed.error.message));
  const [fragment, ...dropIns] = changed.value.facts.map((file, index) => ({ ...file, dropIn: index > 0 }));
  const edits = [...dropIns, ...(fragment === undefined ? [] : [fragment])]
    .filter(({ needsRewrite }) => needsRewrite)
    .map(({ path, diff, dropIn }) => ({ unit: name, path, diff, request: { ...rewrite, dropIn } }));
  const active = state.activeState === 'active' && state.type !== 'oneshot';
  const umask = await runningUmask(state.mainPid);
  return ok({
    name,
    active,
    edits,
    outdated: !(await loadedFromDisk({ files, state })) || (active && umask !== null && umask !== SHARED_UMASK),
  });
}

async function runningUmask(pid: number): Promise<number | null> {
  const status = pid === 0 ? null : await readProcess(pid);
  return status?.isOk() === true ? status.value.umask : null;
}

async function observeCompanions(
  instance: KimakiInstance,
  request: Rewrite,
): Promise<Result<{ companions: readonly HardenedUnit[]; activators: readonly HardenedActivator[] }, HardenRefusal>> {
  const companions: HardenedUnit[] = [];
  const activators: HardenedActivator[] = [];
  for (const name of instance.companions) {
    const unit = await readUnitFiles(name);
    if (unit.isErr()) return err(cannotObserve(unit.error));
    const { state } = unit.value;
    if (!name.endsWith('.service')) {
      activators.push({ name, active: state.activeState === 'active' });
      continue;
    }
    const companion = await hardened(name, unit.value, { ...request, binary: null, addArgs: [] });
    if (companion.isErr()) return err(companion.error);
    companions.push(companion.value);
  }
  const isTouched = companions.some(({ edits, outdated }) => edits.length > 0 || outdated);
  return ok({ companions, activators: isTouched ? activators : [] });
}

/** From where the program is, as npm lays packages out; null for one that npm did not install. */
async function upgradeUnitFor(
  binary: string,
  unit: EffectiveUnit,
  agent: Identity,
): Promise<Result<{ file: HardenFacts['upgradeUnit']; warnings: readonly string[] } | null, HardenRefusal>> {
  const real = await realpath(binary).catch(() => null);
  const prefix = /^(.+)\/lib\/node_modules\/kimaki\//.exec(real ?? '')?.[1];
  const root = await lookupIdentity('root');
  if (prefix === undefined || root.isErr()) return ok(null);
  const npm = await resolveExecutable('npm', [root.value], { searchPath: TRUSTED_PATH });
  if (npm.isErr() || npm.value.path === null) return ok(null);
  const after = await programsAfterUpgrade(unit, agent);
  if (after.isErr()) return err(cannotObserve(after.error));
  const { programs, unsafe } = after.value;
  const rendered = renderUpgradeUnit({ npm: npm.value.path, prefix, afterwards: programs });
  if (rendered.isErr()) return ok(null);
  const { path, content, mode } = rendered.value;
  const warnings = unsafe.map(
    (one) =>
      `the upgrade as root leaves out ${printablePath(one.path)}, since others can change what it does: ${one.reason}`,
  );
  return ok({ file: { path, content, mode }, warnings });
}
