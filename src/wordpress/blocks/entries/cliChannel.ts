import type { PhpNotALiteral, PhpUnencodable, PhpUnreadable } from '../../php/index.js';

/**
 * How one bridge is called, as `datamachine_code_cli_channels` takes it.
 *
 * The consumer runs `[command, ...args]` without a shell, with PATH and `env` only; it puts the values of
 * `{recipient}`, `{message}`, `{conversation_id}` and `{channel}` into the arguments.
 */
export interface CliChannel {
  /** Absolute path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** True: the consumer does not wait, so it never sees how the program ended. */
  readonly detach?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A channel as read from a block. */
export interface NamedCliChannel extends CliChannel {
  /** The key in `$channels`. */
  readonly name: string;
  /** Keys of the entry this model does not know; `setChannelCommand` keeps them. */
  readonly otherKeys: readonly string[];
}

/** A body that is not the one assignment it should be, or holds what cannot be read or written exactly. */
export type ChannelError =
  | { readonly code: 'NOT_A_CHANNEL'; readonly message: string; readonly line: number }
  | PhpUnreadable
  | PhpNotALiteral
  | PhpUnencodable;
