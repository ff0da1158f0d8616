import type { ResultAsync } from 'neverthrow';
import type { AccessError } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import type { DispatchEnd, DispatchFault, DispatchLink } from './explainDispatchExit.js';

/** A message that is really sent; other people can see it. @inline */
export interface ProbeMessage {
  /** What `{recipient}` stands for: the channel's id at the other end. */
  readonly recipient: string;
  /** The text to send. Unique, at least 8 characters, found again byte for byte in what the service stores. */
  readonly marker: string;
  /** What `{channel}` stands for; default `kimaki`. */
  readonly channel?: string;
  readonly conversationId?: string;
  /** Milliseconds `send` may take; default 60 000. */
  readonly timeoutMs?: number;
  /** Where the message must appear (data directory, sessions), and for how many ms to look (default 30 000). */
  readonly arrival: { readonly roots: readonly string[]; readonly deadlineMs?: number };
}

/** The chain to check. @inline */
export interface DispatchProbeRequest {
  /** As the channel registers it. */
  readonly command: string;
  /** As the channel registers them, tokens and all; only used with `message`. */
  readonly args?: readonly string[];
  /** The channel's own variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** The account PHP runs as. */
  readonly caller: Identity;
  /**
   * Who opens the data directory at the end of the chain (behind a hop: the service user), and where it is; null for a
   * program that hands its message to the running service without it.
   */
  readonly opens: { readonly identity: Identity; readonly dataDir: string } | null;
  /**
   * For a program that the running service lets in by a token: the variable of `env` that names the file with the token, and
   * the database, which the caller must not be able to write, since `send` would then use it by itself.
   */
  readonly token?: { readonly variable: string; readonly database: string };
  /** How the command is started; default as the caller, outside of php-fpm. */
  readonly run?: DispatchRunner;
  /** PATH of the first run; default `TRUSTED_PATH` of posix. */
  readonly path?: string;
  /** Milliseconds for each run of `--help` or `--version`; default 20 000. */
  readonly timeoutMs?: number;
  /** php-fpm's unit forbids new privileges, so the caller is run without them as well. Without `run` only. */
  readonly noNewPrivileges?: boolean;
  readonly message?: ProbeMessage;
}

/**
 * Starts a command as the caller with exactly these variables and no others, and waits for its end.
 *
 * `not-started`: PHP itself started nothing (`proc_open` is disabled), with its reason in `stderr`.
 */
export type DispatchRunner = (
  command: readonly string[],
  how: { readonly env: Readonly<Record<string, string>>; readonly timeoutMs: number },
) => ResultAsync<DispatchEnd | DispatchNoEnd, DispatchRunError>;

/** Why there is no exit status. @inline */
export interface DispatchNoEnd {
  readonly end: 'timeout' | 'not-started';
  readonly stderr: string;
}

/** The runner failed before the command could be judged. */
export interface DispatchRunError {
  readonly code: 'DISPATCH_NOT_RUN';
  readonly message: string;
}

/** One link and its state: true proven, false broken, null not tried, with the reason. @inline */
export interface ProbedLink {
  readonly link: DispatchLink;
  readonly ok: boolean | null;
  readonly detail: string;
}

/** What the probe found. */
export interface DispatchProbe {
  /** No link is broken. Links that were not tried do not count against it. */
  readonly ok: boolean;
  readonly links: readonly ProbedLink[];
  /** The first broken link. */
  readonly broken: {
    readonly link: DispatchLink;
    readonly fault: DispatchFault;
    /** The component that refuses, where one does. */
    readonly blockedAt: string | null;
    readonly detail: string;
  } | null;
}

/** The probe itself failed. A broken chain is a result and not an error. */
export type DispatchProbeError = AccessError | ProgramError | ReadFileError | DispatchRunError | IoError | Aborted;
