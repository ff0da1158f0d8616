import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { bridgeNamed, installRemedy, programPath } from '../../kimaki/bridges/index.js';
import { isHopCommand, probeDispatch } from '../../kimaki/dispatch/index.js';
import type { DispatchProbe } from '../../kimaki/dispatch/index.js';
import type { ProgramResult } from '../../posix/programs/index.js';
import { remedy } from '../../posix/findings/index.js';
import type { Remedy } from '../../posix/findings/index.js';
import { resolveExecutable } from '../../posix/access/index.js';
import { runAs } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { verdictsOf } from './check.js';
import { fpmRunner } from './fpmRunner.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Some versions take their time to answer. */
const VERSION_DEADLINE_MS = 15_000;

/**
 * Point 3: WordPress's account can run the system binary, and the registered command works as that account, link by
 * link; with a channel named, a message is delivered and seen to arrive.
 */
export async function checkDispatch(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  const { web, service, instance } = subject;
  return [...(await checkBinary(instance, [web, service])), ...(await checkChannel(subject))];
}

/**
 * Asks for the version with a home that it may write: the program makes directories below HOME before it answers, and the
 * home of WordPress's account may be root's. All as that account, which makes the directory and removes it.
 */
const ASK_VERSION = 'home=$(mktemp -d) || exit 125; HOME=$home "$0" --version; status=$?; rm -rf "$home"; exit $status';

/** Whether each account can execute the bridge's program, and the program answers. */
export async function checkBinary(
  instance: Pick<Subject['instance'], 'bridge'>,
  accounts: readonly Identity[],
): Promise<readonly AcceptanceCheck[]> {
  const bridge = bridgeNamed(instance.bridge);
  const who = accounts.map(({ user }) => user.name).join(' and ');
  const { failed } = verdictsOf('binary', 3, who);
  const install = installRemedy(bridge);
  const found = await resolveExecutable(bridge.program, accounts, { searchPath: programPath(bridge) });
  if (found.isErr()) return [failed(found.error.message)];
  const { path, candidates } = found.value;
  if (path === null) {
    const why = candidates.map((each) => `${each.path}: ${each.reason ?? 'refused'}`).join('; ');
    return [
      failed(`no ${bridge.program} that ${who} can execute: ${why || 'there is none in the system prefix'}`, install),
    ];
  }
  const checks: AcceptanceCheck[] = [];
  for (const account of accounts) {
    const ran = await runAs(account, '/bin/sh', ['-c', ASK_VERSION, path], { timeoutMs: VERSION_DEADLINE_MS });
    checks.push(
      ran.match(
        (end) => judgeVersion(account.user.name, path, end, install),
        ({ message }) =>
          verdictsOf('binary', 3, account.user.name).failed(`as ${account.user.name}, ${path} --version: ${message}`),
      ),
    );
  }
  return checks;
}

/** Decides over a run of `--version`: whether the way to the program or the program itself failed. Pure. */
export function judgeVersion(
  account: string,
  path: string,
  { exitCode, stdout, stderr }: Pick<ProgramResult, 'exitCode' | 'stdout' | 'stderr'>,
  install: Remedy,
): AcceptanceCheck {
  const { passed, failed } = verdictsOf('binary', 3, account);
  const said = firstLine(stderr);
  switch (exitCode) {
    case 0:
      return passed(`as ${account}, with a home of its own: ${path} --version: ${firstLine(stdout)}`);
    case 125:
      return failed(`${account} cannot make a directory for temporary files: ${said}`);
    case 126:
    case 127:
      return failed(`${account} does not get as far as the program ${path}: ${said}`, install);
    default: {
      const end = exitCode === null ? 'is ended by a signal' : `ends with ${exitCode}`;
      return failed(`${account} can start ${path}, and the program itself fails: --version ${end}: ${said}`, install);
    }
  }
}

async function checkChannel(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  const { channel, instance, service, web, site, options } = subject;
  const { failed, unchecked } = verdictsOf('dispatch', 3, instance.unit);
  if (channel === null) {
    return [unchecked(`no mu-plugin in ${site.muPluginsDir} registers a channel for ${instance.unit}`)];
  }
  const { entry } = channel;
  const bridge = bridgeNamed(instance.bridge);
  const { sendTokenFile } = bridge.variables;
  if (sendTokenFile !== null && instance.state.mainPid === 0) {
    const start = remedy.command('systemctl', 'start', instance.unit);
    return [
      unchecked(
        `${instance.unit} is ${instance.state.activeState}, and only the running service takes messages`,
        start,
      ),
    ];
  }
  const token =
    sendTokenFile === null
      ? {}
      : { token: { variable: sendTokenFile, database: join(instance.dataDir, bridge.database ?? '') } };
  const marker = `wca-probe-${randomBytes(12).toString('hex')}`;
  const request = {
    command: entry.command,
    args: entry.args,
    ...(entry.env === undefined ? {} : { env: entry.env }),
    caller: web,
    opens:
      // Behind a hop the service user opens the data, otherwise the caller itself.
      sendTokenFile === null
        ? { identity: isHopCommand(entry.command) ? service : web, dataDir: instance.dataDir }
        : null,
    ...token,
    ...(options.probeChannel === undefined
      ? {}
      : {
          message: {
            recipient: options.probeChannel,
            marker,
            channel: bridge.name,
            arrival: { roots: [instance.dataDir, join(instance.home, '.local/share/opencode')], deadlineMs: 120_000 },
          },
        }),
  };
  const inside = site.fpm === null ? null : await probeDispatch({ ...request, run: fpmRunner(site.fpm) });
  // Where php-fpm cannot be asked, WordPress still runs from the command line.
  const isAsked = inside !== null && !(inside.isErr() && inside.error.code === 'DISPATCH_NOT_RUN');
  const probed = isAsked ? inside : await probeDispatch(request);
  if (probed.isErr()) return [failed(probed.error.message)];
  return [
    judgeChain(instance.unit, web.user.name, entry.command, probed.value),
    judgeDelivery(instance.unit, options.probeChannel, probed.value),
  ];
}

type Probed = Pick<DispatchProbe, 'broken' | 'links'>;

/** Decides whether the registered command reaches the agent's data; the message itself is {@link judgeDelivery}'s. Pure. */
export function judgeChain(unit: string, caller: string, command: string, { links, broken }: Probed): AcceptanceCheck {
  const { passed, failed } = verdictsOf('dispatch', 3, unit);
  if (broken === null || broken.link === 'delivery' || broken.link === 'arrival') {
    const proven = links.filter(({ ok }) => ok === true).length;
    return passed(`as ${caller}, ${command} reaches the agent's data: ${proven} links proven`);
  }
  const at = broken.blockedAt === null ? '' : `, at ${broken.blockedAt}`;
  return failed(`as ${caller}, ${command} fails at "${broken.link}"${at}: ${broken.detail}`);
}

/** Decides whether the message to `channel` arrived; without a channel none was sent. Pure. */
export function judgeDelivery(unit: string, channel: string | undefined, { broken, links }: Probed): AcceptanceCheck {
  const { passed, failed, unchecked } = verdictsOf('dispatch-delivery', 3, unit);
  if (channel === undefined)
    return unchecked('no message was sent, as no channel of this agent was named', remedy.option('probeChannel'));
  if (broken !== null) return failed(`the message did not arrive, "${broken.link}": ${broken.detail}`);
  return passed(links.find(({ link }) => link === 'arrival')?.detail ?? 'the message arrived');
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? '';
}
