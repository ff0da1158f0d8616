import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { probeDispatch } from '../../kimaki/dispatch/index.js';
import type { DispatchProbe } from '../../kimaki/dispatch/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { resolveExecutable } from '../../posix/access/index.js';
import { runAs } from '../../posix/accounts/index.js';
import { fpmRunner } from '../host/index.js';
import { failed, passed, unchecked } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Some versions take their time to answer. */
const VERSION_DEADLINE_MS = 15_000;

/**
 * Point 3: WordPress's account can run the system binary, and the registered command works as that account,
 * link by link; with a channel named, a message is delivered and seen to arrive.
 */
export async function checkDispatch(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await checkBinary(subject), ...(await checkChannel(subject))];
}

async function checkBinary({ web, service }: Subject): Promise<AcceptanceCheck> {
  const id = 'binary';
  const found = await resolveExecutable('kimaki', [web, service], { searchPath: TRUSTED_PATH });
  if (found.isErr()) return failed(id, 3, found.error.message);
  const { path, candidates } = found.value;
  if (path === null) {
    const why = candidates.map((each) => `${each.path}: ${each.reason ?? 'refused'}`).join('; ');
    return failed(
      id,
      3,
      `no kimaki that ${web.user.name} and ${service.user.name} can both execute: ${why || 'none in the system prefix'}`,
    );
  }
  const ran = await runAs(web, path, ['--version'], { timeoutMs: VERSION_DEADLINE_MS });
  if (ran.isErr()) return failed(id, 3, ran.error.message);
  const { exitCode, stdout, stderr } = ran.value;
  const told = `sudo -u ${web.user.name} ${path} --version`;
  return exitCode === 0
    ? passed(id, 3, `${told}: ${firstLine(stdout)}`)
    : failed(id, 3, `${told} ends with ${exitCode ?? 'a signal'}: ${firstLine(stderr)}`);
}

async function checkChannel(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  const { channel, instance, service, web, site, options } = subject;
  if (channel === null) {
    return [unchecked('dispatch', 3, `no mu-plugin in ${site.muPluginsDir} registers a channel for ${instance.unit}`)];
  }
  const { entry } = channel;
  const marker = `wca-probe-${randomBytes(12).toString('hex')}`;
  const request = {
    command: entry.command,
    args: entry.args,
    ...(entry.env === undefined ? {} : { env: entry.env }),
    caller: web,
    opens: { identity: isHop(entry.command) ? service : web, dataDir: instance.dataDir },
    ...(options.probeChannel === undefined
      ? {}
      : {
          message: {
            recipient: options.probeChannel,
            marker,
            arrival: { roots: [instance.dataDir, join(instance.home, '.local/share/opencode')], deadlineMs: 30_000 },
          },
        }),
  };
  const inside = site.fpm === null ? null : await probeDispatch({ ...request, run: fpmRunner(site.fpm) });
  // Where php-fpm cannot be asked, WordPress still runs from the command line.
  const isAsked = inside !== null && !(inside.isErr() && inside.error.code === 'DISPATCH_NOT_RUN');
  const probed = isAsked ? inside : await probeDispatch(request);
  if (probed.isErr()) return [failed('dispatch', 3, probed.error.message)];
  return [chain(subject, entry.command, probed.value), delivery(options.probeChannel, probed.value)];
}

function chain({ web }: Subject, command: string, { links, broken }: DispatchProbe): AcceptanceCheck {
  if (broken === null || broken.link === 'delivery' || broken.link === 'arrival') {
    return passed(
      'dispatch',
      3,
      `as ${web.user.name}, ${command} reaches the agent's data: ${links.filter(({ ok }) => ok === true).length} links proven`,
    );
  }
  const at = broken.blockedAt === null ? '' : `, at ${broken.blockedAt}`;
  return failed('dispatch', 3, `as ${web.user.name}, ${command} breaks at "${broken.link}"${at}: ${broken.detail}`);
}

function delivery(channel: string | undefined, { broken, links }: DispatchProbe): AcceptanceCheck {
  const id = 'dispatch-delivery';
  if (channel === undefined) return unchecked(id, 3, 'no message was sent; name a channel with --probe-channel');
  if (broken !== null) return failed(id, 3, `the message did not arrive, "${broken.link}": ${broken.detail}`);
  const arrival = links.find(({ link }) => link === 'arrival');
  return passed(id, 3, arrival?.detail ?? 'the message arrived');
}

/** Behind a hop the service user opens the data, otherwise the caller itself. */
export function isHop(command: string): boolean {
  return /^\/usr\/local\/bin\/wp-coding-agents-kimaki-dispatch(-[A-Za-z0-9_.-]+)?$/.test(command);
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? '';
}
