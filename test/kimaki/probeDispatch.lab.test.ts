import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootHost, CHANNEL, installPackage, labAvailable } from '../lab/index.js';
import type { Host } from '../lab/index.js';
import { hostScript } from './support/hostScript.js';

const lab = labAvailable();
const WRAPPER = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';
const RULE = '/etc/sudoers.d/wp-coding-agents-kimaki-dispatch';

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

describe.skipIf(!lab.ok)('dispatch from www-data', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
    await host.ok(MIGRATE);
  }, 600_000);
  afterAll(() => host.down());

  const probe = async (command: string, extra = ''): Promise<Probe> =>
    (await hostScript(
      host,
      `const caller = (await posix.lookupIdentity('www-data'))._unsafeUnwrap();
       const identity = (await posix.lookupIdentity('opencode'))._unsafeUnwrap();
       const dataDir = '/home/opencode/.kimaki';
       const probed = await kimaki.probeDispatch({
         command: ${JSON.stringify(command)}, caller, opens: { identity, dataDir }, ${extra}
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

  const message = `args: ['send', '--channel', '{recipient}', '--prompt', '{message}'], message: {
    recipient: '${CHANNEL}', marker: 'wca-probe-' + Date.now(), arrival: { roots: [dataDir], deadlineMs: 10_000 } }`;

  it('is broken at the home directory for a command below it', async () => {
    const { broken } = await probe('/home/opencode/.kimaki/bin/kimaki');
    expect(broken).toMatchObject({ link: 'command', fault: 'command-unreachable', blockedAt: '/home/opencode' });
  });

  it('starts with the system binary, and is broken at the data directory when something is to be sent', async () => {
    expect((await probe('/usr/bin/kimaki')).broken).toBeNull();
    const { broken } = await probe('/usr/bin/kimaki', message);
    expect(broken).toMatchObject({ link: 'delivery', fault: 'data-directory' });
  });

  it('works over the hop, and a marked message arrives', async () => {
    const installed = await install();
    expect(installed).toMatchObject({ report: { current: true, findings: [] }, rule: { allowed: true } });
    const proven = await probe(WRAPPER, message);
    expect(proven).toMatchObject({ ok: true, broken: null });
    expect(proven.links.map(({ ok }) => ok)).toEqual([true, true, true, true, true, true]);
    await host.ok('sudo -n true');
  });

  it('gives www-data nothing but send and --version', async () => {
    const target = '/usr/local/lib/wp-coding-agents/kimaki-dispatch-target';
    for (const args of ['login', '--eval x', 'send --data-dir /tmp', '--version x', '']) {
      const refused = await host.run(`sudo -n -u opencode ${target} ${args}`, { user: 'www-data' });
      expect([args, refused.code]).toEqual([args, 64]);
    }
    expect((await host.run('sudo -n -u opencode /bin/true', { user: 'www-data' })).code).toBe(1);
    expect((await host.run(`sudo -n -u root ${target} --version`, { user: 'www-data' })).code).toBe(1);
  });

  it.each([
    [
      'a later rule takes it back',
      `echo 'www-data ALL=(ALL) !ALL' > /etc/sudoers.d/zz-no`,
      'rm /etc/sudoers.d/zz-no',
      'no rule for it is in force',
    ],
    ['the caller’s account has expired', 'usermod -e 1 www-data', 'usermod -e "" www-data', 'account'],
    ['a terminal is demanded', `echo 'Defaults requiretty' > /etc/sudoers.d/tty`, 'rm /etc/sudoers.d/tty', 'tty'],
  ])('is broken at sudo when %s', async (_, breakIt, mend, words) => {
    await host.ok(breakIt);
    try {
      const { broken } = await probe(WRAPPER);
      expect(broken).toMatchObject({ link: 'start', fault: 'sudo-refused' });
      expect(broken?.detail).toContain(words);
    } finally {
      await host.ok(mend);
    }
  });

  it('is broken at sudo when php-fpm may not gain privileges', async () => {
    expect((await probe(WRAPPER, 'noNewPrivileges: true')).broken).toMatchObject({
      link: 'start',
      fault: 'sudo-refused',
    });
  });

  it('is broken at the data directory when its log still belongs to root', async () => {
    await host.ok(
      'systemctl stop kimaki; cd /home/opencode/.kimaki && touch kimaki.db-wal && chown root: kimaki.db-wal',
    );
    const { broken } = await probe(WRAPPER);
    expect(broken).toMatchObject({ link: 'data-directory', blockedAt: '/home/opencode/.kimaki/kimaki.db-wal' });
    await host.ok(`rm -f ${RULE}`);
  });
});
