import { Result } from 'neverthrow';
import type { CliChannel } from './readCliChannel.js';
import { encodePhpValue } from '../../php/index.js';
import type { PhpUnencodable, PhpValue } from '../../php/index.js';

/**
 * Writes the body of a `bridge:` block for a channel, in the layout of the installer, for `putBlock`; pure.
 *
 * `readCliChannel` reads the same channel from it. The values are encoded, not checked: the command may be one that
 * the user who runs it cannot execute. `otherKeys` are not written.
 *
 * Errors: `PHP_UNENCODABLE` for a value without an exact PHP literal.
 *
 * @example
 * ```ts
 * import { renderCliChannel } from '@wca/runtime-sdk/wordpress';
 *
 * const body = renderCliChannel({
 *   name: 'kimaki',
 *   command: '/usr/bin/kimaki',
 *   args: ['send', '--channel', '{recipient}', '--prompt', '{message}'],
 *   detach: true,
 *   timeoutSeconds: 600,
 * });
 * if (body.isErr()) console.error(body.error.at, body.error.message);
 * else console.log(body.value);
 * ```
 */
export function renderCliChannel(channel: CliChannel): Result<string, PhpUnencodable> {
  const { name, command, args, detach, timeoutSeconds, env, cwd } = channel;
  const given: readonly (readonly [string, PhpValue | undefined])[] = [
    ['command', command],
    ['args', args],
    ['detach', detach],
    ['timeout', timeoutSeconds],
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
