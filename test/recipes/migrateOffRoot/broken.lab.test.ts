import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CANARY,
  FLOW,
  NEW_DATA_DIR,
  OLD_DATA_DIR,
  SITE,
  UNIT_FILE,
  breakHost,
  compareSnapshots,
  labAvailable,
} from '../../lab/index.js';
import type { Host, TreeSnapshot } from '../../lab/index.js';
import {
  AS_OPENCODE,
  AS_ROOT,
  CHANNELS,
  PROVE_ALL,
  QUICK_APPLY,
  brokenHost,
  databaseRows,
  endedWith,
  lastingSnapshot,
  migrate,
  serviceProcess,
  told,
  unproven,
  workerUmasks,
} from './support.js';
import { inCampaign, rows } from '../../support/campaign.js';
import type { Check, Told } from './support.js';

const lab = labAvailable();
const DROP_IN = `${UNIT_FILE}.d/dead.conf`;
const COMPLETES = ['verify', '--json', '--flow', FLOW, '--wait-scheduled', '120'];

/** The checks of a verification that are refuted, by id. */
function refuted({ checks = [] }: Told): ReadonlyMap<string, Check> {
  return new Map(checks.filter(({ ok }) => ok === false).map((check) => [check.id, check]));
}

/** Each a living main process without a bot that works behind it: how the unit starts, and what must be known of it. */
const DEAD_BOTS = rows<readonly [how: string, lines: string, says: string]>(
  [
    [
      'an option that it does not know',
      `ExecStart=\nExecStart=/usr/bin/kimaki --data-dir ${NEW_DATA_DIR} --lock-port 29988`,
      'its bot does not run',
    ],
  ],
  [
    ['another process on its port', 'ExecStart=\nExecStart=/bin/sleep 1000', 'its bot does not run'],
    ['a temporary failure again and again', 'Environment=LAB_FAULT=exit-75', 'its bot does not run'],
    ['a bot that hangs before it opens anything', 'Environment=LAB_FAULT=hang', 'its bot does not run'],
    ['a bot that dies whenever it was ready', 'Environment=LAB_FAULT=late', 'its bot '],
  ],
);

describe.skipIf(!lab.ok)('a migrated host that is broken afterwards', () => {
  let host: Host;
  beforeAll(async () => {
    host = await brokenHost();
    endedWith(await migrate(host, QUICK_APPLY), 0);
    await host.ok(`cp -a ${CHANNELS} /srv/channels.php`);
  });
  afterAll(() => host.down());

  const mend = (): Promise<string> =>
    host.ok(`cp -a /srv/channels.php ${CHANNELS}; systemctl reload php8.2-fpm; rm -f /run/lab-arrives-in`);

  it('has its flow completed, by hand and by WP-Cron', async () => {
    const { checks = [] } = told(endedWith(await migrate(host, COMPLETES), 0));
    const flows = checks.filter(({ id }) => id.startsWith('flow-'));
    expect(flows.map(({ id, ok }) => [id, ok])).toEqual([
      ['flow-by-hand', true],
      ['flow-scheduled', true],
    ]);
    for (const { detail } of flows) expect(detail).toContain('completed');
  });

  it('has it failed by the same command once messages go nowhere', async () => {
    await breakHost(host, 'dispatch-to-nowhere');
    await host.ok('systemctl reload php8.2-fpm');
    const result = endedWith(await migrate(host, COMPLETES), 1);
    const wrong = refuted(told(result));
    expect([...wrong.keys()]).toEqual(expect.arrayContaining(['flow-by-hand', 'flow-scheduled']));
    expect(wrong.get('flow-by-hand')?.detail).toContain('failed');
    expect(wrong.get('flow-scheduled')?.detail).toContain('failed');
    await mend();
  });

  it('fails when the command lies under the agent’s home, by the directory that is closed and its mode', async () => {
    await host.ok(
      `sed -i -E "/BEGIN bridge:kimaki/,/END bridge:kimaki/ s|'command' => '[^']*'|'command' => '/home/opencode/.kimaki/bin/kimaki'|" ${CHANNELS}`,
    );
    const wrong = refuted(told(endedWith(await migrate(host, ['verify', '--json']), 1)));
    expect(wrong.get('registered-command')?.detail).toMatch(/www-data is stopped at \/home\/opencode \(mode 0750\)/);
    expect(wrong.get('dispatch')?.detail).toContain('/home/opencode');
    expect((await migrate(host, ['verify'])).stdout).toMatch(/\/home\/opencode \(mode 0750\)/);
    await mend();
    endedWith(await migrate(host, ['verify']), 0);
  });

  it('fails for everything else that comes undone: together by all points, in a campaign each by its own', async () => {
    const breaks: readonly (readonly [string, string, string])[] = [
      [
        'root-owned',
        `install -o root -g root -m 644 /dev/null ${SITE}/wp-content/plugins/tiny/roots.php`,
        `rm ${SITE}/wp-content/plugins/tiny/roots.php`,
      ],
      ['mu-plugins', `chmod 600 ${CHANNELS}`, `chmod 644 ${CHANNELS}`],
      [
        'shared-group',
        `install -d -o opencode -g opencode ${SITE}/wp-content/plugins/copied; chmod 00755 ${SITE}/wp-content/plugins/copied`,
        `rmdir ${SITE}/wp-content/plugins/copied`,
      ],
      [
        'writable-by-wordpress',
        `install -D -o opencode -g opencode -m 644 /dev/null ${SITE}/wp-content/themes/copied.php`,
        `rm ${SITE}/wp-content/themes/copied.php`,
      ],
      [
        'identity',
        `sed -i 's/^User=opencode/User=root/' ${UNIT_FILE}; systemctl daemon-reload`,
        `sed -i 's/^User=root/User=opencode/' ${UNIT_FILE}; systemctl daemon-reload`,
      ],
      [
        'umask-units',
        `sed -i 's/^UMask=.*/UMask=0022/' ${UNIT_FILE}; systemctl daemon-reload`,
        `sed -i 's/^UMask=.*/UMask=0002/' ${UNIT_FILE}; systemctl daemon-reload`,
      ],
      ['agents-file', `echo 'wp --allow-root' >> ${SITE}/AGENTS.md`, `sed -i '$d' ${SITE}/AGENTS.md`],
    ];
    for (const together of rows(
      [breaks],
      breaks.map((one) => [one]),
    )) {
      for (const [, broken] of together) await host.ok(broken);
      const result = await migrate(host, ['verify', '--json']);
      for (const [, , mended] of together) await host.ok(mended);
      const ids = together.map(([id]) => id);
      expect([...refuted(told(endedWith(result, 1))).keys()]).toEqual(expect.arrayContaining(ids));
    }
    endedWith(await migrate(host, ['verify']), 0);
  });

  it.each(DEAD_BOTS)('is not healthy with a dead bot behind a living process: %s', async (how, lines, says) => {
    await host.ok(`mkdir -p ${UNIT_FILE}.d; printf '[Service]\\n${lines}\\n' > ${DROP_IN}
      systemctl stop kimaki; systemctl daemon-reload; systemctl start kimaki`);
    if (how.includes('port')) {
      const server = "require('net').createServer().listen(29988, '127.0.0.1')";
      await host.ok(['systemd-run', '--quiet', '--unit=lab-outsider', '/usr/bin/node', '-e', server]);
    }
    // Until the wrapper has started it again at least once.
    await host.ok('sleep 15; test "$(systemctl is-active kimaki)" = active');
    const wrong = refuted(told(endedWith(await migrate(host, ['verify', '--json']), 1)));
    expect(wrong.get('bot')?.detail).toContain(says);
    const doctor = await host.run(['wca', 'doctor', '--json']);
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toContain('"bot-not-running"');
    await host.ok(
      `systemctl stop lab-outsider 2> /dev/null; rm ${DROP_IN}; systemctl daemon-reload; systemctl restart kimaki`,
    );
    await host.serviceListens();
  });

  it('is healthy again once its bot runs', async () => {
    await host.waitFor('wca migrate-off-root verify', { withinMs: 300_000, timeoutMs: 300_000 });
  });
});

describe.skipIf(!lab.ok)('a naive flip of the user', () => {
  let host: Host;
  beforeAll(async () => {
    host = await brokenHost();
    await breakHost(host, 'hard-unit');
    // What one does by hand: the state over, the user changed, the owner of the homes put right, the old path replaced.
    await breakHost(host, 'dispatch-under-home');
    await host.ok(`set -e
      systemctl stop kimaki
      cp -a ${OLD_DATA_DIR}/. ${NEW_DATA_DIR}/
      mv ${OLD_DATA_DIR} /root/kimaki-old
      sed -i 's|/root/.kimaki|${NEW_DATA_DIR}|g; s|^User=root|User=opencode|' ${UNIT_FILE}
      chown -R opencode:opencode /home/opencode
      systemctl daemon-reload
      systemctl start kimaki`);
    await host.serviceListens();
  });
  afterAll(() => host.down());

  it('runs, and is caught by verify with the closed home and its mode', async () => {
    expect(await host.ok('systemctl show -p User --value kimaki')).toBe('opencode');
    const wrong = refuted(told(endedWith(await migrate(host, ['verify', '--json']), 1)));
    expect(wrong.get('registered-command')?.detail).toMatch(/\/home\/opencode \(mode 0750\)/);
    expect([...wrong.keys()]).toEqual(expect.arrayContaining(['dispatch', 'root-owned', 'umask-units']));
  });

  it('is put right by the migration, which moves no state', async () => {
    endedWith(await migrate(host, QUICK_APPLY), 0);
    const verified = told(endedWith(await migrate(host, ['verify', '--json', ...PROVE_ALL]), 0));
    expect(unproven(verified.checks ?? [])).toEqual([]);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
  });
});

describe.skipIf(!lab.ok)('a migration that fails', () => {
  const TREES = [
    '/etc/systemd/system',
    '/etc/sudoers.d',
    '/etc/passwd',
    '/etc/group',
    '/usr/local',
    '/usr/bin/kimaki',
    '/usr/lib/node_modules',
    '/opt/kimaki-config',
    SITE,
    '/root',
    '/home',
    '/var/lib/datamachine',
    '/tmp/opencode-cache',
    '/var/tmp/opencode-snapshot',
    '/var/log/kimaki',
  ];
  let host: Host;
  let umasks = '';
  beforeAll(async () => {
    host = await brokenHost();
    umasks = await workerUmasks(host);
  });
  afterAll(() => host.down());

  /** Applies, expects 73 and the host as it was, with the old service at work; gives what was said of the reason. */
  async function failsAndGoesBack(args: readonly string[] = []): Promise<string> {
    const before: TreeSnapshot = lastingSnapshot(host, TREES);
    const rows = await databaseRows(host, OLD_DATA_DIR, 'root');
    const result = endedWith(await migrate(host, [...QUICK_APPLY, ...args]), 73);
    expect(result.stdout + result.stderr).not.toContain(CANARY);
    const report = told(result);
    expect(report).toMatchObject({ failed: true, rolledBack: true, undoErrors: [], remaining: [] });
    expect(await serviceProcess(host)).toMatchObject(AS_ROOT);
    expect(await host.ok('systemctl is-active kimaki php8.2-fpm datamachine-worker.timer')).toBe(
      'active\nactive\nactive',
    );
    await host.serviceListens();
    expect(compareSnapshots(before, lastingSnapshot(host, TREES))).toEqual([]);
    expect(await host.ok('ls -A /run/systemd/system.control 2>/dev/null || true')).toBe('');
    expect(await workerUmasks(host)).toBe(umasks);
    const now = await databaseRows(host, OLD_DATA_DIR, 'root');
    expect(now).toMatchObject({ integrity: 'ok', channels: rows.channels });
    expect(now.heartbeats).toBeGreaterThanOrEqual(rows.heartbeats);
    expect(now.messages).toEqual(expect.arrayContaining([...rows.messages]));
    expect(told(endedWith(await migrate(host, ['status', '--json']), 0)).state).toBe('rolled-back');
    const { message = '', journal = '' } = report.error?.error ?? {};
    return `${message}\n${journal}`;
  }

  /** Puts another program in the place of the system's: `$uid` is who runs it, and root gets the real one. */
  async function programFor(script: string): Promise<void> {
    const wrapper = `#!/bin/sh\nuid=$(/usr/bin/id -u)\nreal=/usr/lib/node_modules/kimaki/bin/kimaki.js
case "$uid $1" in 0\\ *|*\\ --version|*\\ send) exec "$real" "$@" ;; esac\n${script}\n`;
    await host.ok('rm -f /usr/bin/kimaki; cat > /usr/bin/kimaki; chmod 755 /usr/bin/kimaki', { input: wrapper });
  }

  it('because its last verification does not hold is taken back whole: 73', async () => {
    // This flow's messages go to a program that the host has not.
    const why = await failsAndGoesBack(['--flow', 'Weekly Digest']);
    expect(why).toContain('flow-by-hand');
    expect(why).toContain('failed');
  });

  it('because the service dies as the agent is taken back whole: 73, with its last words', async () => {
    // Its last words may hold a secret, which is then told to nobody.
    await programFor('echo "no, not as $uid with $KIMAKI_BOT_TOKEN" >&2; exit 1');
    // Whether it dies before or after systemd calls it started, the ExecStartPost= of a stock unit decides by its haste.
    expect(await failsAndGoesBack()).toMatch(/kimaki\.service(?:: start failed| did not ).*no, not as 1000 with /s);
  });

  inCampaign(() => {
    it('because the service dies only after a second is taken back whole: 73', async () => {
      await programFor('sleep 1.5; exit 3');
      expect(await failsAndGoesBack()).toMatch(/kimaki\.service/);
    });
  });

  inCampaign(() => {
    it.each<readonly [how: string, script: string, says: string]>([
      ['never starts it', 'exec sleep 1000', 'listens on port 29988'],
      ['has an option that it does not know', 'exec "$real" "$@" --no-such-option', 'listens on port 29988'],
      ['starts it again and again', 'LAB_FAULT=exit-75 exec "$real" "$@"', 'listens on port 29988'],
      ['waits while it hangs', 'LAB_FAULT=hang exec "$real" "$@"', 'listens on port 29988'],
      ['has it die whenever it was ready', 'LAB_FAULT=late exec "$real" "$@"', 'its bot'],
      [
        'has something else on its port',
        `exec /usr/bin/node -e "require('net').createServer().listen(29988, '127.0.0.1')"`,
        `no process of it has anything of ${NEW_DATA_DIR} open`,
      ],
    ])('because the bot is dead behind a wrapper that %s is taken back whole: 73', async (_, script, says) => {
      await programFor(script);
      expect(await failsAndGoesBack()).toContain(says);
    });
  });

  inCampaign(() => {
    it('because php-fpm does not come up again is taken back whole: 73', async () => {
      await host.ok('rm /usr/bin/kimaki; ln -s ../lib/node_modules/kimaki/bin/kimaki.js /usr/bin/kimaki');
      // It starts only while its drop-in directory has no umask in it: any restart with one fails.
      const directory = '/etc/systemd/system/php8.2-fpm.service.d';
      await host.ok(`mkdir ${directory}; printf '[Service]\\nExecStartPre=/bin/sh -c "[ $$(umask) = 0022 ]"\\n' > ${directory}/picky.conf
        systemctl daemon-reload; systemctl restart php8.2-fpm`);
      expect(await failsAndGoesBack()).toMatch(/php8\.2-fpm/);
      await host.ok(`rm -r ${directory}; systemctl daemon-reload; systemctl restart php8.2-fpm`);
    });
  });

  inCampaign(() => {
    it('succeeds once the reason is gone', async () => {
      endedWith(await migrate(host, QUICK_APPLY), 0);
      expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    });
  });
});
