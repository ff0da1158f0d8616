import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import type { Remedy } from '../../../posix/findings/index.js';
import { loadedFromDisk } from '../../../kimaki/instance/index.js';
import { privilegedLines, settingsAgainst, unsafePrivilegedLines } from '../../../kimaki/unit/index.js';
import type { FailingProgram, UnsafePrivilegedLine } from '../../../kimaki/unit/index.js';
import type { KimakiInstance } from '../../../kimaki/instance/index.js';
import type { EffectiveUnit } from '../../../systemd/load/index.js';
import type { MigrationOptions, MigrationRefusal, Target, UnitFilesRewrite } from '../../host/index.js';
import { agentMayReplace, refuseAgentsReach } from './refuseAgentsReach.js';
import type { AgentsReach } from './refuseAgentsReach.js';
import { refuseArguments } from './refuseArguments.js';
import { refuseFiles } from './refuseFiles.js';
import { cannotObserve, observeOpen, refusal } from '../../host/index.js';

/** What the unit has to be able to do afterwards. */
type Wanted = {
  readonly target: Target;
  /** What the rewrite makes of the unit's files, and what they come to then. */
  readonly rewrite: UnitFilesRewrite;
  /** Its commands that fail as the agent. */
  readonly failing: readonly FailingProgram[];
  readonly newDataDir: string;
  /** Homes that will be closed to it. */
  readonly oldHomes: readonly string[];
  /** The lock port that the service will have. */
  readonly newLockPort: number | null;
  /** What the agent will be able to write. */
  readonly reach: AgentsReach;
  readonly needsSudo: boolean;
};

/** What the running service has open, and warnings about its unit. */
export type UnitObservation = {
  readonly listeningPorts: readonly number[];
  readonly holdsState: boolean;
  readonly warnings: readonly string[];
};

/** Ports below this need a capability that the new user does not have. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/** Refuses a unit that cannot be moved as it is, and reads what its process has open. */
export async function refuseUnit(
  options: MigrationOptions,
  instance: KimakiInstance,
  wanted: Wanted,
): Promise<Result<UnitObservation, MigrationRefusal>> {
  const { unit, state } = instance;
  if (state.loadState !== 'loaded') {
    return err(
      refusal(
        'UNIT_UNUSABLE',
        unit,
        `systemd has ${unit} as "${state.loadState}", and "loaded" is wanted`,
        remedy.inOrder(remedy.command('systemctl', 'status', unit), remedy.text('unmask or repair it')),
      ),
    );
  }
  const { user } = instance;
  if (user !== 'root' && user !== '0' && user !== wanted.target.facts.name) {
    return err(
      refusal(
        'UNIT_UNUSABLE',
        unit,
        `${unit} runs as ${user}, which is neither root nor ${wanted.target.facts.name}, so there is nothing to move off root`,
        remedy.when(`it is ${user} that shall run it`, remedy.option('user', user)),
      ),
    );
  }
  if (!['active', 'inactive', 'failed'].includes(state.activeState)) {
    return err(
      refusal(
        'UNIT_UNUSABLE',
        unit,
        `${unit} is ${state.activeState} (${state.subState}), neither running nor stopped, so it could not be verified afterwards`,
        remedy.inOrder(remedy.command('systemctl', 'status', unit), remedy.text('repair or stop it, and plan again')),
      ),
    );
  }
  if (!(await loadedFromDisk(instance))) {
    return err(
      refusal(
        'UNIT_CHANGED_ON_DISK',
        unit,
        `${unit} was edited since systemd loaded it, so what runs is not what is written`,
        reload(unit),
      ),
    );
  }
  const { effective } = wanted.rewrite;
  const files = await refuseFiles(instance.files, wanted.rewrite, {
    user: wanted.target.facts.name,
    group: wanted.target.group,
  });
  if (files.isErr()) return err(files.error);
  const privileged = await refusePrivileged(options, effective, { ...wanted.reach, home: wanted.target.facts.home });
  if (privileged.isErr()) return err(privileged.error);
  const reached = await refuseAgentsReach(effective, wanted.reach);
  if (reached.isErr()) return err(reached.error);
  const settings = settingsAgainst(effective, {
    home: wanted.target.facts.home,
    dataDir: wanted.newDataDir,
    needsSudo: wanted.needsSudo,
  });
  const broken = settings.find(({ weight }) => weight === 'breaks');
  if (broken !== undefined) {
    return err(
      refusal(
        'SETTING_AGAINST',
        unit,
        `${broken.file}:${broken.line} has ${broken.key}=${broken.value}: ${broken.why}`,
        remedy.text(`change ${broken.key}= in ${broken.file}, and plan again`),
      ),
    );
  }
  const paths = await refuseArguments(effective, { ...wanted.reach, oldHomes: wanted.oldHomes });
  if (paths.isErr()) return err(paths.error);
  const failing = refuseFailing(wanted.target.facts.name, wanted.failing);
  if (failing.isErr()) return err(failing.error);
  const open = await observeOpen(instance, wanted.newLockPort);
  if (open.isErr()) return err(open.error);
  if (open.value.problem !== null) return err(botDoesNotRun(unit, open.value.problem));
  const low = open.value.listeningPorts.find((port) => port < FIRST_UNPRIVILEGED_PORT);
  if (low !== undefined) {
    return err(
      refusal(
        'FAILS_AS_AGENT',
        unit,
        `${unit} listens on port ${low}, which ${wanted.target.facts.name} is not allowed to do`,
        remedy.text('give it a port from 1024 up, or AmbientCapabilities=CAP_NET_BIND_SERVICE, and plan again'),
      ),
    );
  }
  const { listeningPorts, holdsState } = open.value;
  return ok({
    listeningPorts,
    holdsState,
    warnings: [
      ...privileged.value,
      ...failing.value,
      ...settings.map(({ file, line, key, value, why }) => `${file}:${line} has ${key}=${value}: ${why}`),
    ],
  });
}

/** Has systemd load files that were edited, after a look at them. */
export function reload(unit: string): Remedy {
  return remedy.inOrder(
    remedy.command('systemctl', 'cat', unit),
    remedy.command('systemctl', 'daemon-reload'),
    remedy.text('plan again'),
  );
}

/**
 * Refuses lines that stay root's, unless they are allowed and take nothing from where the agent writes.
 *
 * @param unit - what the unit's files will come to
 */
export async function refusePrivileged(
  options: Pick<MigrationOptions, 'allowPrivilegedLines' | 'privilegedLines'>,
  unit: EffectiveUnit,
  reach: AgentsReach & { readonly home: string },
): Promise<Result<readonly string[], MigrationRefusal>> {
  const lines = privilegedLines(unit);
  const [first] = lines;
  if (first === undefined) return ok([]);
  const shown = lines.map(({ file, line, key, path, why }) => `${file}:${line} ${key}=${why}${path}`).join('; ');
  if (options.allowPrivilegedLines !== true && options.privilegedLines !== 'keep') {
    const message = `these lines run as root whatever User= says, and can create root-owned files again: ${shown}`;
    const way = remedy.inOrder(remedy.text('look at them'), remedy.option('allowPrivilegedLines'));
    return err(refusal('PRIVILEGED_LINES', first.file, message, way));
  }
  const willChange = (path: string): Promise<boolean> => agentMayReplace(path, reach);
  const unsafe = await unsafePrivilegedLines(unit, { home: reach.home, willChange });
  if (unsafe.isErr()) return err(cannotObserve(unsafe.error));
  const [worst] = unsafe.value;
  if (worst !== undefined) return err(untrustedLine(worst));
  return ok([`these lines still run as root, as allowed: ${shown}`]);
}

function untrustedLine({ line, subject, reason }: UnsafePrivilegedLine): MigrationRefusal {
  const { file, key, why, path } = line;
  const message = `${file}:${line.line} ${key}=${why}${path} runs as root, and the agent could make it run something else: ${subject} ${reason}`;
  const clean = `${why === 'PermissionsStartOnly' ? '' : why}/usr/bin/env -i -C / HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin ${path}`;
  const way = remedy.anyOf(
    remedy.text('let only root write what the line runs, opens and searches, and plan again'),
    remedy.text(`take nothing from the unit's environment: write the line as ${clean}`),
    remedy.text('remove the prefix, so that the agent runs it'),
  );
  return refusal('UNTRUSTED_PATH', subject, message, way);
}

/** Refuses commands that would keep a unit from starting as this account; those whose failure is ignored are told. */
export function refuseFailing(
  user: string,
  failing: readonly FailingProgram[],
): Result<readonly string[], MigrationRefusal> {
  const fatal = failing.find((each) => each.fatal);
  if (fatal !== undefined) {
    const message = `${fatal.file}:${fatal.line} ${fatal.key}=${fatal.path} would keep the unit from starting as ${user}: ${fatal.detail}`;
    const way = remedy.anyOf(
      remedy.text('put "-" before the path if it may fail'),
      remedy.option('privilegedLines', 'ignore-failure'),
      remedy.inOrder(remedy.text('put "+" before it if root must run it'), remedy.option('allowPrivilegedLines')),
    );
    return err(refusal('FAILS_AS_AGENT', fatal.file, message, way));
  }
  return ok(
    failing.map(
      ({ file, line, key, detail }) => `${file}:${line} ${key}: ${detail}; its failure is ignored by the unit`,
    ),
  );
}

/** What does not run before could not be shown to run afterwards. */
function botDoesNotRun(unit: string, problem: string): MigrationRefusal {
  const way = remedy.anyOf(
    remedy.inOrder(remedy.command('journalctl', '-u', unit, '-n', '50'), remedy.text('repair it, and plan again')),
    remedy.when(
      'it shall be moved as it is, and left stopped',
      remedy.inOrder(remedy.command('systemctl', 'stop', unit), remedy.text('plan again')),
    ),
  );
  return refusal('UNIT_UNUSABLE', unit, problem, way);
}
