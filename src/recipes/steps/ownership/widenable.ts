/**
 * Whether a group-write pass may widen an entry of this name. False for secrets, for files that steer the web
 * server or PHP, for version control, and for the managed mu-plugins, which have a step of their own; nor for anything below one.
 *
 * `path` is relative to what is opened: every component of it counts. What is private by its mode is the sweep's own
 * judgement.
 */
export function widenable(path: Buffer): boolean {
  const names = path.toString('latin1').toLowerCase().split('/');
  return !names.some((name) => KEPT.some((pattern) => pattern.test(name)));
}

const KEPT: readonly RegExp[] = [
  /^wp-config.*\.php/,
  /^wp-coding-agents-.*\.php$/,
  /^wca-.*\.php$/,
  /^\.(htaccess|htpasswd|user\.ini)$/,
  /^\.env(\..*)?$/,
  /^\.(git|svn|hg|ssh|opencode|claude|codex)$/,
  /^(opencode\.json|agents\.md|auth\.json)$/,
  /\.(sql|sqlite3?|db|dump)(\.(gz|bz2|xz|zst|zip))?$/,
  /\.(pem|key|p12|pfx)$/,
  /(secret|credential|passw)/,
];
