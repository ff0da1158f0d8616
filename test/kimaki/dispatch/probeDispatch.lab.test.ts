import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bootHost, CHANNEL, installPackage, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { hostScript } from '../support/hostScript.js';

const lab = labAvailable();
const WRAPPER = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';
const TARGET = '/usr/local/lib/wp-coding-agents/kimaki-dispatch-target';
const RULE = '/etc/sudoers.d/wp-coding-agents-kimaki-dispatch';
const BOTH_PORTS = '/usr/lib/node_modules/kimaki/lab-send-over-port';

interface Probe {
  readonly ok: boolean;
  readonly links: readonly { readonly link: string; readonly ok: boolean | null }[];
  readonly broken: {
    readonly link: string;
    readonly fault: string;
    readonly blockedAt: string | null;
    readonly detail: string;
  } | null;
}

/** Puts the service where it will be after a migration, by hand and as far as dispatch minds. */
const MIGRATE = `systemctl stop kimaki
rm -rf /home/opencode/.kimaki && mv /root/.kimaki /home/opencode/ && chown -R opencode: /home/opencode
sed -i -e 's#^User=root#User=opencode#' -e 's#/root/.kimaki/bin/kimaki#/usr/bin/kimaki#' \\
  -e 's#/root/.kimaki#/home/opencode/.kimaki#' /etc/systemd/system/kimaki.service
chown -R opencode: /var/www/site/wp-content/uploads; rm -rf /tmp/kimaki* /tmp/opencode*
systemctl daemon-reload && systemctl start kimaki`;

const MESSAGE = `args: ['send', '--channel', '{recipient}', '--prompt', '{message}'], message: {
    recipient: '${CHANNEL}', marker: 'wca-probe-' + Date.now(), arrival: { roots: [dataDir], deadlineMs: 10_000 } },`;

describe.skipIf(!lab.ok)('dispatch from a worker of php-fpm', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
    await host.ok(MIGRATE);
  });
  afterAll(() => host.down());

  const probe = async (command: string, extra = ''): Promise<Probe> =>
    (await hostScript(
      host,
      `const caller = (await posix.lookupIdentity('www-data'))._unsafeUnwrap();
       const identity = (await posix.lookupIdentity('opencode'))._unsafeUnwrap();
       const dataDir = '/home/opencode/.kimaki';
       const site = (await wordpress.findSite('/var/www/site'))._unsafeUnwrap();
       const probed = await kimaki.probeDispatch({
         command: ${JSON.stringify(command)}, caller, opens: { identity, dataDir }, run: recipes.fpmRunner(site.fpm), ${extra}
       });
       answer(probed.match((value) => value, (error) => ({ error })));`,
    )) as Probe;

  const install = (): Promise<unknown> =>
    hostScript(
      host,
      `const hop = kimaki.renderSudoHop({ callers: ['www-data'], serviceUser: 'opencode', home: '/home/opencode',
         dataDir: '/home/opencode/.kimaki', binary: '/usr/bin/kimaki' })._unsafeUnwrap();
       await posix.makeDirectory('/usr/local/lib/wp-coding-agents', { mode: 0o755, uid: 0, gid: 0 });
       for (const { path, content, mode } of [hop.wrapper, hop.target, hop.sudoers]) {
         (await posix.replaceFile(path, content, {
           mode, uid: 0, gid: 0, ...(path === hop.sudoers.path ? { validate: kimaki.validateSudoers } : {}),
         }))._unsafeUnwrap();
       }
       (await kimaki.validateSudoersWhole())._unsafeUnwrap();
       const rule = await kimaki.explainSudoRule('www-data', 'opencode', [hop.target.path, 'send']);
       answer({ report: (await kimaki.inspectSudoHop(hop))._unsafeUnwrap(), rule: rule._unsafeUnwrap() });`,
    );

  it('is broken at the home directory for a command below it', async () => {
    const { broken } = await probe('/home/opencode/.kimaki/bin/kimaki');
    expect(broken).toMatchObject({ link: 'command', fault: 'command-unreachable', blockedAt: '/home/opencode' });
  });

  it('starts with the system binary, and is broken at the data directory when something is to be sent', async () => {
    const opens = 'opens: { identity: caller, dataDir },';
    expect((await probe('/usr/bin/kimaki', opens)).broken).toMatchObject({
      link: 'data-directory',
      blockedAt: '/home/opencode',
    });
    const { broken } = await probe('/usr/bin/kimaki', `opens: null, ${MESSAGE}`);
    expect(broken).toMatchObject({ link: 'delivery', fault: 'data-directory' });
  });

  it('works with the system binary of a program that delivers over its port, and a marked message arrives', async () => {
    await host.ok(`touch ${BOTH_PORTS}`);
    try {
      const proven = await probe('/usr/bin/kimaki', `opens: null, ${MESSAGE}`);
      expect(proven).toMatchObject({ ok: true, broken: null });
      expect(proven.links.map(({ link, ok }) => [link, ok])).toEqual([
        ['command', true],
        ['start', true],
        ['start-without-path', true],
        ['delivery', true],
        ['arrival', true],
        ['data-directory', null],
      ]);
    } finally {
      await host.ok(`rm ${BOTH_PORTS}`);
    }
  });

  it('works over the hop, and a marked message arrives', async () => {
    const installed = await install();
    expect(installed).toMatchObject({ report: { current: true, findings: [] }, rule: { allowed: true, listed: true } });
    const proven = await probe(WRAPPER, MESSAGE);
    expect(proven).toMatchObject({ ok: true, broken: null });
    expect(proven.links.map(({ link, ok }) => [link, ok])).toEqual([
      ['command', true],
      ['hop', true],
      ['program', true],
      ['start', true],
      ['start-without-path', true],
      ['data-directory', true],
      ['delivery', true],
      ['arrival', true],
    ]);
    // It has arrived when the service has it; that it has acted on it too may take a moment more.
    await vi.waitFor(async () => {
      const sender = await host.ok(
        `sqlite3 /home/opencode/.kimaki/discord-sessions.db "SELECT sender_uid FROM messages ORDER BY id DESC LIMIT 1"`,
        { user: 'opencode' },
      );
      expect(sender).toBe('1000');
    }, 20_000);
    await host.ok('sudo -n true');
  });

  it.each([
    [
      'a later rule takes it back',
      `echo 'www-data ALL=(ALL) !ALL' > /etc/sudoers.d/zz-no`,
      'rm /etc/sudoers.d/zz-no',
      'hop',
      'rule-shadowed',
      'a later rule takes precedence',
    ],
    [
      'a later rule wants a password',
      `echo 'www-data ALL=(ALL) ALL' > /etc/sudoers.d/zz-no`,
      'rm /etc/sudoers.d/zz-no',
      'start',
      'rule-shadowed',
      'NOPASSWD',
    ],
    [
      'there is no rule',
      `mv ${RULE} /root/rule`,
      `mv /root/rule ${RULE}`,
      'hop',
      'rule-missing',
      'no rule lets www-data',
    ],
    [
      'sudo ignores its file for a dot',
      `mv ${RULE} ${RULE}.x`,
      `mv ${RULE}.x ${RULE}`,
      'hop',
      'rule-missing',
      'a file that sudo reads',
    ],
    [
      'sudo reads no directory of rules',
      `sed -i.bak /includedir/d /etc/sudoers`,
      'mv /etc/sudoers.bak /etc/sudoers',
      'hop',
      'rule-missing',
      'a file that sudo reads',
    ],
    [
      'the rule is writable for everybody',
      `chmod 666 ${RULE}`,
      `chmod 440 ${RULE}`,
      'hop',
      'rule-missing',
      'world writable',
    ],
    [
      'the caller’s account has expired',
      'usermod -e 1 www-data',
      'usermod -e "" www-data',
      'start',
      'account-refused',
      'account',
    ],
    [
      'the service user’s shell does not count',
      `usermod -s /usr/sbin/nologin opencode; echo 'Defaults runas_check_shell' > /etc/sudoers.d/s`,
      'usermod -s /bin/bash opencode; rm /etc/sudoers.d/s',
      'hop',
      'account-refused',
      'invalid shell',
    ],
    [
      'a terminal is demanded',
      `echo 'Defaults requiretty' > /etc/sudoers.d/tty`,
      'rm /etc/sudoers.d/tty',
      'hop',
      'needs-tty',
      'tty',
    ],
    ['sudo is not setuid', 'chmod u-s /usr/bin/sudo', 'chmod u+s /usr/bin/sudo', 'start', 'sudo-broken', 'setuid'],
    [
      'the target is gone',
      `mv ${TARGET} /root/target`,
      `mv /root/target ${TARGET}`,
      'hop',
      'target-missing',
      'does not exist',
    ],
    [
      'the interpreter lies under /root',
      'mkdir -p /root/.bun/bin; mv /usr/bin/node /root/.bun/bin; ln -s /root/.bun/bin/node /usr/bin/node',
      'rm /usr/bin/node; mv /root/.bun/bin/node /usr/bin/',
      'program',
      'program-unreachable',
      '/root',
    ],
    [
      'the program leads under /root',
      'rm /usr/bin/kimaki; cp -r /usr/lib/node_modules/kimaki /root/; ln -s /root/kimaki/bin/kimaki.js /usr/bin/kimaki',
      'rm /usr/bin/kimaki; ln -s ../lib/node_modules/kimaki/bin/kimaki.js /usr/bin/kimaki',
      'program',
      'program-unreachable',
      '/root',
    ],
    [
      'the package was installed for root alone',
      'chmod 0700 /usr/lib/node_modules/kimaki',
      'chmod 0755 /usr/lib/node_modules/kimaki',
      'program',
      'program-unreachable',
      '/usr/lib/node_modules/kimaki',
    ],
  ])('is broken when %s, and the probe says so', async (_, breakIt, mend, link, fault, words) => {
    await host.ok(breakIt);
    try {
      const { broken } = await probe(WRAPPER);
      expect(broken).toMatchObject({ link, fault });
      expect(broken?.detail).toContain(words);
    } finally {
      await host.ok(mend);
    }
  });

  it('is not broken by a password that is locked, nor by an expired account of the service user', async () => {
    await host.ok('passwd -l opencode; usermod -e 1 opencode');
    expect(await probe(WRAPPER)).toMatchObject({ ok: true });
    await host.ok('usermod -e "" opencode');
  });

  it.each([
    [
      'may not gain privileges',
      `printf '[Service]\\nNoNewPrivileges=yes\\n'`,
      'no-new-privileges',
      'no new privileges',
    ],
    [
      'sees no /usr/local',
      `printf '[Service]\\nInaccessiblePaths=/usr/local/bin\\n'`,
      'command-missing',
      'or may not be executed from there',
    ],
  ])('is broken at the start when php-fpm %s, which only a worker shows', async (_, dropIn, fault, words) => {
    const directory = '/etc/systemd/system/php8.2-fpm.service.d';
    await host.ok(
      `mkdir -p ${directory}; ${dropIn} > ${directory}/x.conf; systemctl daemon-reload; systemctl restart php8.2-fpm`,
    );
    try {
      const { broken } = await probe(WRAPPER);
      expect(broken).toMatchObject({ link: 'start', fault });
      expect(broken?.detail).toContain(words);
      expect((await probe(WRAPPER, 'run: undefined,')).broken).toBeNull();
    } finally {
      await host.ok(`rm -r ${directory}; systemctl daemon-reload; systemctl restart php8.2-fpm`);
    }
  });

  it('is broken at the start when PHP may start nothing', async () => {
    await host.ok(
      `echo 'disable_functions = proc_open,exec' > /etc/php/8.2/fpm/conf.d/99-x.ini; systemctl restart php8.2-fpm`,
    );
    expect((await probe(WRAPPER)).broken).toMatchObject({ link: 'start', fault: 'php-cannot-start' });
    await host.ok('rm /etc/php/8.2/fpm/conf.d/99-x.ini; systemctl restart php8.2-fpm');
    expect(await host.ok('ls -d /run/wca-* 2>/dev/null || true')).toBe('');
  });

  it('is broken at the data directory when its log still belongs to root', async () => {
    await host.ok(
      'systemctl stop kimaki; cd /home/opencode/.kimaki && touch discord-sessions.db-wal && chown root: discord-sessions.db-wal',
    );
    const { broken } = await probe(WRAPPER);
    expect(broken).toMatchObject({
      link: 'data-directory',
      blockedAt: '/home/opencode/.kimaki/discord-sessions.db-wal',
    });
  });
});
