import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { TRUSTED_PATH } from '../posix/index.js';
import type { DispatchProbe, DispatchProbeError, DispatchProbeRequest, ProbedLink } from './dispatchProbe.js';
import type { DispatchLink } from './explainDispatchExit.js';
import { arrive, dataDirectory, deliver, reachable, start } from './probeLinks.js';
import type { Broken } from './probeLinks.js';

/**
 * Walks the way a message takes, as the caller and with php-fpm's environment, and names the first broken link.
 *
 * In order: may the caller execute the command, links and interpreters included; does `COMMAND --version` run with
 * nothing but a PATH, and again without one (php-fpm workers have none); may whoever ends up with it write the data
 * directory and its databases. Without `message` nothing is sent, and delivery is reported as not tried. With it,
 * the channel's own arguments are used and the message must turn up in what the service stores.
 *
 * It runs outside php-fpm's sandbox, except for `noNewPrivileges`. `--version` proves start and hop, not `send`.
 * A program that is killed for taking too long behind sudo may live on for an instant.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { probeDispatch } from '@wca/runtime-sdk/kimaki';
 *
 * const caller = await lookupIdentity('www-data');
 * const service = await lookupIdentity('opencode');
 * if (caller.isErr()) throw new Error(caller.error.message);
 * if (service.isErr()) throw new Error(service.error.message);
 * const probe = await probeDispatch({
 *   command: '/usr/local/bin/wp-coding-agents-kimaki-dispatch',
 *   caller: caller.value,
 *   opens: { identity: service.value, dataDir: '/home/opencode/.kimaki' },
 * });
 * if (probe.isErr()) console.error(probe.error.message);
 * else if (probe.value.broken !== null) console.error(probe.value.broken.link, probe.value.broken.detail);
 * ```
 */
export function probeDispatch(request: DispatchProbeRequest): ResultAsync<DispatchProbe, DispatchProbeError> {
  return new ResultAsync(probe(request));
}

async function probe(request: DispatchProbeRequest): Promise<Result<DispatchProbe, DispatchProbeError>> {
  const { env = {}, path = TRUSTED_PATH } = request;
  const links: ProbedLink[] = [];
  const steps: [DispatchLink, string, () => Promise<Result<Broken | null, DispatchProbeError>>][] = [
    ['command', `${request.caller.user.name} can execute ${request.command}`, () => reachable(request)],
    ['start', '--version runs with only a PATH', () => start(request, { PATH: path, ...env })],
    ['start-without-path', '--version runs without a PATH, as inside php-fpm', () => start(request, env)],
    [
      'data-directory',
      `${request.opens.identity.user.name} can write ${request.opens.dataDir}`,
      () => dataDirectory(request),
    ],
  ];
  const { message } = request;
  if (message !== undefined) {
    const sentAt = Date.now();
    steps.push(['delivery', 'send ended well', () => deliver(request, message)]);
    steps.push([
      'arrival',
      `the message turned up in ${message.arrival.roots.join(', ')}`,
      () => arrive(message, sentAt),
    ]);
  }
  for (const [link, proven, step] of steps) {
    const outcome = await step();
    if (outcome.isErr()) return err(outcome.error);
    if (outcome.value !== null) {
      const later = steps
        .slice(links.length + 1)
        .map(([next]) => ({ link: next, ok: null, detail: `not tried, for ${link} is broken` }));
      links.push({ link, ok: false, detail: outcome.value.detail }, ...later);
      return ok({ ok: false, links, broken: { link, ...outcome.value } });
    }
    links.push({ link, ok: true, detail: proven });
  }
  if (message === undefined) {
    links.push({ link: 'delivery', ok: null, detail: 'not checked: name a channel to send a marked message to' });
  }
  return ok({ ok: true, links, broken: null });
}
