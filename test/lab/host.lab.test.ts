// @module-tag root
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bootHost,
  breakHost,
  CANARY,
  compareSnapshots,
  FLOW,
  CHANNELS,
  INSTALL_DIR,
  installPackage,
  labAvailable,
  listJobs,
  nextScheduledJob,
  OLD_DATA_DIR,
  PRIVATE_DUMP,
  ROOT_OWNED,
  runFlow,
  SITE,
  treeSnapshot,
  UNIT_FILE,
} from './index.js';
import type { Host } from './index.js';

const lab = labAvailable();
const CONTENT = `${SITE}/wp-content`;

async function withHost(work: (host: Host) => Promise<void>, options?: Parameters<typeof bootHost>[0]): Promise<void> {
  const host = await bootHost(options);
  try {
    await work(host);
  } finally {
    await host.down();
  }
}

/** `mode owner:group` of a path in the host. */
function modeAndOwner(host: Host, path: string): Promise<string> {
  return host.ok(['stat', '-c', '%a %U:%G', path]);
}

describe.skipIf(!lab.ok)('the broken host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
  });
  afterAll(() => host.down());

  it('runs systemd with every service active and none failed', async () => {
    expect(await host.ok('hostname; cat /proc/1/comm; systemctl is-system-running')).toBe('lab\nsystemd\nrunning');
    const units = 'mariadb nginx php8.2-fpm cron kimaki datamachine-worker.timer lab-visitors.timer';
    await host.ok(`systemctl is-active ${units}`);
    expect(await host.ok('systemctl --failed --no-legend')).toBe('');
    await host.ok('systemctl status kimaki nginx'); // reads the processes of their control groups
  });

  it('serves WordPress through php-fpm as www-data', async () => {
    expect(await host.ok('curl -s -o /dev/null -w %{http_code} http://127.0.0.1/')).toBe('200');
    expect(await host.ok('curl -s http://127.0.0.1/')).toContain('<title>Lab');
    expect(await host.ok("ps -o user= -C php-fpm8.2 | sort | uniq -c | awk '{print $2}'")).toBe('root\nwww-data');
  });

  it('keeps exit code, output and input of a command apart', async () => {
    const result = await host.run('cat; echo out; echo err >&2; exit 42', { input: 'in\n' });
    expect(result).toEqual({ code: 42, stdout: 'in\nout\n', stderr: 'err\n' });
    expect(await host.ok('env | sort')).not.toContain('npm_');
  });

  it('runs commands as a user with all its groups and no capability left', async () => {
    expect(await host.ok('id; echo $HOME', { user: 'opencode' })).toBe(
      'uid=1000(opencode) gid=1000(opencode) groups=1000(opencode),4(adm),33(www-data)\n/home/opencode',
    );
    expect((await host.run(['cat', '/root/.kimaki/token'], { user: 'opencode' })).code).not.toBe(0);
    expect(await host.ok('grep CapEff /proc/self/status', { user: 'www-data' })).toMatch(/0{16}$/);
  });

  it('runs the service as root with HOME at the home of another user', async () => {
    expect(await host.ok('systemctl show -p User --value kimaki')).toBe('root');
    expect(await host.ok('journalctl -u kimaki -o cat')).toContain(
      `ready uid=0 gid=0 umask=0022 home=/home/opencode data=${OLD_DATA_DIR}`,
    );
  });

  it('has the unit of the installer, with comments, variables and a secret', async () => {
    const unit = await host.ok(['cat', UNIT_FILE]);
    expect(unit.match(/^#/gm)?.length).toBe(2);
    expect(unit).toContain(`Environment=KIMAKI_BOT_TOKEN=${CANARY}`);
    expect(unit).toContain('\nExecStartPre=/opt/kimaki-config/post-upgrade.sh');
    // systemd takes the second word of an unquoted DATAMACHINE_WP_CMD for a variable of its own.
    expect(await host.ok('systemd-analyze verify kimaki.service 2>&1')).toMatch(/^.*ignoring: --allow-root$/);
    expect(await modeAndOwner(host, UNIT_FILE)).toBe('644 root:root');
    const command = await host.ok('tr "\\0" " " < /proc/$(systemctl show -p MainPID --value kimaki)/cmdline');
    expect(command).toContain('--data-dir /root/.kimaki --auto-restart --no-critique --enable-skill lab-skill');
  });

  it('has a live SQLite database in WAL mode that the service writes to every second', async () => {
    const count = `sqlite3 ${OLD_DATA_DIR}/discord-sessions.db "select count(*) from heartbeats"`;
    const before = Number(await host.ok(count));
    expect(await host.ok(`sqlite3 ${OLD_DATA_DIR}/discord-sessions.db "pragma journal_mode"`)).toBe('wal');
    await host.waitFor(`test $(${count}) -gt ${before + 1}`);
    expect(
      await host.ok(
        `sqlite3 ${OLD_DATA_DIR}/discord-sessions.db "select directory from channel_directories order by channel_id"`,
      ),
    ).toBe(`${SITE}\n/root/.kimaki/projects/sandbox`);
  });

  it('has the homes, owners and modes of the field', async () => {
    const expected = {
      '/root': '700 root:root',
      [OLD_DATA_DIR]: '755 root:root',
      '/root/.ssh/id_ed25519': '600 root:root',
      '/root/.config/opencode/opencode.json': '644 root:root',
      '/home/opencode': '750 opencode:opencode',
      '/home/opencode/.kimaki': '755 opencode:opencode',
      '/home/opencode/.kimaki/bin/kimaki': '755 opencode:opencode',
      '/home/opencode/.local/share/opencode/storage/session.log': '644 root:root',
      '/home/opencode/.config/opencode/opencode.json': '644 root:root',
      '/home/opencode/.wp-cli/cache/core/wordpress.txt': '644 root:root',
      '/tmp/opencode-cache/index.json': '644 root:root',
      '/var/tmp/opencode-snapshot': '644 root:root',
      '/var/log/kimaki/agent.log': '644 root:root',
      '/var/lib/datamachine/workspace/tiny-repo/.git/HEAD': '644 root:root',
      [SITE]: '755 www-data:www-data',
      [`${SITE}/wp-config.php`]: '640 root:www-data',
      [`${SITE}/AGENTS.md`]: '664 root:root',
      [`${SITE}/.opencode/opencode.json`]: '644 root:root',
      [CHANNELS]: '644 root:root',
      [`${CONTENT}/mu-plugins/wp-coding-agents-runtimes.php`]: '644 root:root',
      [PRIVATE_DUMP]: '600 root:root',
      '/opt/kimaki-config/post-upgrade.sh': '755 root:root',
    };
    const found = await host.ok(['stat', '-c', '%n=%a %U:%G', ...Object.keys(expected)]);
    expect(Object.fromEntries(found.split('\n').map((line) => line.split('=')))).toEqual(expected);
    expect(await host.ok('find /home/opencode/.kimaki -type f')).toBe('/home/opencode/.kimaki/bin/kimaki');
  });

  it('has exactly 191 root-owned entries in wp-content outside uploads and 147 in uploads', async () => {
    const outside = `find ${CONTENT} -path ${CONTENT}/uploads -prune -o -user root -print | wc -l`;
    expect(Number(await host.ok(outside))).toBe(ROOT_OWNED.content);
    expect(Number(await host.ok(`find ${CONTENT}/uploads -user root | wc -l`))).toBe(ROOT_OWNED.uploads);
  });

  it('lets www-data run the program of the system prefix, and nothing in a closed home', async () => {
    expect(await host.ok('sudo -u www-data /usr/bin/kimaki --help')).toContain('kimaki');
    expect(
      await host.ok('sudo -u www-data env HOME=$(sudo -u www-data mktemp -d) /usr/bin/kimaki --version'),
    ).toContain('kimaki/0.26.0-lab');
    // It makes a directory in its home first, and /var/www is root's.
    expect((await host.run('sudo -u www-data /usr/bin/kimaki --version')).stderr).toContain('EACCES');
    expect(await host.ok('readlink -f /usr/bin/kimaki')).toBe('/usr/lib/node_modules/kimaki/bin/kimaki.js');
    for (const home of ['/root', '/home/opencode']) {
      expect((await host.run(`sudo -u www-data ${home}/.kimaki/bin/kimaki --version`)).code).not.toBe(0);
    }
  });

  it('refuses to send without a data directory or a token, with exit 64', async () => {
    const send = ['/usr/bin/kimaki', 'send', '--channel', '1001', '--prompt', 'hi'];
    expect((await host.run(send, { user: 'www-data' })).code).toBe(64);
    const refused = await host.run('HOME=$(mktemp -d) kimaki send --channel 1 --prompt x');
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('No bot token found') as string });
    expect((await host.run('HOME=$(mktemp -d) kimaki --data-dir $(mktemp -d)')).code).toBe(64);
  });

  it('has a wp double that refuses root the way WP-CLI does', async () => {
    const refused = await host.run('wp datamachine flows list', { cwd: SITE });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Error: YIKES! It looks like you're running this as root.");
    const list = ['wp', `--path=${SITE}`, '--no-color', 'datamachine', 'flows', 'list', '--format=json'];
    const flows: unknown = JSON.parse(await host.ok(list, { user: 'www-data' }));
    expect(flows).toHaveProperty('0.next_run');
    const expected = { id: 1, name: FLOW, schedule: 'every_10_seconds', pipeline_id: 1 };
    expect(flows).toHaveProperty('0', expect.objectContaining(expected));
    expect(await host.ok(['cat', `${SITE}/AGENTS.md`])).toContain('`wp --allow-root`');
    const plugins = await host.ok('wp plugin list --format=json', { user: 'opencode', cwd: `${CONTENT}/plugins` });
    expect(plugins).toContain('"tiny"');
  });

  it('fails scheduled dispatches and completes the same flow run by hand as root', async () => {
    const scheduled = await nextScheduledJob(host);
    const error = 'datamachine_code_cli_dispatch_spawn_failed';
    expect(scheduled).toMatchObject({ status: 'failed', flow: FLOW, error });
    const byHand = await runFlow(host, 'root');
    expect(byHand).toMatchObject({ status: 'completed', source: 'pipeline', flow: FLOW, error: null });
    expect(byHand.completed).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it('has mu-plugins that are valid PHP with their fences', async () => {
    await host.ok(`for f in ${CONTENT}/mu-plugins/*.php /usr/local/bin/wp; do php -l "$f"; done`);
    const text = await host.ok(['cat', CHANNELS]);
    const fences = ['BEGIN bridges', 'BEGIN bridge:kimaki', 'END bridge:kimaki', 'END bridge:telegram', 'END bridges'];
    for (const fence of fences) expect(text).toContain(`\n    // ${fence}\n`);
  });
});

describe.skipIf(!lab.ok)('a host of its own', () => {
  it('lets the agent write where a message tells it to', () =>
    withHost(async (host) => {
      const prompt = 'write:wp-content/plugins/agent-notes/new/a.txt hello';
      const written = `${CONTENT}/plugins/agent-notes/new/a.txt`;
      await host.ok(['kimaki', 'send', '--channel', '1001', '--prompt', prompt]);
      await host.waitFor(['test', '-s', written]);
      expect(await host.ok(['cat', written])).toBe('hello');
      expect(await modeAndOwner(host, written)).toBe('644 root:root');
      await host.waitFor(`grep -q '"uid": 0' ${CONTENT}/uploads/agent/1.json`);
    }));

  it('fails the flow by hand too when its message goes nowhere', () =>
    withHost(async (host) => {
      await breakHost(host, 'dispatch-to-nowhere');
      expect(await runFlow(host, 'root')).toMatchObject({ status: 'failed', error: 'lab_message_never_arrived' });
    }));

  it('does not survive a change of the user while root-owned files are left in HOME', () =>
    withHost(async (host) => {
      await host.ok(`systemctl stop kimaki; mv /root/.kimaki /srv/state; chown -R opencode: /srv/state
        sed -i 's|^User=root|User=opencode|; s|/root/.kimaki|/srv/state|g' ${UNIT_FILE}; systemctl daemon-reload`);
      const said = (text: string): Promise<string> =>
        host.waitFor(`journalctl -u kimaki -o cat | grep -F ${JSON.stringify(text)}`);
      await host.ok('systemctl restart kimaki');
      await said("EACCES: permission denied, open '/home/opencode/");
      expect(await host.ok('journalctl -u kimaki -o cat')).not.toContain('ready uid=1000');
      await host.ok('chown -R opencode: /home/opencode; systemctl restart kimaki');
      await said('ready uid=1000');
    }));

  it('has a plugin that WordPress cannot update, and can once it owns it', () =>
    withHost(async (host) => {
      const update = ['php', '/opt/lab/upgrade.php', '/opt/lab/tiny-2.0.0.zip'];
      const before = await host.run(update, { user: 'www-data' });
      expect(before.code).toBe(1);
      expect(before.stdout).toBe('{"codes":["copy_failed_ziparchive"],"version":"1.0.0"}\n');
      await host.ok(`chown -R www-data:www-data ${CONTENT}/plugins ${CONTENT}/upgrade`);
      expect(await host.ok(update, { user: 'www-data' })).toBe('{"codes":[],"version":"2.0.0"}');
    }));

  it('can be broken further: a root line, a required script, a waiting upgrade, a dispatch under a home', () =>
    withHost(async (host) => {
      await breakHost(host, 'post-upgrade-as-root');
      expect(await host.ok(['cat', UNIT_FILE])).toContain('ExecStartPre=+/opt/kimaki-config/post-upgrade.sh');
      await breakHost(host, 'upgrade-pending');
      expect((await host.run(['/opt/kimaki-config/post-upgrade.sh'], { user: 'opencode' })).code).not.toBe(0);
      await breakHost(host, 'dispatch-under-home');
      expect(await host.ok(`php -l ${CHANNELS} && cat ${CHANNELS}`)).toContain("'/home/opencode/.kimaki/bin/kimaki'");
      await expect(breakHost(host, 'dispatch-under-home')).rejects.toThrow('changed nothing');
    }));

  it('keeps what was written over a reboot and over a power cut', () =>
    withHost(async (host) => {
      const first = host.pid;
      await host.ok('echo kept > /srv/kept');
      await host.reboot();
      expect(host.pid).not.toBe(first);
      const look = 'cat /srv/kept; ls /tmp/opencode-cache; systemctl is-active kimaki';
      expect(await host.ok(look)).toBe('kept\nindex.json\nactive');
      await host.crash();
      expect(await host.ok('cat /srv/kept')).toBe('kept');
    }));

  it('lists changed, new, renamed and deleted files', () =>
    withHost(async (host) => {
      const before = new Set(await host.changedFiles());
      const snapshot = treeSnapshot(host, ['/etc/cron.d']);
      await host.ok(`echo >> /etc/fstab; rm /etc/cron.d/php; mkdir /opt/new; touch /opt/new/a; chmod 700 /opt/lab
        mv /opt/kimaki-config /opt/moved`);
      const after = (await host.changedFiles()).filter((path) => !before.has(path) && /^-?\/(etc|opt)/.test(path));
      expect(after).toEqual([
        '-/etc/cron.d/php',
        '-/opt/kimaki-config',
        '/etc/fstab',
        '/opt/lab',
        '/opt/moved',
        '/opt/new',
        '/opt/new/a',
      ]);
      const now = treeSnapshot(host, ['/etc/cron.d']);
      expect(compareSnapshots(snapshot, now).map((line) => line.split(':')[0])).toContain('- /etc/cron.d/php');
    }));

  it('refuses to rename a directory of the image when booted as another file system', () =>
    withHost(
      async (host) => {
        const rename = 'perl -e \'rename("/opt/kimaki-config", "/opt/x") or die $!\'';
        expect((await host.run(rename)).stderr).toContain('Invalid cross-device link');
      },
      { redirectDir: false },
    ));

  it('runs beside another one without either seeing the other', async () => {
    const [one, two] = await Promise.all([bootHost(), bootHost({ upperSize: '512M' })]);
    try {
      await one.ok('systemctl stop kimaki; touch /srv/one');
      expect(await two.ok('systemctl is-active kimaki')).toBe('active');
      expect((await two.run('test -e /srv/one')).code).toBe(1);
      const group = await two.ok('cat /sys/fs/cgroup/*/system.slice/kimaki.service/cgroup.procs');
      expect(group.split('\n')).toContain(await two.ok('systemctl show -p MainPID --value kimaki'));
    } finally {
      await Promise.all([one.down(), two.down()]);
    }
  });

  it('has a package installed that is run as a command and imported by its name, by any user', () =>
    withHost(async (host) => {
      const source = await mkdtemp(join(tmpdir(), 'wca-lab-'));
      try {
        const exports = { './posix': './dist/posix/index.js' };
        const dependencies = { neverthrow: '*' };
        const manifest = { name: '@wca/runtime-sdk', version: '9.9.9', type: 'module', exports, dependencies };
        await mkdir(join(source, 'dist/cli'), { recursive: true });
        await mkdir(join(source, 'dist/posix'));
        await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
        await writeFile(join(source, 'dist/cli/main.js'), 'console.log(process.argv.slice(2).join(), process.version)');
        const library = "import { ok } from 'neverthrow';\nexport const two = ok(2);\n";
        await writeFile(join(source, 'dist/posix/index.js'), library);
        await installPackage(host, source);
      } finally {
        await rm(source, { recursive: true });
      }
      expect(await host.ok('wca --version now', { user: 'www-data' })).toBe(`--version,now ${process.version}`);
      const script = "import { two } from '@wca/runtime-sdk/posix';\nconsole.log(two.unwrapOr(0));\n";
      await host.ok(`cat > ${INSTALL_DIR}/script.mjs`, { input: script });
      expect(await host.ok([`${INSTALL_DIR}/node`, `${INSTALL_DIR}/script.mjs`], { user: 'opencode' })).toBe('2');
    }));

  it('is fast enough to be thrown away', async () => {
    const clock = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const start = performance.now();
      const value = await work();
      process.stderr.write(`lab: ${name} ${Math.round(performance.now() - start)} ms\n`);
      return value;
    };
    const host = await clock('boot', () => bootHost());
    await clock('command', () => host.ok('true'));
    await clock('reboot', () => host.reboot());
    await clock('down', () => host.down());
    await expect(host.run('true')).rejects.toThrow('is down');
  });
});

describe.skipIf(!lab.ok)('the clean host', () => {
  it('has WordPress and no trace of an agent', () =>
    withHost(
      async (host) => {
        expect(await host.ok('curl -s -o /dev/null -w %{http_code} http://127.0.0.1/')).toBe('200');
        expect(await host.ok(`find ${CONTENT} -user root | wc -l`)).toBe('0');
        expect((await host.run('id opencode; command -v kimaki; systemctl cat kimaki')).code).not.toBe(0);
        await listJobs(host);
      },
      { variant: 'clean' },
    ));
});
