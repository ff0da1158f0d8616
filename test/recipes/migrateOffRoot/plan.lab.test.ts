import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANARY, SITE, UNIT_FILE, compareSnapshots, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { MINUTE, PROVE_ALL, STATE_DIR, brokenHost, endedWith, lastingSnapshot, migrate } from './support.js';
import { rows } from '../../support/campaign.js';
import type { Finished } from './support.js';

const lab = labAvailable();

/** Every call that makes, opens, changes or removes something in a file system. */
const CALLS = [
  'open,openat,openat2,creat,truncate,ftruncate,fallocate,rename,renameat,renameat2,link,linkat,symlink,symlinkat',
  'unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,chmod,fchmod,fchmodat,chown,lchown,fchown,fchownat,utime,utimes',
  'futimesat,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,mount,umount2,execve',
].join(',');

/** An open that could write. The others of the calls above write by themselves, whatever their arguments. */
const OPENS_TO_WRITE = /\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b/;
const OPENS = /^(open|openat|openat2)\(/;
/** What may be opened for writing: it keeps nothing. */
const KEEPS_NOTHING = '"/dev/null"';
/** Private copies (of a database, of php-fpm's configuration), the home in which the program is tried, and PHP's own lock: removed again. */
const PRIVATE_COPY = /["<](\/var\/tmp\/wca-db-\d+-\w{6}|\/tmp\/(wca-fpm-\w{6}|tmp\.\w{10}|\.ZendSem\.\w{6}))[">/]/;

/** What an idle host of the lab writes by itself: its services' data and logs, and the double's traces. */
const IDLE_WRITES = [
  /^-?\/var\/log\//,
  /^-?\/var\/lib\/(mysql|systemd|php)\//,
  /^-?\/var\/(cache|spool)\//,
  /^-?\/(tmp|var\/tmp|run)\//,
  /^-?\/root\/\.kimaki\/discord-sessions\.db(-wal|-shm)?$/,
  /^\/home\/opencode\/\.local\/share\/opencode\/storage\/session\.log$/,
  /^\/var\/www\/site\/wp-content\/uploads\/(agent\/\d+\.json|datamachine-worker\.log)$/,
];

/** The planted secret as it is and as base64 would carry it, wherever in the encoded bytes it begins. */
const SECRETS = [CANARY, ...[0, 1, 2].map((shift) => base64Within(shift))];

function base64Within(shift: number): string {
  // The first and last characters depend on the neighbours.
  return Buffer.from('x'.repeat(shift) + CANARY)
    .toString('base64')
    .slice(shift === 0 ? 0 : 4, -4);
}

/** Fails when the secret is anywhere in what a command wrote. */
function tellsNoSecret(result: Finished): Finished {
  const written = result.stdout + result.stderr;
  for (const secret of SECRETS)
    expect(written.includes(secret), `the secret in:\n${written.slice(0, 3000)}`).toBe(false);
  return result;
}

describe.skipIf(!lab.ok)('the plan of a migration', () => {
  let host: Host;

  beforeAll(async () => {
    host = await brokenHost();
  });
  afterAll(() => host.down());

  it('opens nothing for writing but private copies and a scratch home, in any of its processes', async () => {
    const traced = `strace -f -qq -y -s 4096 -e signal=none -e trace=${CALLS} -o /run/plan.trace wca migrate-off-root plan`;
    endedWith(await host.run(traced, { timeoutMs: 6 * MINUTE, env: { UV_USE_IO_URING: '0' } }), 0);
    const lines = (await host.ok(['cat', '/run/plan.trace'])).split('\n');
    const processes = new Set(lines.map((line) => line.split(' ', 1)[0]));
    const calls = lines.map((line) => line.replace(/^\d+ +/, '')).filter((line) => /^[a-z]\w*\(/.test(line));

    // It did look, and it did start programs.
    expect(calls.filter((call) => call.includes(`"${UNIT_FILE}"`)).length).toBeGreaterThan(0);
    expect(calls.filter((call) => call.startsWith('execve(')).length).toBeGreaterThan(5);
    expect(processes.size).toBeGreaterThan(5);

    const writing = calls.filter((call) => {
      if (call.startsWith('execve(') || call.includes(KEEPS_NOTHING) || PRIVATE_COPY.test(call)) return false;
      return !OPENS.test(call) || OPENS_TO_WRITE.test(call);
    });
    expect(writing).toEqual([]);
    expect(calls.some((call) => PRIVATE_COPY.test(call))).toBe(true);
    expect(await host.ok('find /var/tmp /tmp -name "wca-*" -o -name "tmp.??????????"')).toBe('');
    // Nor does the secret stand in an argument, where everybody could read it in /proc.
    expect(calls.filter((call) => call.includes(CANARY))).toEqual([]);
  });

  it('leaves the host as an idle one would', async () => {
    const trees = ['/etc', SITE, '/root', '/home', '/opt', '/usr/local', '/var/lib/datamachine', STATE_DIR];
    const before = lastingSnapshot(host, trees);
    const files = new Set(await host.changedFiles());
    for (const args of rows<readonly string[]>(
      [['plan']],
      [
        ['plan', '--json'],
        ['plan', '--detailed-exitcode', '--no-color'],
      ],
    ))
      await migrate(host, args);
    const changed = (await host.changedFiles()).filter(
      (path) => !files.has(path) && !IDLE_WRITES.some((each) => each.test(path)),
    );
    expect(changed).toEqual([]);
    expect(compareSnapshots(before, lastingSnapshot(host, trees))).toEqual([]);
    expect((await host.run(['test', '-e', STATE_DIR])).code).toBe(1);
  });

  it('can be saved, readable by root alone', async () => {
    tellsNoSecret(endedWith(await migrate(host, ['plan', '--out', '/srv/plan.json']), 0));
    expect(await host.ok(['stat', '-c', '%a %U:%G', '/srv/plan.json'])).toBe('600 root:root');
    tellsNoSecret(await host.run(['cat', '/srv/plan.json']));
  });

  it('shows the unit’s changes without the secret', async () => {
    const plan = tellsNoSecret(endedWith(await migrate(host, ['plan', '--details']), 0));
    expect(plan.stdout).toContain('+User=opencode');
    expect(plan.stdout).toContain('KIMAKI_BOT_TOKEN');
    tellsNoSecret(endedWith(await migrate(host, ['plan', '--json']), 0));
  });

  it('is carried out, proven and taken back without the secret in any output', async () => {
    const logged = await loggedSecrets();
    tellsNoSecret(endedWith(await migrate(host, ['apply', '--yes', '--hold', '1', '-v', ...PROVE_ALL]), 0));
    tellsNoSecret(endedWith(await migrate(host, ['verify', ...rows<string>([], PROVE_ALL)]), 0));
    for (const args of [['verify', '--json'], ['status'], ['status', '--json'], ['plan'], ['apply', '--yes']]) {
      tellsNoSecret(endedWith(await migrate(host, args), 0));
    }
    await isPrivate();
    tellsNoSecret(endedWith(await migrate(host, ['rollback', '--dry-run']), 0));
    tellsNoSecret(endedWith(await migrate(host, ['rollback', '--yes', '-v']), 0));
    const inJson = [
      ['apply', '--json', '--yes', '--hold', '1'],
      ['rollback', '--json', '--yes'],
    ];
    for (const args of rows([], inJson)) tellsNoSecret(endedWith(await migrate(host, args), 0));
    tellsNoSecret(endedWith(await migrate(host, ['status', '--json']), 0));
    await isPrivate();
    expect(await loggedSecrets()).toBe(logged);
    // Where it stood before, and nowhere else; the bot itself keeps it in its database.
    const copies = await host.ok(
      `grep -rlF ${CANARY} /etc /home /root /opt/wca /opt/kimaki-config /srv /var /tmp /usr/local || true`,
    );
    const others = copies.split('\n').filter((path) => !path.startsWith('/root/.kimaki/discord-sessions.db'));
    expect(others.sort()).toEqual([UNIT_FILE, '/root/.kimaki/token']);
  });

  /** Lines of the system's journal with the secret in them. */
  async function loggedSecrets(): Promise<string> {
    return host.ok(`journalctl --no-pager -o cat | grep -cF ${CANARY} || true`);
  }

  /** What is kept of a run is open to nobody but root: the state before an edit holds the unit whole. */
  async function isPrivate(): Promise<void> {
    expect(
      await host.ok(`find ${STATE_DIR} -type d ! -perm 0700 -o -type f ! -perm 0600 -o ! -user root -o ! -group root`),
    ).toBe('');
    expect((await host.ok(`find ${STATE_DIR} -type f`)).split('\n').length).toBeGreaterThan(2);
    expect((await host.run(['ls', STATE_DIR], { user: 'opencode' })).code).not.toBe(0);
  }
});
