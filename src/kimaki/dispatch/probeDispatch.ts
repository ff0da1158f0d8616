import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { unlessAborted } from '../../posix/paths/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import type { DispatchProbe, DispatchProbeError, DispatchProbeRequest, ProbedLink } from './dispatchProbe.js';
import type { DispatchLink } from './explainDispatchExit.js';
import {
  arrive,
  byToken,
  dataDirectory,
  deliver,
  harmlessArgument,
  hopInForce,
  programReachable,
  reachable,
  start,
} from './probeLinks.js';
import type { Broken } from './probeLinks.js';
import { readSudoHop } from './readSudoHop.js';
import type { InstalledHop } from './readSudoHop.js';

/**
 * Follows the path of a message, as the caller and with php-fpm's environment, and names the first broken link.
 *
 * In order: may the caller execute the command, links and interpreters included; if that is a script over sudo, is its
 * target there and its rule in force, and may the service user execute the program at the end; does `COMMAND --help`
 * (through a hop `--version`) run with nothing but a PATH, and again without one (php-fpm workers have none); may the
 * account that receives it write the data directory and its databases; or, with `token`, does the running service let it
 * in: `send` without a message is answered with 64 by the service itself, and nothing is sent. Without `message` nothing is
 * sent, and delivery is reported as not tried. With it, the channel's own arguments are used and the message must appear in
 * what the service stores.
 *
 * With a `run` that starts it from a worker of php-fpm (`fpmRunner` of the recipes), the sandbox, `disable_functions` and
 * everything else of the real caller count; without, only `noNewPrivileges` does. It proves start and hop, not
 * `send`. A program behind sudo that is killed after its time limit may run on for a moment. Needs root.
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
export function probeDispatch(
  request: DispatchProbeRequest,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<DispatchProbe, DispatchProbeError> {
  return new ResultAsync(probe(request, options.signal));
}

async function probe(
  request: DispatchProbeRequest,
  signal: AbortSignal | undefined,
): Promise<Result<DispatchProbe, DispatchProbeError>> {
  const { opens, message } = request;
  const hop = request.command.startsWith('/') ? await readSudoHop(request.command) : ok(null);
  if (hop.isErr()) return err(hop.error);
  const links: ProbedLink[] = [];
  const steps = stepsOf(request, hop.value);
  for (const [link, proven, step] of steps) {
    const go = unlessAborted(signal, `the probe of ${request.command}`);
    if (go.isErr()) return err(go.error);
    const outcome = await step();
    if (outcome.isErr()) return err(outcome.error);
    if (outcome.value !== null) {
      const later = steps
        .slice(links.length + 1)
        .map(([next]) => ({ link: next, ok: null, detail: `not tried: ${link} is broken` }));
      const broken = { link, ...shadowedIfListed(link, hop.value, outcome.value) };
      links.push({ link, ok: false, detail: broken.detail }, ...later);
      return ok({ ok: false, links, broken });
    }
    links.push({ link, ok: true, detail: proven });
  }
  if (opens === null) {
    links.push({ link: 'data-directory', ok: null, detail: 'not opened: the program reaches the service another way' });
  }
  if (message === undefined) {
    links.push({ link: 'delivery', ok: null, detail: 'not checked: name a channel to send a marked message to' });
  }
  return ok({ ok: true, links, broken: null });
}

type Step = readonly [DispatchLink, string, () => Promise<Result<Broken | null, DispatchProbeError>>];

function stepsOf(request: DispatchProbeRequest, hop: InstalledHop | null): readonly Step[] {
  const { env = {}, path = TRUSTED_PATH, opens, token, message } = request;
  const steps: Step[] = [
    ['command', `${request.caller.user.name} can execute ${request.command}`, () => reachable(request)],
  ];
  if (hop !== null) {
    const { runAs, target, program } = hop;
    steps.push([
      'hop',
      `sudo lets ${request.caller.user.name} run ${target} as ${runAs}`,
      () => hopInForce(request, hop),
    ]);
    const proven =
      program === null
        ? `the text of ${target} does not show which program it starts`
        : `${runAs} can execute ${program}`;
    steps.push(['program', proven, () => programReachable(hop)]);
  }
  const tried = harmlessArgument(hop);
  steps.push(['start', `${tried} runs with only a PATH`, () => start(request, hop, { PATH: path, ...env })]);
  steps.push(['start-without-path', `${tried} runs without a PATH, as inside php-fpm`, () => start(request, hop, env)]);
  if (opens !== null) {
    const proven = `${opens.identity.user.name} can write ${opens.dataDir}`;
    steps.push(['data-directory', proven, () => dataDirectory(opens)]);
  }
  if (token !== undefined) {
    const proven = `the running service takes what ${request.caller.user.name} sends with the token`;
    steps.push(['token', proven, () => byToken(request, token)]);
  }
  if (message !== undefined) {
    let sentAt = 0;
    steps.push([
      'delivery',
      'send succeeded',
      () => {
        sentAt = Date.now();
        return deliver(request, message);
      },
    ]);
    const proven = `the message appeared in ${message.arrival.roots.join(', ')}`;
    steps.push(['arrival', proven, () => arrive(message, sentAt)]);
  }
  return steps;
}

/** The rule is in force, and sudo still asks for a password: a later matching rule requires it. */
function shadowedIfListed(link: DispatchLink, hop: InstalledHop | null, broken: Broken): Broken {
  if (hop === null || !link.startsWith('start') || broken.fault !== 'sudo-refused') return broken;
  if (!broken.detail.includes('a password is required')) return broken;
  const detail = `sudo lets the caller run ${hop.target} but asks for a password: a later matching rule has no NOPASSWD, and the last match applies`;
  return { ...broken, fault: 'rule-shadowed', detail };
}
