import { isAbsolute } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed, lockPortAfter } from '../../../kimaki/bridges/index.js';
import { rootCronJobs } from '../../../kimaki/abilities/index.js';
import { migrationRemedy } from '../../../kimaki/identity/index.js';
import { readAhead } from '../../../posix/access/index.js';
import { remedy } from '../../../posix/findings/index.js';
import { printablePath } from '../../../posix/paths/index.js';
import { TRUSTED_PATH } from '../../../posix/programs/index.js';
import { isInUse, readEnvironmentFiles } from '../../../kimaki/instance/index.js';
import type { LostAbility } from '../../../kimaki/abilities/index.js';
import type { StateLeft } from '../../../kimaki/state/index.js';
import type { Site } from '../../../wordpress/site/index.js';
import { activeDependents } from '../../steps/index.js';
import type { LinePrefix } from '../../../kimaki/unit/index.js';
import type { MigrationFacts, MigrationOptions, MigrationRefusal, UnitFilesRewrite } from '../../host/index.js';
import {
  agentPlacesOf,
  cannotObserve,
  leftoversOf,
  observeBinary,
  observeDispatch,
  observeInstance,
  observeReversals,
  observeSite,
  observeTarget,
  placesOf,
  refuseHost,
  rewriteTarget,
  rootNeighbours,
  rewriteUnitFiles,
  unusable,
  workspacesOf,
} from '../../host/index.js';
import { observePrefixes } from './observePrefixes.js';
import { observeCompanions } from './observeCompanions.js';
import { observeSecrets } from './observeSecrets.js';
import { observeState, oldHomesOf } from './observeState.js';
import type { Warning } from './statePathWarnings.js';
import { refuseAccounts } from '../refuse/refuseAccounts.js';
import { refuseEnvironment } from '../refuse/refuseEnvironment.js';
import { refuseMoves } from '../refuse/refuseMoves.js';
import { refusePlaces } from '../refuse/refusePlaces.js';
import { refuseDatabases, refusePrograms } from '../refuse/refusePrograms.js';
import { refusePort, refuseShared } from '../refuse/refuseShared.js';
import { refuseSite } from '../refuse/refuseSite.js';
import { refuseTakenPort } from '../refuse/refuseTakenPort.js';
import { refuseUnit } from '../refuse/refuseUnit.js';
import { refuseWriting } from '../refuse/refuseWriting.js';
import { observeRecovery } from './observeRecovery.js';
import { observeAbilities, observeOwnProgram } from './observeAbilities.js';
import { packageWarnings } from './packageWarnings.js';

/** The facts a plan rests on, and what it only tells. */
export type Observation = {
  readonly facts: MigrationFacts;
  readonly site: Site;
  readonly lost: readonly LostAbility[];
  readonly left: readonly StateLeft[];
  /** How much each part of the state is, and how long its move takes. */
  readonly sizes: readonly string[];
  /** How long copies of it to other filesystems are expected to take, in milliseconds. */
  readonly copyMs: number;
  readonly warnings: readonly (string | Warning)[];
};

/**
 * Reads everything a migration rests on, and refuses what must be refused, in the order in which a person would
 * want to hear it. Writes nothing.
 *
 * @param options - of one instance, as `chooseUnits` read them
 * @param units - those that are moved together with this one: they may share what is moved
 */
export async function observe(
  options: MigrationOptions,
  units: readonly string[] = [],
): Promise<Result<Observation, MigrationRefusal>> {
  const host = await refuseHost();
  if (host.isErr()) return err(host.error);
  const found = await observeInstance(options);
  if (found.isErr()) return err(found.error);
  const { instance, neighbours: others } = found.value;
  const [alongside, neighbours] = [
    others.filter(({ unit }) => units.includes(unit)),
    others.filter(({ unit }) => !units.includes(unit)),
  ];
  const together = [instance, ...alongside].sort((one, other) => (one.unit < other.unit ? -1 : 1));
  const bridge = bridgeNamed(instance.bridge);
  const accountHome = instance.accountHome ?? instance.home;
  const site = await observeSite(options, instance);
  if (site.isErr()) return err(site.error);
  const target = await observeTarget(options, site.value.facts);
  if (target.isErr()) return err(target.error);
  const leftovers = await leftoversOf(bridge, target.value.facts.uid);
  const searched = [TRUSTED_PATH, instance.environment['PATH'] ?? ''].join(':').split(':');
  await readAhead([...searched, target.value.facts.home, accountHome, ...leftovers].filter((path) => isAbsolute(path)));
  const state = await observeState(options, instance, target.value.facts, together);
  if (state.isErr()) return err(state.error);
  const { home: targetHome } = target.value.facts;
  const sources = [instance.dataDir, ...[instance.home, targetHome].map((one) => `${one}/.local/share/opencode`)];
  const databases = await refuseDatabases(sources);
  if (databases.isErr()) return err(databases.error);
  const dataDirs = together.map(({ dataDir }) => dataDir);
  const shared = refuseShared(dataDirs, state.value.facts.moves, neighbours);
  if (shared.isErr()) return err(shared.error);
  const binary = await observeBinary(bridge, target.value.identity, site.value.identity);
  if (binary.isErr()) return err(binary.error);

  const oldHomes = oldHomesOf(together, target.value.facts.home);
  const common = {
    target: target.value.facts,
    targetGroup: target.value.group,
    state: state.value.facts,
    unit: { dataDir: instance.dataDir },
    oldHomes,
  };
  const rewrite = rewriteTarget(common);
  const secrets = await observeSecrets(instance, target.value, state.value.facts.moves);
  if (secrets.isErr()) return err(secrets.error);
  const agentPlaces = await agentPlacesOf(
    instance,
    { ...site.value.facts, workspace: site.value.site.workspace },
    target.value.facts,
    target.value.group,
    site.value.agentsFile,
  );
  const { claim } = workspacesOf(
    instance.environment['DATAMACHINE_WORKSPACE_PATH'],
    site.value.site.workspace,
    target.value.facts.home,
    [],
  );
  const reach = {
    identity: target.value.likely,
    roots: [
      target.value.facts.home,
      ...state.value.dataDirs,
      ...site.value.facts.writable,
      ...agentPlaces.map(({ path }) => path),
      ...leftovers,
    ],
  };
  const own = await observeOwnProgram(options, bridge, target.value, instance);
  if (own.isErr()) return err(own.error);
  const program = own.value?.path ?? binary.value.path;
  const filesWith = (prefixes: readonly LinePrefix[]): Result<UnitFilesRewrite, MigrationRefusal> =>
    rewriteUnitFiles(instance.effective, instance.files, { ...rewrite, binary: program, prefixes }).mapErr(
      ({ message }) => unusable(instance.unit, message),
    );
  const prefixed = await observePrefixes(options, target.value, reach, filesWith);
  if (prefixed.isErr()) return err(prefixed.error);
  const { files } = prefixed.value;
  const companions = await observeCompanions(instance, { options, target: target.value, rewrite, reach });
  if (companions.isErr()) return err(companions.error);
  const dispatch = await observeDispatch(options, instance, {
    site: site.value.site,
    web: site.value.identity,
    target: target.value,
    state: state.value.facts,
    binary: binary.value,
    neighbours: others,
  });
  if (dispatch.isErr()) return err(dispatch.error);
  const names =
    target.value.identity === null
      ? [site.value.identity.user.name]
      : [target.value.facts.name, site.value.identity.user.name];
  const accounts = await refuseAccounts(names);
  if (accounts.isErr()) return err(accounts.error);
  const newLockPort = lockPortAfter(instance, {
    home: target.value.facts.home,
    dataDir: state.value.facts.newDataDir,
  });
  const port = refusePort(instance, newLockPort, neighbours);
  if (port.isErr()) return err(port.error);
  const unit = await refuseUnit(options, instance, {
    target: target.value,
    rewrite: files,
    failing: prefixed.value.failing,
    newDataDir: state.value.facts.newDataDir,
    newLockPort,
    oldHomes,
    reach,
    needsSudo: dispatch.value.facts.strategy === 'sudo-hop' || options.allowRestart === true,
  });
  if (unit.isErr()) return err(unit.error);
  // One that is moved as well is stopped, and has another port afterwards: `refuseTogether` compares those.
  const isFreed = alongside.some(({ lockPort }) => lockPort === newLockPort);
  const taken =
    instance.state.mainPid === 0 || isFreed
      ? ok(undefined)
      : await refuseTakenPort(instance.unit, { lockPort: instance.lockPort, newLockPort });
  if (taken.isErr()) return err(taken.error);
  const environmentFiles = await readEnvironmentFiles(files.effective);
  if (environmentFiles.isErr()) return err(cannotObserve(environmentFiles.error));
  const variables = Object.fromEntries(environmentFiles.value.flatMap((one) => Object.entries(one)));
  const environment = refuseEnvironment(instance.unit, variables, { bridge, oldHomes });
  if (environment.isErr()) return err(environment.error);
  const cron = await rootCronJobs(site.value.facts.root);
  if (cron.isErr()) return err(cannotObserve(cron.error));
  const abilities = await observeAbilities(instance, target.value, state.value.facts, leftovers, {
    ...(options.allowRestart === true ? { mayRestart: instance.unit } : {}),
    ...(own.value === null ? {} : { npmPrefix: own.value.packages }),
  });
  if (abilities.isErr()) return err(abilities.error);

  const dependents = await activeDependents([...instance.companions, instance.unit]);
  if (dependents.isErr()) return err(cannotObserve(dependents.error));

  // The way back to the bridge that was used before stays as it is, also where it lies in the agent's home.
  const { home } = target.value.facts;
  const formerData = neighbours
    .filter((one) => !isInUse(one) && one.dataDir.startsWith(`${home}/`))
    .filter(({ dataDir }) => together.every((one) => one.dataDir !== dataDir))
    .map(({ dataDir }) => dataDir.slice(home.length + 1));
  const observed: Omit<MigrationFacts, 'recovery'> = {
    options,
    unit: {
      name: instance.unit,
      bridge: instance.bridge,
      instance: instance.name ?? '',
      files: files.facts,
      ...(prefixed.value.prefixes.length === 0 ? {} : { prefixes: prefixed.value.prefixes }),
      loadedUser: instance.state.user,
      active: instance.state.activeState === 'active',
      runningUid: instance.users.running?.uid ?? null,
      home: instance.home,
      dataDir: instance.dataDir,
      dataDirSource: instance.dataDirSource,
      binary: instance.binary ?? '',
      ...(own.value === null ? {} : { ownProgram: own.value.path }),
      restartSeconds: Math.ceil((instance.state.restartUsec ?? 0) / 1_000_000),
      listeningPorts: unit.value.listeningPorts,
      holdsState: unit.value.holdsState,
      lockPort: newLockPort,
    },
    companions: companions.value.companions,
    dependents: dependents.value,
    oldHomes,
    targetGroup: target.value.group,
    target: { ...target.value.facts, keptEntries: [...target.value.facts.keptEntries, ...formerData] },
    site: site.value.facts,
    state: state.value.facts,
    dispatch: dispatch.value.facts,
    binary: binary.value,
    fpm: site.value.fpm,
    agentsFile: site.value.agentsFile,
    agentPlaces,
    secrets: secrets.value,
    leftovers,
  };
  const stopped = together.flatMap(({ unit, companions: of }) => [unit, ...of]);
  const recovery = await observeRecovery(observed);
  if (recovery.isErr()) return err(recovery.error);
  const facts: MigrationFacts = { ...observed, recovery: recovery.value };
  const places = await refusePlaces(placesOf(facts), options.leaveUnsafe === true);
  if (places.isErr()) return err(places.error);
  const moves = await refuseMoves(facts, stopped);
  if (moves.isErr()) return err(moves.error);
  // What only programs can tell, last: they take their time.
  const answers = await refuseSite({
    options,
    site: site.value.site,
    web: site.value.identity,
    agentsFile: site.value.agentsFile,
  });
  if (answers.isErr()) return err(answers.error);
  const accountsOf = { web: site.value.identity, service: target.value.identity };
  const writing = await refuseWriting(options, site.value.site, accountsOf);
  if (writing.isErr()) return err(writing.error);
  const programs = await refusePrograms({
    instance,
    site: site.value.site,
    web: site.value.identity,
    target: target.value,
  });
  if (programs.isErr()) return err(programs.error);
  return ok({
    facts,
    site: site.value.site,
    lost: abilities.value,
    left: state.value.facts.left,
    sizes: state.value.sizes,
    copyMs: state.value.copyMs,
    warnings: [
      ...target.value.warnings,
      ...site.value.warnings,
      ...(claim === null
        ? []
        : [
            `wp-config.php says that the agent's workspace is ${printablePath(claim)}, and WordPress can write that file: nothing there changes its owner. If it is right, set DATAMACHINE_WORKSPACE_PATH to it in ${instance.unit} and plan again`,
          ]),
      ...answers.value,
      ...dispatch.value.warnings,
      ...prefixed.value.warnings,
      ...companions.value.warnings,
      ...unit.value.warnings,
      ...files.leftovers,
      ...rootNeighbours(instance, neighbours).map(({ unit, shares }) => ({
        text: `${unit} is not migrated: it runs as root too and shares ${shares} with ${instance.unit}, so what it writes there is root's`,
        remedy: remedy.anyOf(
          remedy.when('all are to be moved together', remedy.option('all')),
          migrationRemedy({ unit, user: 'root' }),
        ),
      })),
      ...neighbours
        .filter((one) => !isInUse(one))
        .map(
          ({ unit, dataDir }) =>
            `${unit} is disabled and does not run, so it is not the running agent: neither it nor ${dataDir} is changed`,
        ),
      ...(newLockPort === instance.lockPort
        ? []
        : [
            `${instance.unit} will use port ${newLockPort ?? 'none'} instead of ${instance.lockPort ?? 'none'}, since the port follows from the data directory`,
          ]),
      ...(own.value === null
        ? []
        : [
            `${instance.unit} will start ${own.value.path}, which ${target.value.facts.name} can change: root must not run it; ${binary.value.path} stays for all other callers, so upgrade it too`,
          ]),
      ...(await packageWarnings(binary.value.path, target.value.likely)),
      ...state.value.warnings,
      ...(await observeReversals(placesOf(facts).trees)),
      ...cron.value.map(
        ({ file, line, text }) =>
          `${file}:${line} is run by root and will make root-owned files again; give it to ${target.value.facts.name}: ${text}`,
      ),
      ...instance.state.environmentFiles.map(
        ({ path }) =>
          `${path} wins over what the unit says; see that it sets neither HOME nor ${bridge.variables.dataDir ?? 'a directory'} to the old home`,
      ),
    ],
  });
}
