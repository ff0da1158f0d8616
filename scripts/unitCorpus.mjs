// Unit files that other people wrote: those of this machine, and those of Debian packages that are downloaded and never
// installed. For tests, benchmarks and scripts.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Packages whose units are rich: sandboxes, templates, sockets, timers, drop-ins, long commands. */
export const CORPUS_PACKAGES = [
  ...[
    'apache2',
    'avahi-daemon',
    'bind9',
    'bluez',
    'certbot',
    'chrony',
    'clamav-freshclam',
    'cloud-init',
    'cups-daemon',
  ],
  ...['dnsmasq', 'dovecot-core', 'exim4-base', 'fail2ban', 'haproxy', 'iwd', 'libvirt-daemon-system', 'lvm2'],
  ...['mariadb-server', 'mdadm', 'memcached', 'mosquitto', 'network-manager', 'nfs-common', 'nfs-kernel-server'],
  ...['nginx-common', 'nut-server', 'openssh-server', 'openvpn', 'packagekit', 'php8.2-fpm', 'postfix'],
  ...['postgresql-common', 'redis-server', 'rsyslog', 'samba', 'smartmontools', 'squid', 'systemd-resolved'],
  ...[
    'systemd-timesyncd',
    'tor',
    'udisks2',
    'unattended-upgrades',
    'unbound',
    'vsftpd',
    'wireguard-tools',
    'wpasupplicant',
  ],
];

/** Where the units of packages are kept once they were fetched. */
const CACHE = process.getuid?.() === 0 ? '/var/cache/wca-units' : join(homedir(), '.cache/wca-units');

const UNIT = /\.(?:service|socket|timer|target|mount|automount|path|slice|swap|scope)$/;

/**
 * A unit file or drop-in: the package it is of (`system` for this machine's own), its path there, and what it holds.
 *
 * @typedef {{ readonly package: string, readonly path: string, readonly bytes: Buffer }} CorpusUnit
 */

/**
 * Every unit file and drop-in of this machine.
 *
 * @returns {readonly CorpusUnit[]}
 */
export function systemUnits() {
  const directories = ['/etc/systemd', '/usr/lib/systemd', '/usr/local/lib/systemd', '/run/systemd/generator'];
  return directories.flatMap((directory) => unitsBelow('system', directory));
}

/**
 * Every unit file and drop-in of {@link CORPUS_PACKAGES}, fetched with apt-get the first time.
 *
 * @param {(line: string) => void} [say]
 * @returns {readonly CorpusUnit[]} empty when apt cannot fetch them; `say` then says why
 */
export function packageUnits(say = () => undefined) {
  const place = join(CACHE, createHash('sha256').update(CORPUS_PACKAGES.join(' ')).digest('hex').slice(0, 16));
  if (!existsSync(place)) {
    const failed = fetchInto(place);
    if (failed !== null) {
      say(failed);
      return [];
    }
  }
  return CORPUS_PACKAGES.flatMap((name) => unitsBelow(name, join(place, name)));
}

/**
 * @param {string} place
 * @returns {string | null} why it failed
 */
function fetchInto(place) {
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'new-'));
  try {
    const options = ['-qq', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=2'];
    const download = () =>
      spawnSync('apt-get', [...options, 'download', ...CORPUS_PACKAGES], {
        cwd: work,
        encoding: 'utf8',
        timeout: 300_000,
      });
    let done = download();
    // The list of packages may be older than what the archive has.
    if (done.status !== 0 && process.getuid?.() === 0) {
      spawnSync('apt-get', ['-qq', 'update'], { timeout: 300_000 });
      done = download();
    }
    if (done.status !== 0) return `apt-get download failed: ${done.error?.message ?? done.stderr.trim()}`;
    for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
      const name = basename(file).split('_', 1)[0] ?? '';
      const tar = spawnSync('dpkg-deb', ['--fsys-tarfile', file], { cwd: work, maxBuffer: 1024 * 1024 * 1024 });
      if (tar.status !== 0) return `dpkg-deb ${file} failed: ${String(tar.stderr)}`;
      const target = join(work, name);
      mkdirSync(target);
      const only = ['--no-same-owner', '--wildcards', './lib/systemd/*', './usr/lib/systemd/*'];
      // It exits with 2 where a package has none in one of the places.
      spawnSync('tar', ['-x', '-C', target, ...only], { input: tar.stdout });
      rmSync(join(work, file));
    }
    try {
      renameSync(work, place);
    } catch (error) {
      // Another process was faster.
      if (!existsSync(place)) throw error;
    }
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {string} directory
 * @returns {readonly CorpusUnit[]}
 */
function unitsBelow(name, directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => UNIT.test(path) || (path.endsWith('.conf') && UNIT.test(dirname(path).replace(/\.d$/, ''))))
    .map((path) => join(directory, path))
    .filter((path) => lstatSync(path).isFile())
    .sort()
    .map((path) => ({ package: name, path, bytes: readFileSync(path) }));
}
