import { createHash } from 'node:crypto';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';

/** A file of this package on the host: root:root, with exactly this content and mode. @inline */
export interface ManagedFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** The three files through which a caller reaches the service user's data directory. */
export interface SudoHop {
  /** What the channel registers; runs as the caller. */
  readonly wrapper: ManagedFile;
  /** What sudo starts; runs as the service user and lets through `send …` and `--version` only. */
  readonly target: ManagedFile;
  /** The rule that allows it. */
  readonly sudoers: ManagedFile;
  /** Every account that has a rule, the service user among them. */
  readonly callers: readonly string[];
  readonly serviceUser: string;
}

/** Where the three files of an instance are. */
export interface SudoHopPaths {
  readonly wrapper: string;
  readonly target: string;
  readonly sudoers: string;
}

/** A value of the hop that cannot be written safely. */
export type SudoHopError =
  | { readonly code: 'INVALID_ACCOUNT_NAME'; readonly message: string; readonly name: string }
  | { readonly code: 'INVALID_HOP_VALUE'; readonly message: string; readonly field: string; readonly value: string };

/**
 * Gives the paths of an instance's hop, which are those of the installer; different instances never share one.
 *
 * With the same names, either of the two replaces what the other wrote, and no second rule stays beside the first. `''` is
 * the plain `kimaki.service`. sudo silently ignores files in `sudoers.d` whose name has a dot or ends in `~` (sudoers(5)), so
 * an instance with other characters than letters, digits, `_`, `-` and `@` gets a name made of what is left and a digest.
 *
 * Source: `_kimaki_install_dispatch_helpers` in `bridges/kimaki.sh` of the public repository Extra-Chill/wp-coding-agents.
 *
 * @param instance - what stands between `kimaki-` and `.service`, or `''`
 */
export function sudoHopPaths(instance: string): SudoHopPaths {
  const name = instance === '' ? 'kimaki' : `kimaki-${plainName(instance)}`;
  return {
    wrapper: `/usr/local/bin/wp-coding-agents-${name}-dispatch`,
    target: `/usr/local/lib/wp-coding-agents/${name}-dispatch-target`,
    sudoers: `/etc/sudoers.d/wp-coding-agents-${name}-dispatch`,
  };
}

/** A name as a part of a file name that sudo reads: itself where it can be, else what is left of it and a digest of `whole`. */
export function plainName(name: string, whole = name): string {
  const plain = name.replace(/[^A-Za-z0-9_@-]/g, '_').slice(0, 100);
  return plain === name ? name : `${plain}-${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`;
}

/** Tells whether a command is the wrapper of an instance's hop, by its name. Pure. */
export function isHopCommand(command: string): boolean {
  return /^\/usr\/local\/bin\/wp-coding-agents-kimaki(-[A-Za-z0-9_@-]+)?-dispatch$/.test(command);
}

/**
 * Accepts names that mean one account in a sudoers rule and nothing else.
 *
 * Stricter than useradd: `%`, `#`, `+`, `!`, spaces and commas have a meaning in sudoers(5), and upper case is how
 * its aliases and `ALL` are written. Whether the account exists is not asked.
 */
export function checkAccountName(name: string): Result<string, SudoHopError> {
  if (/^[a-z_][a-z0-9_-]*\$?$/.test(name) && name.length <= 32) return ok(name);
  const shown = printablePath(name).slice(0, 80);
  return err({
    code: 'INVALID_ACCOUNT_NAME',
    message: `"${shown}" cannot be used in a sudoers rule; use an account name of the form [a-z_][a-z0-9_-]*`,
    name: shown,
  });
}

/** Accepts an absolute path without `..`, empty components or control characters. */
export function checkHopPath(field: string, value: string): Result<string, SudoHopError> {
  const plain =
    value.startsWith('/') &&
    value
      .slice(1)
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..');
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if ((plain || value === '/') && !/[\u0000-\u001f\u007f]/.test(value) && value.length <= 4096) return ok(value);
  const shown = printablePath(value).slice(0, 200);
  const wanted = 'an absolute path without "..", "//" or control characters';
  const message = `"${shown}" cannot be the ${field} of the hop: ${wanted} is needed`;
  return err({ code: 'INVALID_HOP_VALUE', message, field, value: shown });
}

/** Writes a path as sudoers(5) wants a command: its separators, quotes and wildcards escaped. visudo refuses `\@`. */
export function escapeSudoersPath(path: string): string {
  return path.replace(/[\\,:=#"'!*?[\]()<>~&|;$`{} ]/g, '\\$&');
}
