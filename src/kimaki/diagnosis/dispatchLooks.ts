import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed, channelLabel, installRemedy, lockPortOf, programPath } from '../bridges/index.js';
import type { Bridge } from '../bridges/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { explainAccess, explainExecution } from '../../posix/access/index.js';
import { remedy } from '../../posix/findings/index.js';
import { ioError } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import type { KimakiInstance } from '../instance/index.js';
import {
  compareRestartRule,
  explainSudoRule,
  inspectSudoHop,
  readSudoHop,
  renderSudoHop,
  resolveDispatchBinary,
  restartRulePath,
  sudoHopPaths,
  unreadablePackageFiles,
  validateSudoersWhole,
} from '../dispatch/index.js';
import type { InstalledHop } from '../dispatch/index.js';
import { isOwnProgram } from '../abilities/index.js';
import { migrationRemedy } from '../identity/index.js';
import { editing, findingsOf } from './instanceFinding.js';
import type { DiagnosisError, DiagnosisRequest, InstanceFinding, Look } from './instanceFinding.js';

/** How messages reach an instance, and what would stop them. */
export function dispatchLooks(): readonly Look[] {
  return [
    { what: 'its program', look: program },
    { what: 'a program that both sides can execute', look: shared },
    { what: 'its channel', look: channel },
    { what: 'the sudo hop', look: hop },
    { what: 'helpers that are left over', look: strays },
    { what: 'the rule by which it restarts its unit', look: restart },
    { what: 'what php-fpm forbids', look: php },
  ];
}

type Found = (
  request: DiagnosisRequest,
  service: Identity | null,
) => Promise<Result<readonly InstanceFinding[], DiagnosisError>>;

const HOMES = /^\/(root|home)\//;

const program: Found = async ({ instance }, service) => {
  const { binary, unit, environment, fragmentPath } = instance;
  if (binary === null || !binary.startsWith('/') || service === null) return ok([]);
  const about = findingsOf(instance);
  const found: InstanceFinding[] = [];
  const bridge = bridgeNamed(instance.bridge);
  if (service.user.uid !== 0 && (await isOwnProgram(binary, service.user.home, bridge.package))) {
    const what = `${unit} starts ${binary}, which ${service.user.name} can change and upgrades itself: root must not start it`;
    const way = remedy.when(
      'root shall upgrade it instead',
      editing(fragmentPath, 'start the program of the system prefix'),
    );
    found.push(about('own-prefix', 'note', what, way, [binary]));
  } else if (HOMES.test(binary)) {
    const way =
      instance.user === 'root'
        ? migrationRemedy(instance)
        : editing(fragmentPath, 'start the program of the system prefix instead');
    found.push(about('program-in-home', 'risk', `${unit} starts ${binary}, which lies in a home`, way, [binary]));
  }
  const explained = await explainExecution(binary, service, { searchPath: environment.PATH ?? TRUSTED_PATH });
  if (explained.isErr() && explained.error.code !== 'NOT_FOUND') return err(explained.error);
  const blocked = explained.isErr() ? `${binary} does not exist` : explained.value.blockedAt;
  if (blocked !== null) {
    const at = typeof blocked === 'string' ? blocked : `refused at ${blocked.path} (${blocked.reason})`;
    const what = `${service.user.name} cannot execute ${binary}: ${at}`;
    const way = remedy.inOrder(installRemedy(bridge), editing(fragmentPath, 'correct ExecStart='));
    found.push(about('program-unreachable', 'broken', what, way, [binary]));
    return ok(found);
  }
  const reach = await unreadablePackageFiles(binary, service);
  if (reach.isErr()) return err(reach.error);
  const [first] = reach.value.unreadable;
  if (first !== undefined) {
    const what = `${service.user.name} cannot read ${first}, a part of the program`;
    const way = remedy.command('chmod', '-R', 'go+rX', reach.value.root ?? first);
    found.push(about('package-unreadable', 'broken', what, way, [first]));
  }
  return ok(found);
};

const shared: Found = async ({ caller, instance }, service) => {
  const users = [caller, service].filter((one) => one !== null);
  if (caller === null || users.some(({ user }) => user.uid === 0)) return ok([]);
  const bridge = bridgeNamed(instance.bridge);
  const resolved = await resolveDispatchBinary({ users, name: bridge.program, searchPath: programPath(bridge) });
  if (resolved.isErr() || resolved.value.path !== null) return ok([]);
  const who = users.map(({ user }) => user.name).join(' and ');
  const why = resolved.value.candidates.map(({ path, reason }) => `${path}: ${reason ?? 'refused'}`);
  const what = `there is no ${bridge.program} that ${who} can both execute for ${instance.unit}${why.length === 0 ? '' : `: ${why.join('; ')}`}`;
  return ok([findingsOf(instance)('program-unreachable', 'broken', what, installRemedy(bridge), why)]);
};

const channel: Found = async ({ channel: registered, caller, instance }) => {
  if (registered === undefined) return ok([]);
  const about = findingsOf(instance);
  if (registered === null) {
    const what = `no channel is registered for ${instance.unit}, so WordPress sends it nothing`;
    const label = channelLabel(bridgeNamed(instance.bridge), '');
    const way = remedy.text(`register it: write the block ${label} into the managed mu-plugin of channels`);
    return ok([about('channel-missing', 'note', what, way)]);
  }
  const { file, command } = registered;
  const found = [...wrongEnvironment(registered, instance)];
  if (caller === null) return ok(found);
  const { name } = caller.user;
  const migrate = migrationRemedy(instance);
  const readable = await explainAccess(file, caller, 'read');
  if (readable.isErr()) return err(readable.error);
  if (!readable.value.allowed) {
    const what = `${name} cannot read ${file}, so no channel is registered at all`;
    found.push(about('channel-unreadable', 'broken', what, remedy.command('chmod', '0644', file), [file]));
  }
  if (HOMES.test(command)) {
    const what = `${file} registers ${command}, which lies in a home`;
    found.push(about('command-in-home', 'risk', what, migrate, [file]));
  }
  const explained = await explainExecution(command, caller, { searchPath: TRUSTED_PATH });
  if (explained.isErr()) {
    if (explained.error.code !== 'NOT_FOUND') return err(explained.error);
    const what = `${file} registers ${command}, which does not exist`;
    found.push(about('command-missing', 'broken', what, migrate, [file]));
  } else if (explained.value.blockedAt !== null) {
    const { path, reason } = explained.value.blockedAt;
    const what = `${file} registers ${command}, and ${name} is stopped at ${path} (${reason})`;
    found.push(about('command-unreachable', 'broken', what, migrate, [file, path]));
  }
  return ok(found);
};

/** Compares what a channel says of where the service keeps its data with the service; the sudo hop passes none of it on. Pure. */
export function wrongEnvironment(
  { file, command, env = {} }: NonNullable<DiagnosisRequest['channel']>,
  instance: KimakiInstance,
): readonly InstanceFinding[] {
  if (command === sudoHopPaths(instance.name ?? '').wrapper) return [];
  const bridge = bridgeNamed(instance.bridge);
  const { dataDir, lockPort, sendTokenFile } = bridge.variables;
  const wrong = (what: string): InstanceFinding =>
    findingsOf(instance)(
      'channel-environment',
      'broken',
      `${what}: messages do not reach the agent`,
      migrationRemedy(instance),
      [file],
    );
  // With a token it is sent to the port, whatever the HOME of the caller.
  const wanted: readonly (readonly [string | null, string | undefined])[] =
    sendTokenFile === null
      ? [
          ['HOME', instance.home],
          [dataDir, instance.dataDir],
          [lockPort, String(instance.lockPort ?? '')],
        ]
      : [[sendTokenFile, instance.environment[sendTokenFile]]];
  const found = wanted.flatMap(([name, value]) => {
    const given = name === null ? undefined : env[name];
    if (name === null || given === undefined || value === undefined || given === value) return [];
    return [wrong(`${file} gives ${name}=${given} to ${command}, and ${instance.unit} has ${value}`)];
  });
  if (sendTokenFile === null) return found;
  if (env[sendTokenFile] === undefined) found.push(wrong(`${file} gives no ${sendTokenFile} to ${command}`));
  const port = channelPort(bridge, env);
  if (port === instance.lockPort) return found;
  return [
    ...found,
    wrong(
      `by what ${file} gives to ${command} it looks for the service on port ${port ?? 'none'}, and ${instance.unit} uses ${instance.lockPort ?? 'none'}`,
    ),
  ];
}

/** The port that a command with these variables takes for the service's. */
function channelPort(bridge: Bridge, env: Readonly<Record<string, string>>): number | null {
  const { dataDir, lockPort } = bridge.variables;
  const home = env.HOME ?? '/';
  const directory = env[dataDir ?? ''] ?? `${home}/${bridge.dataDirName}`;
  return lockPortOf(bridge, { home, dataDir: directory, variable: env[lockPort ?? ''] });
}

/** The sudo hop, where the channel uses it. */
const hop: Found = async ({ channel: registered, caller, instance, instances }, service) => {
  const { home, dataDir, lockPort, name } = instance;
  const about = findingsOf(instance);
  const command = registered?.command ?? '';
  const paths = sudoHopPaths(name ?? '');
  const installed = command === '' || !command.startsWith('/') ? ok(null) : await readSudoHop(command);
  if (installed.isErr()) return err(installed.error);
  if (installed.value === null || caller === null || service === null) return ok([]);
  // Without read access to the policy both programs answer "no", which says nothing about the policy.
  const policy = await readRegularFile('/etc/sudoers', { followLinks: true });
  if (policy.isErr() && policy.error.code !== 'NOT_FOUND') return err(policy.error);
  const found: InstanceFinding[] = [];
  const whole = await validateSudoersWhole();
  if (whole.isErr()) {
    const way = remedy.inOrder(remedy.command('visudo', '-c'), remedy.text('correct the line it names'));
    found.push(about('sudoers-invalid', 'broken', whole.error.message, way));
  }
  const { target, runAs } = installed.value;
  const rule = await explainSudoRule(caller.user.name, runAs, [target, 'send']);
  if (rule.isErr()) return err(rule.error);
  if (!rule.value.allowed) {
    const { listed } = rule.value;
    const how = listed ? 'a later rule takes it back' : 'sudo reads no such rule';
    const way = listed
      ? remedy.text('look in /etc/sudoers.d for a file whose name sorts after the rule')
      : migrationRemedy(instance);
    const what = `${caller.user.name} may not run ${target} as ${runAs}: ${how}`;
    found.push(about('hop-not-in-force', 'broken', what, way));
  }
  const judged = hopFindings(installed.value, instance, { instances, caller: caller.user.name });
  found.push(...judged);
  if (command !== paths.wrapper) return ok(found);
  const wanted = renderSudoHop({
    instance: name ?? '',
    callers: [caller.user.name],
    serviceUser: service.user.name,
    home,
    dataDir,
    binary: installed.value.program ?? '/usr/bin/kimaki',
    ...(registered?.args === undefined ? {} : { args: registered.args }),
    lockPort,
  });
  if (wanted.isErr()) {
    const way = remedy.text('correct the arguments in the managed mu-plugin of channels');
    found.push(about('hop-stale', 'broken', wanted.error.message, way, [paths.target]));
    return ok(found);
  }
  const report = await inspectSudoHop(wanted.value);
  if (report.isErr()) return err(report.error);
  // What another program wrote and what works is not stale for its text.
  const works = judged.some(({ id }) => id === 'hop-unfiltered') && runAs === service.user.name;
  for (const { path, detail, problem } of report.value.findings) {
    if (works && problem === 'content') continue;
    found.push(about('hop-stale', 'broken', `${path}: ${detail}`, migrationRemedy(instance), [path]));
  }
  return ok(found);
};

/** Where an installed hop leads, and what it lets through. Pure. */
export function hopFindings(
  { target, runAs, program, environment, passesAll }: InstalledHop,
  instance: KimakiInstance,
  { instances, caller }: { readonly instances: readonly KimakiInstance[]; readonly caller: string },
): readonly InstanceFinding[] {
  // Nothing is known of a target that is missing, or no script.
  if (program === null) return [];
  const about = findingsOf(instance);
  const way = migrationRemedy(instance);
  const found: InstanceFinding[] = [];
  const bridge = bridgeNamed(instance.bridge);
  const { variables, dataDirName } = bridge;
  const home = environment.HOME ?? instance.accountHome ?? instance.home;
  const dataDir = environment[variables.dataDir ?? ''] ?? `${home}/${dataDirName}`;
  const port = lockPortOf(bridge, { home, dataDir, variable: environment[variables.lockPort ?? ''] });
  const others = instances.filter(({ unit }) => unit !== instance.unit);
  const whose = (same: (one: KimakiInstance) => boolean): string => {
    const other = others.find(same);
    return other === undefined ? '' : `, which is that of ${other.unit}`;
  };
  if (dataDir !== instance.dataDir) {
    const what = `${target} leads to ${dataDir}${whose((one) => one.dataDir === dataDir)}, and ${instance.unit} keeps its data in ${instance.dataDir}`;
    found.push(about('hop-elsewhere', 'broken', what, way, [target]));
  }
  if (port !== instance.lockPort) {
    const other = whose((one) => one.lockPort === port);
    const what = `${target} leads to port ${port ?? 'none'}${other}, and ${instance.unit} uses ${instance.lockPort ?? 'none'}`;
    found.push(about('hop-elsewhere', other === '' ? 'risk' : 'broken', what, way, [target]));
  }
  if (passesAll) {
    const what = `${target} hands on whatever arguments it gets: ${caller} may run ${program} as ${runAs} with any of them, not only "send"`;
    found.push(about('hop-unfiltered', 'risk', what, way, [target]));
  }
  return found;
}

/** Helpers that no instance of this host uses, and rules that sudo ignores because of their file name. */
const strays: Found = async ({ instances, instance }) => {
  const known = new Set(
    [...instances, instance].flatMap(({ name }) => {
      const { wrapper, target, sudoers } = sudoHopPaths(name ?? '');
      return [wrapper, target, sudoers];
    }),
  );
  const found: InstanceFinding[] = [];
  for (const directory of ['/etc/sudoers.d', '/usr/local/bin', '/usr/local/lib/wp-coding-agents']) {
    const names = await ResultAsync.fromPromise(readdir(directory), (cause) => ioError(cause, 'readdir', directory));
    if (names.isErr() && names.error.errno !== 'ENOENT') return err(names.error);
    const helpers = names.unwrapOr([]).filter((one) => /^(wp-coding-agents-)?kimaki(-.+)?-dispatch/.test(one));
    for (const path of helpers.map((name) => `${directory}/${name}`).sort()) {
      if (known.has(path)) continue;
      const ignored = directory === '/etc/sudoers.d' && /\.|~$/.test(path.slice(directory.length + 1));
      const what = ignored
        ? `${path}: sudo reads no file whose name has a dot or ends in ~`
        : `${path} belongs to no instance of this host`;
      const way = remedy.text('look what it was for, and remove it');
      found.push(findingsOf(instance)('hop-stray', 'risk', what, way, [path]));
    }
  }
  return ok(found);
};

/** The rule by which the agent may restart its own unit, where there is one. */
const restart: Found = async ({ instance }) => {
  const file = await readRegularFile(restartRulePath(instance.unit));
  if (file.isErr()) return file.error.code === 'NOT_FOUND' ? ok([]) : err(file.error);
  return ok([restartFinding(instance, file.value.bytes.toString('utf8'))]);
};

/** Judges the file of that rule by its text. Pure. */
export function restartFinding(instance: KimakiInstance, text: string): InstanceFinding {
  const { unit, user } = instance;
  const about = findingsOf(instance);
  const path = restartRulePath(unit);
  const compared = compareRestartRule(text, unit, user);
  if (compared.isOk() && compared.value.isSame) {
    const way = remedy.when('it should not', remedy.command('rm', path));
    return about('may-restart', 'note', `${user} may run systemctl restart ${unit} as root, by ${path}`, way, [path]);
  }
  const rule = compared.isOk() ? `"${compared.value.wanted}"` : 'a rule for the account of the service';
  const what = `${path} has other rules than ${rule}, so it may let an account do more as root than restart ${unit}`;
  const way = remedy.inOrder(remedy.command('cat', path), remedy.text('take out what is too much'));
  return about('restart-rule-wider', 'risk', what, way, [path]);
}

const php: Found = async ({ fpmUnit, channel: registered, instance }) => {
  if (fpmUnit === undefined || registered === undefined || registered === null) return ok([]);
  const state = await showUnit(fpmUnit);
  if (state.isErr()) return err(state.error);
  if (!state.value.noNewPrivileges || !registered.command.includes('dispatch')) return ok([]);
  const what = `${fpmUnit} sets NoNewPrivileges=yes, or a setting that implies it: sudo refuses to run from PHP`;
  const way = remedy.text(`take NoNewPrivileges= and what implies it out of ${fpmUnit}`);
  return ok([findingsOf(instance)('php-without-privileges', 'broken', what, way)]);
};
