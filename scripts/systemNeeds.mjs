import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * What the tests run besides Node, as Debian packages: the one list. `for` is what is said before installing.
 *
 * @type {readonly { readonly name: string, readonly for: string }[]}
 */
export const TEST_PACKAGES = [
  { name: 'systemd', for: 'systemd-analyze verify' },
  { name: 'systemd-container', for: 'the lab: booting a host' },
  { name: 'mmdebstrap', for: 'the lab: building its image' },
  { name: 'php-cli', for: 'php -l, and reading back what was written to PHP files' },
  { name: 'acl', for: 'getfacl and setfacl' },
  { name: 'attr', for: 'extended attributes' },
  { name: 'sudo', for: 'visudo, and sudo rules as sudo reads them' },
  { name: 'strace', for: 'proving what a command does not touch' },
  { name: 'sqlite3', for: 'databases as their own program sees them' },
  { name: 'git', for: 'the list of tracked files, and repositories in test trees' },
];

/** The packages of the lab alone. */
export const LAB_PACKAGES = ['systemd-container', 'mmdebstrap'];

/** Can packages be installed here: Debian (or a child of it), as root? */
export function canInstall() {
  return existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-query') && process.getuid?.() === 0;
}

/**
 * Which of these Debian packages are not installed. Where there is no dpkg, all of them count as missing.
 *
 * @param {readonly string[]} names
 * @returns {readonly string[]}
 */
export function missingPackages(names) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n', ...names], {
    encoding: 'utf8',
  });
  const lines = query.error ? [] : query.stdout.split('\n');
  const installed = new Set(lines.filter((line) => line.startsWith('installed ')).map((line) => line.slice(10)));
  return names.filter((name) => !installed.has(name));
}

/**
 * Installs with apt-get what is missing of these packages, and says so before it does. Installed ones are left as they
 * are. Throws when apt-get fails, with the end of what it said.
 *
 * @param {readonly string[]} names
 * @param {(line: string) => void} [say]
 */
export function ensurePackages(names, say = (line) => process.stderr.write(`${line}\n`)) {
  const missing = missingPackages(names);
  if (missing.length === 0) return;
  if (!canInstall()) throw new Error(`cannot install ${missing.join(' ')}: that needs root on Debian`);
  say(`installing with apt-get: ${missing.join(' ')}`);
  const options = ['-o', 'DPkg::Lock::Timeout=600', '-qq'];
  apt([...options, 'update']);
  apt([...options, 'install', '-y', '--no-install-recommends', ...missing]);
}

/** @param {readonly string[]} args */
function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const done = spawnSync('apt-get', args, { encoding: 'utf8', env, timeout: 900_000, maxBuffer: 64 * 1024 * 1024 });
  if (done.status === 0) return;
  const said = `${done.stdout}${done.stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`apt-get ${args.join(' ')} failed:\n${done.error?.message ?? said}`);
}
