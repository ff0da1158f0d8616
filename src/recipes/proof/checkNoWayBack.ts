import { compareRestartRule, explainSudoRule, restartCommand, restartRulePath } from '../../kimaki/dispatch/index.js';
import type { SudoRule } from '../../kimaki/dispatch/index.js';
import { findOwnProgram, isOwnProgram } from '../../kimaki/abilities/index.js';
import { bridgeNamed } from '../../kimaki/bridges/index.js';
import { migrationRemedy } from '../../kimaki/identity/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import { explainAccess } from '../../posix/access/index.js';
import { remedy } from '../../posix/findings/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import { rootNeighbours } from '../host/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/**
 * Point 9: no unit runs as root again, WordPress can execute the registered command, and the agent may do no more as root than
 * restart its unit, where that was asked for.
 */
export async function checkNoWayBack(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [
    judgeIdentity(subject),
    ...(await checkCompanions(subject)),
    ...judgeOtherInstances(subject),
    await checkRegistered(subject),
    ...(await checkRestartRule(subject)),
    ...(await checkOwnPrefix(subject)),
  ];
}

/** Decides whether the unit starts as the service user after a reboot; pure. */
export function judgeIdentity({ instance, service }: Pick<Subject, 'instance' | 'service'>): AcceptanceCheck {
  const { state, unit } = instance;
  const { passed, failed } = verdictsOf('identity', 9, unit);
  if (state.needDaemonReload) {
    const way = remedy.command('systemctl', 'daemon-reload');
    return failed(`the files of ${unit} are not what systemd has loaded`, way);
  }
  return state.user === service.user.name
    ? passed(`${unit} is loaded with User=${state.user}, so it starts as ${state.user} after a reboot`)
    : failed(`${unit} is loaded with User=${state.user === '' ? 'root' : state.user}; ${service.user.name} is wanted`);
}

/** A worker of the same site that still runs as root makes root-owned files again. */
async function checkCompanions({ instance, service }: Subject): Promise<readonly AcceptanceCheck[]> {
  const services = instance.companions.filter((unit) => unit.endsWith('.service'));
  const users: CompanionUser[] = [];
  for (const unit of services) {
    const state = await showUnit(unit);
    if (state.isErr()) return [verdictsOf('companions', 9, unit).failed(state.error.message)];
    users.push({ unit, user: state.value.user });
  }
  return judgeCompanions(users, service.user.name);
}

/** A companion and the account systemd has it loaded with. */
export type CompanionUser = { readonly unit: string; readonly user: string };

/** Decides over the services that work on the same site; no check where there are none. Pure. */
export function judgeCompanions(companions: readonly CompanionUser[], wanted: string): readonly AcceptanceCheck[] {
  const [first] = companions;
  if (first === undefined) return [];
  const root = companions.find(({ user }) => ['', 'root', '0'].includes(user));
  const { passed, failed } = verdictsOf('companions', 9, (root ?? first).unit);
  return root === undefined
    ? [passed(`${companions.map(({ unit }) => unit).join(', ')}: none runs as root`)]
    : [failed(`${root.unit} works on the same site and is loaded to run as root; ${wanted} is wanted`)];
}

async function checkRegistered({ channel, web }: Subject): Promise<AcceptanceCheck> {
  const { passed, failed, unchecked } = verdictsOf('registered-command', 9, channel?.file ?? web.user.name);
  if (channel === null) return unchecked('no channel is registered');
  const { command } = channel.entry;
  const registers = `${channel.file} registers ${command}`;
  const explained = await explainAccess(command, web, 'execute');
  if (explained.isErr()) return failed(`${registers}: ${explained.error.message}`);
  const { allowed, blockedAt, components } = explained.value;
  if (allowed) return passed(`${registers}, which ${web.user.name} can execute`);
  const where = components.find(({ path }) => path === blockedAt?.path);
  const mode = where === undefined ? '' : ` (mode ${where.mode})`;
  return failed(`${registers}, but ${web.user.name} is stopped at ${blockedAt?.path ?? command}${mode}`);
}

/** Another instance that works as root on the same site, or in the same home, makes root-owned files again. */
export function judgeOtherInstances({
  instance,
  neighbours,
}: Pick<Subject, 'instance' | 'neighbours'>): readonly AcceptanceCheck[] {
  return rootNeighbours(instance, neighbours).map(({ unit, shares }) =>
    verdictsOf('other-instance', 9, unit).unchecked(
      `${unit} is not migrated: it runs as root and shares ${shares} with ${instance.unit}, so what it writes there is root's`,
      migrationRemedy({ unit, user: 'root' }),
    ),
  );
}

/** Where the agent runs a program of its own: it is the one that npm upgrades for it, and root starts none of it. */
async function checkOwnPrefix({ instance, service, accepted }: Subject): Promise<readonly AcceptanceCheck[]> {
  const bridge = bridgeNamed(instance.bridge);
  const { unit, binary } = instance;
  const isOwn = binary !== null && (await isOwnProgram(binary, service.user.home, bridge.package));
  if (!isOwn && accepted.ownPrefix !== true) return [];
  const { passed, failed } = verdictsOf('own-prefix', 9, unit);
  const found = await findOwnProgram(bridge, service);
  if (found.isErr()) return [failed(found.error.message)];
  const { path } = found.value;
  if (path !== binary)
    return [failed(`${unit} starts ${binary ?? 'nothing'}, and ${service.user.name} upgrades ${path}`)];
  return [
    instance.state.user === service.user.name
      ? passed(`${unit} starts ${path} as ${service.user.name}, which can upgrade it`)
      : failed(`${unit} starts ${path} as ${instance.state.user || 'root'}, and ${service.user.name} can change it`),
  ];
}

/** Where the agent may restart its own unit, the rule is in force and for nothing else. */
async function checkRestartRule({ instance, service, accepted }: Subject): Promise<readonly AcceptanceCheck[]> {
  const { unit } = instance;
  const verdicts = verdictsOf('restart-rule', 9, unit);
  const file = await readRegularFile(restartRulePath(unit));
  if (file.isErr() && file.error.code !== 'NOT_FOUND') return [verdicts.failed(file.error.message)];
  const text = file.map(({ bytes }) => bytes.toString('utf8')).unwrapOr(null);
  if (text === null && accepted.allowRestart !== true) return [];
  const rule = await explainSudoRule(service.user.name, 'root', restartCommand(unit));
  if (rule.isErr()) return [verdicts.failed(rule.error.message)];
  return [judgeRestartRule(unit, service.user.name, text, rule.value)];
}

/** Decides over the text of the rule's file, null where there is none, and over what sudo makes of the policy. Pure. */
export function judgeRestartRule(
  unit: string,
  user: string,
  text: string | null,
  { allowed, reason }: Pick<SudoRule, 'allowed' | 'reason'>,
): AcceptanceCheck {
  const { passed, failed } = verdictsOf('restart-rule', 9, unit);
  const path = restartRulePath(unit);
  if (text === null) return failed(`${path} does not exist, by which ${user} was to restart ${unit}`);
  const compared = compareRestartRule(text, unit, user);
  if (compared.isErr()) return failed(compared.error.message);
  if (!compared.value.isSame)
    return failed(`${path} has other rules than "${compared.value.wanted}": look what it lets ${user} do as root`);
  return allowed
    ? passed(`${user} may run systemctl restart ${unit} as root, by ${path}, which has no other rule`)
    : failed(`${user} may not run systemctl restart ${unit} as root, although ${path} says so: ${reason ?? ''}`);
}
