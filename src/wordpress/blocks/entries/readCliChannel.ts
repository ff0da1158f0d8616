import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { decodeNode } from '../../php/index.js';
import type { PhpValue } from '../../php/index.js';
import { managedAssignment, notAChannel } from './managedAssignment.js';
import type { ChannelError } from './managedAssignment.js';

/**
 * One bridge as `datamachine_code_cli_channels` registers it.
 *
 * Data Machine runs `[command, ...args]` without a shell, with PATH and `env` as the only environment. It replaces
 * `{recipient}`, `{message}`, `{conversation_id}` and `{channel}` in the arguments.
 */
export interface CliChannel {
  /** The key in `$channels`. */
  readonly name: string;
  /** Absolute path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** True: Data Machine does not wait for the program and does not learn its exit status. */
  readonly detach?: boolean;
  /** The `timeout` of the entry, which Data Machine takes in whole seconds. */
  readonly timeoutSeconds?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Further keys of an entry that was read. `setChannelCommand` keeps them, `renderCliChannel` does not write them. */
  readonly otherKeys?: readonly string[];
}

/**
 * Reads the body of a `bridge:` block, `$channels['NAME'] = [ … ];`; pure.
 *
 * The PHP is parsed, never run, so every value must be a plain literal. Comments are ignored.
 *
 * Errors, each with its line: `NOT_A_CHANNEL` for another statement, a second one, a key that occurs twice, a value of
 * the wrong type or a missing command; `PHP_NOT_A_LITERAL` for a computed value; `PHP_UNREADABLE`.
 *
 * @param body - the body as `getBlock` gives it
 *
 * @example
 * ```ts
 * import { readCliChannel } from '@wca/runtime-sdk/wordpress';
 *
 * const channel = readCliChannel("$channels['kimaki'] = [ 'command' => '/usr/bin/kimaki', 'args' => [ 'send' ] ];");
 * if (channel.isErr()) console.error(channel.error.message);
 * else console.log(channel.value.name, channel.value.command);
 * ```
 */
export function readCliChannel(body: string | Buffer): Result<CliChannel, ChannelError> {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  return managedAssignment(bytes, 'channels').andThen(({ name, array, entries }) => {
    const known: { -readonly [K in keyof CliChannel]?: CliChannel[K] } = {};
    const otherKeys: string[] = [];
    for (const { key, value: node } of entries) {
      if (!isKnownKey(key)) {
        otherKeys.push(key);
        continue;
      }
      const value = decodeNode(node, bytes);
      if (value.isErr()) return err(value.error);
      const given = value.value;
      const wrong = (expected: string): Result<never, ChannelError> =>
        notAChannel(node.line, `'${key}' is not ${expected}`);
      if (key === 'command' || key === 'cwd') {
        if (typeof given !== 'string') return wrong('a string');
        known[key] = given;
      } else if (key === 'args') {
        if (!isStringList(given)) return wrong('a list of strings');
        known.args = given;
      } else if (key === 'detach') {
        if (typeof given !== 'boolean') return wrong('true or false');
        known.detach = given;
      } else if (key === 'timeout') {
        if (typeof given !== 'number') return wrong('a whole number');
        known.timeoutSeconds = given;
      } else {
        const env = stringMap(given);
        if (env === null) return wrong('a map of strings');
        known.env = env;
      }
    }
    const { command, args = [], ...rest } = known;
    if (command === undefined) return notAChannel(array.line, "there is no 'command'");
    return ok({ ...rest, command, args, name, ...(otherKeys.length === 0 ? {} : { otherKeys }) });
  });
}

const KEYS = ['command', 'args', 'detach', 'timeout', 'env', 'cwd'] as const;

function isKnownKey(key: string): key is (typeof KEYS)[number] {
  return KEYS.some((known) => known === key);
}

function isStringList(value: PhpValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** A PHP array of strings under names; null for another value. `[]` is the empty map. */
export function stringMap(value: PhpValue): Readonly<Record<string, string>> | null {
  if (Array.isArray(value) && value.length === 0) return {};
  if (!(value instanceof Map)) return null;
  const entries: [string, string][] = [];
  for (const [key, item] of value as ReadonlyMap<string | number, PhpValue>) {
    if (typeof key !== 'string' || typeof item !== 'string') return null;
    entries.push([key, item]);
  }
  return Object.fromEntries(entries);
}
