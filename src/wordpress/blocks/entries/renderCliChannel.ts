import { Result } from 'neverthrow';
import type { CliChannel } from './cliChannel.js';
import { encodePhpValue } from '../../php/index.js';
import type { PhpUnencodable, PhpValue } from '../../php/index.js';

/**
 * Writes the body of a `bridge:` block for a channel, in the layout the installer writes, ready for `putBlock`.
 *
 * Reading it back with `readCliChannel` gives the same channel. Values are encoded, not judged: whether the command
 * can be reached by the user who runs it is not its business.
 *
 * @example
 * ```ts
 * import { renderCliChannel } from '@wca/runtime-sdk/wordpress';
 *
 * const body = renderCliChannel('kimaki', {
 *   command: '/usr/bin/kimaki',
 *   args: ['send', '--channel', '{recipient}', '--prompt', '{message}'],
 *   detach: true,
 *   timeout: 600,
 * });
 * if (body.isErr()) console.error(body.error.at, body.error.message);
 * else console.log(body.value);
 * ```
 */
export function renderCliChannel(name: string, channel: CliChannel): Result<string, PhpUnencodable> {
  const { command, args, detach, timeout, env, cwd } = channel;
  const given: readonly (readonly [string, PhpValue | undefined])[] = [
    ['command', command],
    ['args', args],
    ['detach', detach],
    ['timeout', timeout],
    ['env', env === undefined ? undefined : new Map(Object.entries(env))],
    ['cwd', cwd],
  ];
  const lines: Result<string, PhpUnencodable>[] = [];
  for (const [key, value] of given) {
    if (value === undefined) continue;
    const padded = `'${key}'`.padEnd("'command'".length);
    lines.push(encodePhpValue(value).map((literal) => `        ${padded} => ${literal},\n`));
  }
  return encodePhpValue(name).andThen((key) =>
    Result.combine(lines).map((texts) => `    $channels[${key}] = [\n${texts.join('')}    ];\n`),
  );
}
