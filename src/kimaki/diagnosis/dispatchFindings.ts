import { readdir } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { TRUSTED_PATH, explainAccess, explainExecution } from '../../posix/index.js';
import type { Identity } from '../../posix/index.js';
import { showUnit } from '../../systemd/index.js';
import { explainSudoRule } from '../explainSudoRule.js';
import { inspectSudoHop } from '../inspectSudoHop.js';
import { readSudoHop } from '../readSudoHop.js';
import { renderSudoHop } from '../renderSudoHop.js';
import { resolveDispatchBinary } from '../resolveDispatchBinary.js';
import { sudoHopPaths } from '../sudoHop.js';
import { unreadablePackageFiles } from '../unreadablePackageFiles.js';
import { validateSudoersWhole } from '../validateSudoers.js';
import { finding } from './finding.js';
import type { DiagnosisError, DiagnosisRequest, InstanceFinding } from './finding.js';

const HARDEN = 'hardenInstall of @wca/runtime-sdk/recipes puts it right';

/** How messages reach an instance, and what would stop them. */
export async function dispatchFindings(request: DiagnosisRequest, service: Identity | null): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const found: InstanceFinding[] = [];
  for (const look of [program, shared, channel, hop, strays, php]) {
    const more = await look(request, service);
    if (more.isErr()) return err(more.error);
    found.push(...more.value);
  }
  return ok(found);
}

type Look = (request: DiagnosisRequest, service: Identity | null) => Promise<Result<readonly InstanceFinding[], DiagnosisError>>;

const program: Look = async ({ instance }, service) => {
  const { binary, unit, environment } = instance;
  if (binary === null || !binary.startsWith('/') || service === null) return ok([]);
  const found: InstanceFinding[] = [];
  if (/^\/(root|home)\//.test(binary)) {
    found.push(finding('program-in-home', 'risk', `${unit} starts ${binary}, which lies in a home`, 'start the program of the system prefix instead'));
  }
  const explained = await explainExecution(binary, service, { searchPath: environment.PATH ?? TRUSTED_PATH });
  if (explained.isErr() && explained.error.code !== 'NOT_FOUND') return err(explained.error);
  const blocked = explained.isErr() ? `${binary} does not exist` : explained.value.blockedAt;
  if (blocked !== null) {
    const at = typeof blocked === 'string' ? blocked : `refused at ${blocked.path} (${blocked.reason})`;
    found.push(finding('program-unreachable', 'broken', `${service.user.name} cannot execute ${binary}: ${at}`, 'npm install --global --prefix /usr kimaki, and correct ExecStart='));
    return ok(found);
  }
  const reach = await unreadablePackageFiles(binary, service);
  if (reach.isErr()) return err(reach.error);
  const [first] = reach.value.unreadable;
  if (first !== undefined) {
    found.push(finding('package-unreadable', 'broken', `${service.user.name} cannot read ${first}, a part of the program`, `chmod -R go+rX ${reach.value.root ?? first}`));
  }
  return ok(found);
};

const shared: Look = async ({ caller, instance }, service) => {
  const users = [caller, service].filter((one) => one !== null);
  if (caller === null || users.some(({ user }) => user.uid === 0)) return ok([]);
  const resolved = await resolveDispatchBinary({ users });
  if (resolved.isErr() || resolved.value.path !== null) return ok([]);
  const who = users.map(({ user }) => user.name).join(' and ');
  const why = resolved.value.candidates.map(({ path, reason }) => `${path}: ${reason ?? 'refused'}`).join('; ');
  return ok([finding('program-unreachable', 'broken', `there is no kimaki that ${who} can both execute for ${instance.unit}${why === '' ? '' : `: ${why}`}`, 'npm install --global --prefix /usr kimaki')]);
};

const channel: Look = async ({ channel: registered, caller, instance }) => {
  if (registered === undefined) return ok([]);
  if (registered === null) {
    return ok([finding('channel-missing', 'note', `nothing registers ${instance.unit} as a channel, so WordPress sends it nothing`, 'register it with: wca block put')]);
  }
  const { file, command } = registered;
  if (caller === null) return ok([]);
  const found: InstanceFinding[] = [];
  const readable = await explainAccess(file, caller, 'read');
  if (readable.isErr()) return err(readable.error);
  if (!readable.value.allowed) {
    found.push(finding('channel-unreadable', 'broken', `${caller.user.name} cannot read ${file}: no channel is registered at all`, `chmod 0644 ${file}; ${HARDEN}`));
  }
  if (/^\/(root|home)\//.test(command)) {
    found.push(finding('command-in-home', 'risk', `${file} registers ${command}, which lies in a home`, HARDEN));
  }
  const explained = await explainExecution(command, caller, { searchPath: TRUSTED_PATH });
  if (explained.isErr()) {
    if (explained.error.code !== 'NOT_FOUND') return err(explained.error);
    found.push(finding('command-missing', 'broken', `${file} registers ${command}, which does not exist`, HARDEN));
  } else if (explained.value.blockedAt !== null) {
    const { path, reason } = explained.value.blockedAt;
    found.push(finding('command-unreachable', 'broken', `${file} registers ${command}, and ${caller.user.name} is stopped at ${path} (${reason})`, HARDEN));
  }
  return ok(found);
};

/** The hop, where it is what the channel leads through. */
const hop: Look = async ({ channel: registered, caller, instance }, service) => {
  const { home, dataDir, lockPort, name } = instance;
  const command = registered?.command ?? '';
  const paths = sudoHopPaths(name ?? '');
  const installed = command === '' || !command.startsWith('/') ? ok(null) : await readSudoHop(command);
  if (installed.isErr()) return err(installed.error);
  if (installed.value === null || caller === null || service === null) return ok([]);
  const found: InstanceFinding[] = [];
  const whole = await validateSudoersWhole();
  if (whole.isErr()) found.push(finding('sudoers-invalid', 'broken', whole.error.message, 'visudo -c names the line; correct it first of all'));
  const { target, runAs } = installed.value;
  const rule = await explainSudoRule(caller.user.name, runAs, [target, 'send']);
  if (rule.isErr()) return err(rule.error);
  if (!rule.value.allowed) {
    const how = rule.value.listed ? 'a later rule takes it back' : 'sudo reads no such rule';
    found.push(finding('hop-not-in-force', 'broken', `${caller.user.name} may not run ${target} as ${runAs}: ${how}`, rule.value.listed ? 'look for a file that sorts behind in /etc/sudoers.d' : HARDEN));
  }
  const binary = installed.value.program ?? '/usr/bin/kimaki';
  const wanted = renderSudoHop({ instance: name ?? '', callers: [caller.user.name], serviceUser: service.user.name, home, dataDir, binary, lockPort });
  if (command !== paths.wrapper || wanted.isErr()) return ok(found);
  const report = await inspectSudoHop(wanted.value);
  if (report.isErr()) return err(report.error);
  found.push(...report.value.findings.map(({ path, detail }) => finding('hop-stale', 'broken', `${path}: ${detail}`, HARDEN)));
  return ok(found);
};

/** Helpers that no instance of this host uses, and rules that sudo passes over for their name. */
const strays: Look = async ({ instances, instance }) => {
  const known = new Set(
    [...instances, instance].flatMap(({ name }) => {
      const { wrapper, target, sudoers } = sudoHopPaths(name ?? '');
      return [wrapper, target, sudoers];
    }),
  );
  const found: InstanceFinding[] = [];
  for (const directory of ['/etc/sudoers.d', '/usr/local/bin', '/usr/local/lib/wp-coding-agents']) {
    const names = await readdir(directory).catch((): string[] => []);
    for (const name of names.filter((one) => /^(wp-coding-agents-)?kimaki-dispatch/.test(one)).sort()) {
      const path = `${directory}/${name}`;
      if (known.has(path)) continue;
      const ignored = directory === '/etc/sudoers.d' && /\.|~$/.test(name);
      const what = ignored ? `${path}: sudo reads no file whose name has a dot or ends in ~` : `${path} belongs to no instance of this host`;
      found.push(finding('hop-stray', 'risk', what, 'see what it was for, and remove it'));
    }
  }
  return ok(found);
};

const php: Look = async ({ fpmUnit, channel: registered }) => {
  if (fpmUnit === undefined || registered === undefined || registered === null) return ok([]);
  const state = await showUnit(fpmUnit);
  if (state.isErr()) return err(state.error);
  if (!state.value.noNewPrivileges || !registered.command.includes('dispatch')) return ok([]);
  return ok([finding('php-without-privileges', 'broken', `${fpmUnit} sets NoNewPrivileges=yes, or something that implies it: sudo refuses to run from PHP`, `take it out of ${fpmUnit}`)]);
};
