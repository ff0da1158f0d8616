import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNEL, OLD_DATA_DIR, compareSnapshots, labAvailable } from '../../lab/index.js';
import type { Host, TreeSnapshot } from '../../lab/index.js';
import {
  AS_OPENCODE,
  AS_ROOT,
  CONTENT,
  MINUTE,
  QUICK_APPLY,
  agentDoes,
  brokenHost,
  databaseRows,
  endedWith,
  lastingSnapshot,
  migrate,
  registeredCommand,
  serviceProcess,
  told,
  workerUmasks,
} from './support.js';
import { inCampaign } from '../../support/campaign.js';
import type { Rows } from './support.js';

const lab = labAvailable();

/** Everything a migration may touch, whole. */
const TREES = [
  '/etc/systemd/system',
  '/etc/sudoers.d',
  '/etc/sudoers',
  '/etc/passwd',
  '/etc/group',
  '/etc/shadow',
  '/usr/local',
  '/usr/bin/kimaki',
  '/usr/lib/node_modules',
  '/opt/kimaki-config',
  '/var/www/site',
  '/root',
  '/home',
  '/var/lib/datamachine',
  '/tmp/opencode-cache',
  '/var/tmp/opencode-snapshot',
  '/var/log/kimaki',
];

describe.skipIf(!lab.ok)('a migration, taken back', () => {
  let host: Host;
  let before: TreeSnapshot;
  let umasksBefore = '';
  let commandBefore = '';
  let rowsBefore: Rows;
  let rowsSince: Rows;

  const snapshot = (): TreeSnapshot => lastingSnapshot(host, TREES);

  beforeAll(async () => {
    host = await brokenHost();
    umasksBefore = await workerUmasks(host);
    commandBefore = await registeredCommand(host);
    rowsBefore = await databaseRows(host, OLD_DATA_DIR, 'root');
    before = snapshot();
  });
  afterAll(() => host.down());

  it('was applied, held for its full time, and the service went on working', async () => {
    const began = Date.now();
    endedWith(await migrate(host, ['apply', '--json', '--yes']), 0);
    expect(Date.now() - began).toBeGreaterThan(15_000);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    expect(compareSnapshots(before, snapshot()).length).toBeGreaterThan(300);
    await agentDoes(host, [`write:${CONTENT}/uploads/since.txt written after the migration`]);
    const { heartbeats } = await databaseRows(host);
    await host.waitFor(
      `test $(sqlite3 /home/opencode/.kimaki/discord-sessions.db 'select count(*) from heartbeats') -gt ${heartbeats + 2}`,
    );
    rowsSince = await databaseRows(host);
    expect(rowsSince.messages.length).toBeGreaterThan(rowsBefore.messages.length);
  });

  it('tells beforehand what it would undo, and changes nothing by that', async () => {
    const dry = told(endedWith(await migrate(host, ['rollback', '--dry-run', '--json']), 0));
    expect(dry).toMatchObject({ outcome: 'planned', changed: false, refusals: [] });
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
  });

  it('is rolled back with exit 0 and nothing left to do by hand, while a message is on its way', async () => {
    const message = ['send', '--channel', CHANNEL, '--prompt', 'lab-slow:15 on its way'];
    const sent = host.run([await registeredCommand(host), ...message], { user: 'www-data', timeoutMs: 5 * MINUTE });
    await host.waitFor("pgrep -f '^/usr/bin/sudo .*lab-slow'");
    const back = told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0));
    expect((await sent).code).toBe(0);
    expect(back).toMatchObject({ outcome: 'rolled-back', changed: true, undoErrors: [], remaining: [] });
    const agents = [{ unit: 'kimaki.service', ok: true, detail: 'kimaki.service runs as root again' }];
    expect(back).toMatchObject({ agents, downtimeMs: expect.any(Number) as number });
  });

  it('gives back every unit, mu-plugin, owner, mode and time, byte for byte', async () => {
    const differences = compareSnapshots(before, snapshot());
    // The one file the agent was told to write since is its own, and stays.
    expect(differences.filter((line) => !line.includes('/uploads/since.txt'))).toEqual([]);
    expect(differences).toHaveLength(1);
  });

  it('takes the hop, the drop-in and the held units away', async () => {
    expect(await registeredCommand(host)).toBe(commandBefore);
    const gone = `/usr/local/bin/wp-coding-agents-kimaki-dispatch /usr/local/lib/wp-coding-agents
      /etc/sudoers.d/wp-coding-agents-kimaki-dispatch /etc/systemd/system/php8.2-fpm.service.d`.split(/\s+/);
    for (const path of gone) expect((await host.run(['test', '-e', path])).code, path).toBe(1);
    expect(await host.ok('ls -A /run/systemd/system.control 2>/dev/null || true')).toBe('');
    expect(await host.ok('systemctl is-active kimaki php8.2-fpm datamachine-worker.timer nginx')).toBe(
      'active\nactive\nactive\nactive',
    );
    expect(await host.ok('systemctl show -p NeedDaemonReload --value kimaki php8.2-fpm | sort -u | tr -d "\\n"')).toBe(
      'no',
    );
    // A worker that was under way when it was stopped counts as failed until its next turn.
    await host.waitFor('test -z "$(systemctl --failed --no-legend)"');
    expect(await workerUmasks(host)).toBe(umasksBefore);
  });

  it('runs as root again, on its own state in its old place, without a row lost', async () => {
    expect(await serviceProcess(host)).toMatchObject(AS_ROOT);
    expect((await host.run(['test', '-e', '/home/opencode/.kimaki/discord-sessions.db'])).code).toBe(1);
    const rows = await databaseRows(host, OLD_DATA_DIR, 'root');
    expect(rows).toMatchObject({ integrity: 'ok', channels: rowsSince.channels });
    expect(rows.messages).toEqual(expect.arrayContaining([...rowsSince.messages]));
    const inbox = 'select prompt from inbox union select prompt from messages';
    expect(await host.ok(['sqlite3', `${OLD_DATA_DIR}/discord-sessions.db`, inbox])).toContain('on its way');
    expect(rows.heartbeats).toBeGreaterThan(rowsSince.heartbeats);
    await host.waitFor(
      `test $(sqlite3 ${OLD_DATA_DIR}/discord-sessions.db 'select count(*) from heartbeats') -gt ${rows.heartbeats + 1}`,
    );
  });

  it('is told by status', async () => {
    expect(told(endedWith(await migrate(host, ['status', '--json']), 0)).state).toBe('rolled-back');
  });

  it('is told to root alone, and to anybody else that they are not: 77', async () => {
    for (const command of ['status', 'plan', 'rollback']) {
      const { stdout, stderr } = endedWith(await migrate(host, [command], { user: 'www-data' }), 77);
      expect(stdout + stderr, command).toContain('sudo');
    }
  });

  it('does nothing more when rolled back again', async () => {
    const quiet = snapshot();
    const pid = await host.ok('systemctl show -p MainPID --value kimaki');
    expect(told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0))).toMatchObject({
      outcome: 'rolled-back',
      changed: false,
    });
    expect(await host.ok('systemctl show -p MainPID --value kimaki')).toBe(pid);
    expect(compareSnapshots(quiet, snapshot())).toEqual([]);
  });

  inCampaign(() => {
    it('can be applied again, and taken back again', async () => {
      expect(told(endedWith(await migrate(host, QUICK_APPLY), 0))).toMatchObject({ changed: true, failed: false });
      expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
      // What would run at a boot in the middle does not start any more: the way back does without it, and says so.
      await host.ok(
        "mv /opt/wca/node /opt/wca/other-node; printf '#!/bin/false\\n' > /opt/wca/node; chmod 0755 /opt/wca/node",
      );
      const rollback = [
        '/opt/wca/other-node',
        '/opt/wca/node_modules/@wca/runtime-sdk/dist/cli/main.js',
        'migrate-off-root',
        'rollback',
        '--json',
        '--yes',
      ];
      const back = told(endedWith(await host.run(rollback, { timeoutMs: 4 * MINUTE }), 0));
      expect(back).toMatchObject({ outcome: 'rolled-back', undoErrors: [], remaining: [] });
      expect(back.steps?.find(({ id }) => id === 'recovery-off')?.notes?.join()).toContain('do not reboot');
      expect(compareSnapshots(before, snapshot()).filter((line) => !line.includes('/uploads/since.txt'))).toEqual([]);
      expect(await serviceProcess(host)).toMatchObject(AS_ROOT);
    });
  });
});
