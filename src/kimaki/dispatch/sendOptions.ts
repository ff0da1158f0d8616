import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';

/** The options of `send` that a hop lets through. */
export interface SendOptions {
  /** With a value that the caller chooses: the recipient, the message. */
  readonly free: readonly string[];
  /** With the values that the channel registers, and no others. */
  readonly fixed: ReadonlyMap<string, readonly string[]>;
  /** Without a value. */
  readonly flags: readonly string[];
}

/** Let through whatever the channel registers; none of them does more than say what is sent where. */
const ALWAYS = ['--channel', '--thread', '--user', '--prompt'];

const TOKEN = /\{(recipient|message|conversation_id|channel)\}/;
const OPTION = /^(--[A-Za-z][A-Za-z0-9-]*|-[A-Za-z])(?:=([\s\S]*))?$/;

/**
 * Reads from a channel's arguments which options of `send` its messages need; pure.
 *
 * A value with a token in it is the caller's to choose, any other is fixed. The error says in words which argument cannot
 * be let through: it would let the caller start something else than `send`, or use another data directory.
 *
 * @param args - as the channel registers them, tokens and all
 * @param dataDir - the only data directory that may be named
 */
export function sendOptions(args: readonly string[], dataDir: string): Result<SendOptions, string> {
  const free = new Set(ALWAYS);
  const fixed = new Map<string, string[]>();
  const flags = new Set<string>();
  const [command, ...rest] = args;
  if (command !== 'send')
    return err(`the hop lets through "send" only, and the channel's arguments begin with another`);
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? '';
    const [, name, joined] = OPTION.exec(word) ?? [];
    if (name === undefined)
      return err(`the channel's argument ${JSON.stringify(word.slice(0, 80))} is no option of send`);
    const next = rest[index + 1];
    const value = joined ?? (next === undefined || OPTION.test(next) ? undefined : next);
    if (joined === undefined && value !== undefined) index += 1;
    if (value === undefined) {
      if (ALWAYS.includes(name)) return err(`the channel's option ${name} has no value`);
      flags.add(name);
      continue;
    }
    if (/^--data-?dir$/i.test(name) && value !== dataDir) {
      return err(`the channel's arguments name another data directory than ${dataDir}`);
    }
    if (TOKEN.test(value)) free.add(name);
    else fixed.set(name, [...(fixed.get(name) ?? []), value]);
  }
  for (const name of free) fixed.delete(name);
  const both = [...flags].find((name) => free.has(name) || fixed.has(name));
  if (both !== undefined) return err(`the channel gives the option ${both} once with a value and once without`);
  return ok({ free: [...free], fixed, flags: [...flags] });
}

/** What a channel's arguments may ask for. */
export interface DispatchTokens {
  readonly recipient: string;
  readonly message: string;
  readonly conversationId?: string;
  readonly channel: string;
}

/**
 * Fills `{recipient}`, `{message}`, `{conversation_id}` and `{channel}` into a channel's arguments, each once.
 *
 * What a token stands for is not searched again, so a message that contains `{recipient}` is delivered as it is.
 * Other braces stay. It is what the CLI transport of data-machine-code does before `proc_open`.
 */
export function substituteTokens(args: readonly string[], tokens: DispatchTokens): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    '{recipient}': tokens.recipient,
    '{message}': tokens.message,
    '{conversation_id}': tokens.conversationId ?? '',
    '{channel}': tokens.channel,
  };
  return args.map((arg) =>
    arg.replace(/\{(recipient|message|conversation_id|channel)\}/g, (token) => values[token] ?? token),
  );
}
