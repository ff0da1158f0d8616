/** Names that never move, whatever is asked: keys, passwords, histories of shells. */
const NEVER = new Set([
  '.ssh',
  '.secrets',
  '.pki',
  '.gnupg',
  '.aws',
  '.bash_history',
  '.mysql_history',
  '.netrc',
  '.npmrc',
  '.kube',
  '.git-credentials',
  '.my.cnf',
  'authorized_keys',
]);

/** Paths below a home that are credentials although their last name alone does not say so. */
const NEVER_PATHS: readonly string[] = ['.docker/config.json', '.config/gcloud', '.wp-cli/config.yml'];

const SHAPES: readonly RegExp[] = [
  /secret/,
  /credential/,
  /token/,
  /pass/,
  /\.pem$/,
  /\.key$/,
  /auth-backup/,
  /^id_/,
  /^\.env/,
];

/**
 * Tells whether a name, or any component of a path relative to a home, looks like a credential.
 *
 * It judges names only and reads nothing, so a key called `notes.txt` passes. It is broad on purpose: a false
 * positive costs the operator one move by hand, a false negative hands the agent a key. Case does not count.
 * `.config/gh` is not matched: a forge login moves on purpose with the engineering posture.
 *
 * @param name - a file name, or a path relative to a home (`.docker/config.json`)
 */
export function credentialName(name: string): boolean {
  const components = name
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  if (components.some((part) => NEVER.has(part) || SHAPES.some((shape) => shape.test(part)))) return true;
  const path = components.join('/');
  return NEVER_PATHS.some((never) => path === never || path.startsWith(`${never}/`));
}

/** The first credential that lies somewhere below a path relative to a home, or null; names only, nothing is read. */
export function credentialBelow(path: string): string | null {
  const lower = path.toLowerCase();
  return NEVER_PATHS.find((never) => never.startsWith(`${lower}/`)) ?? null;
}
