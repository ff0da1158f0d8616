import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { decodeNode, encodePhpValue } from '../../php/index.js';
import { managedAssignment, notAChannel } from './managedAssignment.js';
import type { ChannelError, ManagedAssignment, ManagedEntry } from './managedAssignment.js';
import { readCliChannel, stringMap } from './readCliChannel.js';
import { splice } from '../putBlock.js';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Changes the command (and `env`) in the body of a `bridge:` block and gives the new body; pure. Only the bytes of
 * these values change.
 *
 * Spacing, comments, the order of the keys and unknown keys stay byte for byte. When the body has these values
 * already, the result is the same Buffer. The new body has been read back and has the values asked for.
 *
 * Errors: those of `readCliChannel`; `PHP_UNENCODABLE` for a value without an exact PHP literal.
 *
 * @param body - the body as `getBlock` gives it
 * @param command - absolute path of the program
 * @param options - `env`: the complete `env` of the channel; null removes the entry; absent keeps it
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
  options: { readonly env?: Readonly<Record<string, string>> | null } = {},
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

/** Removes one entry with its comma. */
function removal(entries: readonly ManagedEntry[], index: number, entry: ManagedEntry): Edit {
  const before = entries[index - 1];
  const after = entries[index + 1];
  if (before !== undefined) return { start: before.node.end, end: entry.node.end, text: '' };
  return { start: entry.node.start, end: after === undefined ? entry.node.end : after.node.start, text: '' };
}

/** A new entry gets a line of its own when the last entry has one. */
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
      message: 'the edited block does not have the values asked for. Nothing was changed',
      line: 1,
    });
  });
}
