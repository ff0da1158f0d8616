import { err } from 'neverthrow';
import type { DispatchEnd, DispatchNoEnd, DispatchRunError, DispatchRunner } from '../../kimaki/dispatch/index.js';
import { runInFpm } from '../../wordpress/fpm/index.js';
import type { FpmAnswer, FpmPool } from '../../wordpress/fpm/index.js';

/**
 * Starts dispatch commands from a worker of the php-fpm pool that serves a site, for `probeDispatch`: account, sandbox and
 * settings are those of the real caller.
 *
 * What `runInFpm` promises holds; a pool that cannot be asked is `DISPATCH_NOT_RUN`. Needs root.
 *
 * @example
 * ```ts
 * import { fpmRunner } from '@wca/runtime-sdk/recipes';
 * import { findSite } from '@wca/runtime-sdk/wordpress';
 *
 * const site = await findSite('/var/www/site');
 * if (site.isErr()) throw new Error(site.error.message);
 * const { fpm } = site.value;
 * if (fpm === null) throw new Error('no php-fpm serves it');
 * const ran = await fpmRunner(fpm)(['/usr/bin/kimaki', '--version'], { env: {}, timeoutMs: 10_000 });
 * if (ran.isErr()) console.error(ran.error.message);
 * else console.log(ran.value);
 * ```
 */
export function fpmRunner(pool: Pick<FpmPool, 'listen' | 'user' | 'group'>): DispatchRunner {
  return (command, how) =>
    runInFpm(pool, command, how)
      .map(dispatchEnd)
      .orElse((error) => err<never, DispatchRunError>({ code: 'DISPATCH_NOT_RUN', message: error.message }));
}

/** How a command ended in php-fpm, as a dispatch is judged by. */
export function dispatchEnd(answer: FpmAnswer): DispatchEnd | DispatchNoEnd {
  switch (answer.end) {
    case 'exited':
      return { exitCode: answer.exitCode, signal: null, stderr: answer.stderr };
    case 'signalled':
      return { exitCode: null, signal: `signal ${answer.signal}`, stderr: answer.stderr };
    case 'timeout':
      return { end: 'timeout', stderr: '' };
    case 'not-started':
      return { end: 'not-started', stderr: answer.reason };
  }
}
