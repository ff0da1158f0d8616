import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { credentialBelow, credentialName } from './credentialName.js';
import { RUNTIME_STATE, TOOLCHAIN_STATE } from './statePaths.js';

/** A path an operator asked to be moved as well, and why it is not. */
export interface ExtraPathRefused {
  readonly code: 'EXTRA_PATH_REFUSED';
  readonly message: string;
  /** As it came in, printable. */
  readonly path: string;
  readonly reason:
    'empty' | 'absolute' | 'parent' | 'control-character' | 'credential' | 'holds-state' | 'through-link';
}

/**
 * Accepts a path below a home that an operator wants moved with the state, in its plain form (`a//b/` → `a/b`).
 *
 * Only the text is judged: whether the path exists, or leads through a link, is for the inventory. Refused are
 * absolute paths, `..`, control characters, credentials (see {@link credentialName}), directories that are
 * known to hold one, and directories that hold a part of the state, since that moves entry by entry.
 *
 * @param path - what the operator gave
 */
export function checkExtraPath(path: string): Result<string, ExtraPathRefused> {
  const shown = printablePath(path.length > 200 ? `${path.slice(0, 200)}…` : path);
  const refuse = (reason: ExtraPathRefused['reason'], why: string): Result<string, ExtraPathRefused> =>
    err({ code: 'EXTRA_PATH_REFUSED', message: `"${shown}" is not moved: ${why}`, path: shown, reason });
  if (path.startsWith('/')) return refuse('absolute', 'an extra path is relative to the home the service uses');
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0000-\u001f\u007f]/.test(path)) return refuse('control-character', 'it holds a control character');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return refuse('parent', 'an extra path must not contain ".."');
  const plain = parts.join('/');
  if (plain === '') return refuse('empty', 'name a file or directory below the home, not the home itself');
  if (credentialName(plain)) {
    return refuse('credential', 'its name looks like a credential; give the service user one of its own instead');
  }
  const below = credentialBelow(plain);
  if (below !== null && plain !== '.wp-cli')
    return refuse('credential', `it contains ${printablePath(below)}; name the parts that are needed instead`);
  const state = [...RUNTIME_STATE, ...TOOLCHAIN_STATE].find((entry) => entry.startsWith(`${plain}/`));
  if (state !== undefined)
    return refuse(
      'holds-state',
      `it contains ${printablePath(state)}, which moves by itself; name the entry that is missing`,
    );
  return ok(plain);
}
