import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { explainAccess, explainExecution } from '../../posix/access/index.js';
import { ioError, shellWord } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import type { KimakiInstance } from '../instance/index.js';
import {
  explainSudoRule,
  inspectSudoHop,
  readSudoHop,
  renderSudoHop,
  resolveDispatchBinary,
  sudoHopPaths,
  unreadablePackageFiles,
  validateSudoersWhole,
} from '../dispatch/index.js';
import { migrateCommand } from '../identity/index.js';
import { finding } from './finding.js';
import type { DiagnosisError, DiagnosisRequest, InstanceFinding, Look } from './finding.js';

/** How messages reach an instance, and what would stop them. */
export function dispatchLooks(): readonly Look[] {
  return [
    { what: 'its program', look: program },
    { what: 'a program that both sides can execute', look: shared },
    { what: 'its channel', look: channel },
    { what: 'the sudo hop', look: hop },
    { what: 'helpers that are left over', look: strays },
    { what: 'what php-fpm forbids', look: php },
  ];
}

type Found = (
  request: DiagnosisRequest,
  service: Identity | null,
) => Promise<Result<readonly InstanceFinding[], DiagnosisError>>;

const program: Found = async ({ instance }, service) => {
  const { binary, unit, environment } = instance;
  if (binary === null || !binary.startsWith('/') || service === null) return ok([]);
  const found: InstanceFinding[] = [];
  if (/^\/(root|home)\//.test(binary)) {
    found.push(
      finding(
        'program-in-home',
        'risk',
        `${unit} starts ${binary}, which lies in a home`,
        instance.user === 'root'
          ? migrateCommand(instance)
          : `start the program of the system prefix instead: editor ${shellWord(instance.fragmentPath)} && systemctl daemon-reload`,
      ),
    );
  }
  const explained = await explainExecution(binary, service, { searchPath: environment.PATH ?? TRUSTED_PATH });
  if (explained.isErr() && explained.error.code !== 'NOT_FOUND') return err(explained.error);
  const blocked = explained.isErr() ? `${binary} does not exist` : explained.value.blockedAt;
  if (blocked !== null) {
    const at = typeof blocked === 'string' ? blocked : `refused at ${blocked.path} (${blocked.reason})`;
    found.push(
      finding(
        'program-unreachable',
        'broken',
        `${service.user.name} cannot execute ${binary}: ${at}`,
        'npm install --global --prefix /usr kimaki, and correct ExecStart=',
      ),
    );
    return ok(found);
  }
  const reach = await unreadablePackageFiles(binary, service);
  if (reach.isErr()) return err(reach.error);
  const [first] = reach.value.unreadable;
  if (first !== undefined) {
    found.push(
      finding(
        'package-unreadable',
        'broken',
        `${service.user.name} cannot read ${first}, a part of the program`,
        `chmod -R go+rX ${shellWord(reach.value.root ?? first)}`,
      ),
    );
  }
  return ok(found);
};

const shared: Found = async ({ caller, instance }, service) => {
  const users = [caller, service].filter((one) => one !== null);
  if (caller === null || users.some(({ user }) => user.uid === 0)) return ok([]);
  const resolved = await resolveDispatchBinary({ users });
  if (resolved.isErr() || resolved.value.path !== null) return ok([]);
  const who = users.map(({ user }) => user.name).join(' and ');
  const why = resolved.value.candidates.map(({ path, reason }) => `${path}: ${reason ?? 'refused'}`).join('; ');
  return ok([
    finding(
      'program-unreachable',
      'broken',
      `there is no kimaki that ${who} can both execute for ${instance.unit}${why === '' ? '' : `: ${why}`}`,
      'npm install --global --prefix /usr kimaki',
    ),
  ]);
};

const channel: Found = async ({ channel: registered, caller, instance }) => {
  if (registered === undefined) return ok([]);
  if (registered === null) {
    return ok([
      finding(
        'channel-missing',
        'note',
        `nothing registers ${instance.unit} as a channel, so WordPress sends it nothing`,
        'register it with: wca block put',
      ),
    ]);
  }
  const { file, command } = registered;
  const found = [...wrongEnvironment(registered, instance)];
  if (caller === null) return ok(found);
  const readable = await explainAccess(file, caller, 'read');
  if (readable.isErr()) return err(readable.error);
  if (!readable.value.allowed) {
    found.push(
      finding(
        'channel-unreadable',
        'broken',
        `${caller.user.name} cannot read ${file}: no channel is registered at all`,
        `chmod 0644 ${shellWord(file)}`,
      ),
    );
  }
  if (/^\/(root|home)\//.test(command)) {
    found.push(
      finding(
        'command-in-home',
        'risk',
        `${file} registers ${command}, which lies in a home`,
        migrateCommand(instance),
      ),
    );
  }
  const explained = await explainExecution(command, caller, { searchPath: TRUSTED_PATH });
  if (explained.isErr()) {
    if (explained.error.code !== 'NOT_FOUND') return err(explained.error);
    found.push(
      finding(
        'command-missing',
        'broken',
        `${file} registers ${command}, which does not exist`,
        migrateCommand(instance),
      ),
    );
  } else if (explained.value.blockedAt !== null) {
    const { path, reason } = explained.value.blockedAt;
    found.push(
      finding(
        'command-unreachable',
        'broken',
        `${file} registers ${command}, and ${caller.user.name} is stopped at ${path} (${reason})`,
        migrateCommand(instance),
      ),
    );
  }
  return ok(found);
};

/** What a channel tells the program it starts of where the service keeps its data; the hop does not let it through. */
function wrongEnvironment(
  { file, command, env = {} }: NonNullable<DiagnosisRequest['channel']>,
  instance: KimakiInstance,
): readonly InstanceFinding[] {
  if (command === sudoHopPaths(instance.name ?? '').wrapper) return [];
  const wanted = {
    HOME: instance.home,
    KIMAKI_DATA_DIR: instance.dataDir,
    KIMAKI_LOCK_PORT: String(instance.lockPort ?? ''),
  };
  return Object.entries(wanted).flatMap(([name, value]) => {
    const given = env[name];
    if (given === undefined || given === value) return [];
    return [
      finding(
        'channel-environment',
        'broken',
        `${file} gives ${name}=${given} to ${command}, and ${instance.unit} has ${value}: messages go astray`,
        migrateCommand(instance),
      ),
    ];
  });
}

/** The hop, where it is what the channel leads through. */
const hop: Found = async ({ channel: registered, caller, instance }, service) => {
  const { home, dataDir, lockPort, name } = instance;
  const command = registered?.command ?? '';
  const paths = sudoHopPaths(name ?? '');
  const installed = command === '' || !command.startsWith('/') ? ok(null) : await readSudoHop(command);
  if (installed.isErr()) return err(installed.error);
  if (installed.value === null || caller === null || service === null) return ok([]);
  // Whoever may not read the policy gets a "no" from both programs, which says nothing of it.
  const policy = await readRegularFile('/etc/sudoers', { followLinks: true });
  if (policy.isErr() && policy.error.code !== 'NOT_FOUND') return err(policy.error);
  const found: InstanceFinding[] = [];
  const whole = await validateSudoersWhole();
  if (whole.isErr())
    found.push(
      finding('sudoers-invalid', 'broken', whole.error.message, 'visudo -c names the line; correct it first of all'),
    );
  const { target, runAs } = installed.value;
  const rule = await explainSudoRule(caller.user.name, runAs, [target, 'send']);
  if (rule.isErr()) return err(rule.error);
  if (!rule.value.allowed) {
    const how = rule.value.listed ? 'a later rule takes it back' : 'sudo reads no such rule';
    found.push(
      finding(
        'hop-not-in-force',
        'broken',
        `${caller.user.name} may not run ${target} as ${runAs}: ${how}`,
        rule.value.listed ? 'look for a file that sorts behind in /etc/sudoers.d' : migrateCommand(instance),
      ),
    );
  }
  const binary = installed.value.program ?? '/usr/bin/kimaki';
  const wanted = renderSudoHop({
    instance: name ?? '',
    callers: [caller.user.name],
    serviceUser: service.user.name,
    home,
    dataDir,
    binary,
    lockPort,
  });
  if (command !== paths.wrapper || wanted.isErr()) return ok(found);
  const report = await inspectSudoHop(wanted.value);
  if (report.isErr()) return err(report.error);
  found.push(
    ...report.value.findings.map(({ path, detail }) =>
      finding('hop-stale', 'broken', `${path}: ${detail}`, migrateCommand(instance)),
    ),
  );
  return ok(found);
};

/** Helpers that no instance of this host uses, and rules that sudo passes over for their name. */
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
    for (const name of names
      .unwrapOr([])
      .filter((one) => /^(wp-coding-agents-)?kimaki-dispatch/.test(one))
      .sort()) {
      const path = `${directory}/${name}`;
      if (known.has(path)) continue;
      const ignored = directory === '/etc/sudoers.d' && /\.|~$/.test(name);
      const what = ignored
        ? `${path}: sudo reads no file whose name has a dot or ends in ~`
        : `${path} belongs to no instance of this host`;
      found.push(finding('hop-stray', 'risk', what, 'see what it was for, and remove it'));
    }
  }
  return ok(found);
};

const php: Found = async ({ fpmUnit, channel: registered }) => {
  if (fpmUnit === undefined || registered === undefined || registered === null) return ok([]);
  const state = await showUnit(fpmUnit);
  if (state.isErr()) return err(state.error);
  if (!state.value.noNewPrivileges || !registered.command.includes('dispatch')) return ok([]);
  return ok([
    finding(
      'php-without-privileges',
      'broken',
      `${fpmUnit} sets NoNewPrivileges=yes, or something that implies it: sudo refuses to run from PHP`,
      `take it out of ${fpmUnit}`,
    ),
  ]);
};
