import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { ChannelError } from './cliChannel.js';
import { decodeNode, encodePhpValue } from '../../php/index.js';
import { managedAssignment, notAChannel } from './managedAssignment.js';
import type { ManagedAssignment, ManagedEntry } from './managedAssignment.js';
import { readCliChannel, stringMap } from './readCliChannel.js';
import { splice } from '../putBlock.js';

/** What else to change along with the command. */
export interface SetChannelCommandOptions {
  /** The whole `env` of the channel; null takes the entry out; without it `env` stays as it is. */
  readonly env?: Readonly<Record<string, string>> | null;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Gives the body of a `bridge:` block with another command (and `env`), changing only the bytes of those values.
 *
 * Spacing, comments, key order and keys this library does not know stay byte for byte. A body that already says so
 * comes back as the very same Buffer. What it returns has been read back and says what was asked for. Refused is a
 * body that is not one `$channels['NAME'] = [ … ];` with literal values.
 *
 * @param body - the body as `getBlock` gives it
 * @param command - absolute path of the program
 *
 * @example
 * ```ts
 * import { setChannelCommand } from '@wca/runtime-sdk/wordpress';
 *
 * const body = Buffer.from("    $channels['kimaki'] = [ 'command' => '/root/.kimaki/bin/kimaki', 'args' => [] ];\n");
 * const next = setChannelCommand(body, '/usr/bin/kimaki');
 * if (next.isErr()) console.error(next.error.message);
 * else console.log(next.value.toString());
 * ```
 */
export function setChannelCommand(
  body: Buffer,
  command: string,
  options: SetChannelCommandOptions = {},
): Result<Buffer, ChannelError> {
  return managedAssignment(body, 'channels').andThen((assignment) =>
    commandEdits(assignment, body, command).andThen((edits) =>
      envEdits(assignment, body, options.env).andThen((more) => {
        const all = [...edits, ...more].sort((a, b) => b.start - a.start);
        const next = all.reduce((bytes, { start, end, text }) => splice(bytes, start, end, Buffer.from(text)), body);
        return check(next, command, options.env);
      }),
    ),
  );
}

function commandEdits(
  { array, entries }: ManagedAssignment,
  body: Buffer,
  command: string,
): Result<Edit[], ChannelError> {
  const entry = entries.find(({ key }) => key === 'command');
  if (entry === undefined) return notAChannel(array.line, "there is no 'command'");
  const now = decodeNode(entry.value, body);
  if (now.isOk() && now.value === command) return ok([]);
  return encodePhpValue(command).map((text) => [{ ...span(entry), text }]);
}

function envEdits(
  { array, entries }: ManagedAssignment,
  body: Buffer,
  env: Readonly<Record<string, string>> | null | undefined,
): Result<Edit[], ChannelError> {
  if (env === undefined) return ok([]);
  const index = entries.findIndex(({ key }) => key === 'env');
  const entry = entries[index];
  if (env === null) return ok(entry === undefined ? [] : [removal(entries, index, entry)]);
  return encodePhpValue(new Map(Object.entries(env))).andThen((text): Result<Edit[], ChannelError> => {
    if (entry !== undefined) {
      const now = decodeNode(entry.value, body);
      return ok(now.isOk() && sameMap(stringMap(now.value), env) ? [] : [{ ...span(entry), text }]);
    }
    const last = entries.at(-1);
    if (last === undefined) return notAChannel(array.line, 'the array is empty');
    return ok([{ start: last.node.end, end: last.node.end, text: `,${gapBefore(last, body)}'env' => ${text}` }]);
  });
}

function span({ value }: ManagedEntry): { start: number; end: number } {
  return { start: value.start, end: value.end };
}

/** Takes one entry out together with the comma that goes with it. */
function removal(entries: readonly ManagedEntry[], index: number, entry: ManagedEntry): Edit {
  const before = entries[index - 1];
  const after = entries[index + 1];
  if (before !== undefined) return { start: before.node.end, end: entry.node.end, text: '' };
  return { start: entry.node.start, end: after === undefined ? entry.node.end : after.node.start, text: '' };
}

/** A new entry goes onto a line of its own exactly when the last one has one. */
function gapBefore({ node }: ManagedEntry, body: Buffer): string {
  const line = body.toString('latin1', body.lastIndexOf(0x0a, node.start - 1) + 1, node.start);
  return /^[ \t]+$/.test(line) ? `\n${line}` : ' ';
}

function sameMap(a: Readonly<Record<string, string>> | null, b: Readonly<Record<string, string>>): boolean {
  return a !== null && JSON.stringify(Object.entries(a)) === JSON.stringify(Object.entries(b));
}

function check(
  next: Buffer,
  command: string,
  env: Readonly<Record<string, string>> | null | undefined,
): Result<Buffer, ChannelError> {
  return readCliChannel(next).andThen((channel) => {
    const envIs = env === undefined || (env === null ? channel.env === undefined : sameMap(channel.env ?? null, env));
    if (channel.command === command && envIs) return ok(next);
    return err<Buffer, ChannelError>({
      code: 'NOT_A_CHANNEL',
      message: 'the block could not be edited: read back it says something else; nothing was changed',
      line: 1,
    });
  });
}
