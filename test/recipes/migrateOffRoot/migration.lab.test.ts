import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANARY, OLD_DATA_DIR, PRIVATE_DUMP, SITE, UNIT_FILE, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import {
  AS_OPENCODE,
  CHANNELS,
  CONTENT,
  PROVE_ALL,
  agentDoes,
  brokenHost,
  databaseRows,
  endedWith,
  migrate,
  registeredCommand,
  serviceProcess,
  told,
  unproven,
  workerUmasks,
} from './support.js';
import type { Rows, Told } from './support.js';

const lab = labAvailable();
const NINE_POINTS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const TINY = `${CONTENT}/plugins/tiny`;

describe.skipIf(!lab.ok)('a root install, moved', () => {
  let host: Host;
  let unitBefore = '';
  let channelsBefore = '';
  let configBefore = '';
  let rowsBefore: Rows;
  let report: Told;

  const statOf = (path: string): Promise<string> => host.ok(['stat', '-c', '%a %U:%G', path]);

  beforeAll(async () => {
    host = await brokenHost();
    unitBefore = await readFile(join(host.root, UNIT_FILE), 'utf8');
    channelsBefore = await readFile(join(host.root, CHANNELS), 'utf8');
    configBefore = await statOf(`${SITE}/wp-config.php`);
    rowsBefore = await databaseRows(host, OLD_DATA_DIR, 'root');
  });
  afterAll(() => host.down());

  it('is planned with exit 0, or 2 when asked whether there is something to do', async () => {
    const plan = endedWith(await migrate(host, ['plan']), 0);
    expect(plan.stdout).toContain('Nothing was changed');
    // On one screen.
    const lines = plan.stdout.trimEnd().split('\n');
    expect(lines.length, plan.stdout).toBeLessThanOrEqual(24);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(plan.stdout).toContain('  agent down  about ');
    expect(lines.at(-1)).toBe('Next: wca migrate-off-root apply');
    expect(told(endedWith(await migrate(host, ['plan', '--json', '--detailed-exitcode']), 2)).changed).toBe(true);
  });

  it('is applied with every one of the nine points proven', async () => {
    const result = endedWith(await migrate(host, ['apply', '--json', '--yes', '--hold', '1', ...PROVE_ALL]), 0);
    expect(result.stdout + result.stderr).not.toContain(CANARY);
    report = told(result);
    expect(report).toMatchObject({ changed: true, failed: false, rolledBack: false, verification: { ok: true } });
    const checks = report.verification?.checks ?? [];
    expect(unproven(checks)).toEqual([]);
    expect([...new Set(checks.map(({ point }) => point))].sort((one, other) => one - other)).toEqual(NINE_POINTS);
  });

  it('was down for a short time, which is told', () => {
    process.stderr.write(`lab: downtime of a migration ${String(report.downtimeMs)} ms\n`);
    expect(report.downtimeMs).toBeGreaterThan(0);
    // Most of a run is before the stop and after the start, however slow the machine is.
    expect(report.downtimeMs).toBeLessThan((report.durationMs ?? 0) / 2);
  });

  it('runs as opencode with all its groups and umask 0002, by what the kernel says', async () => {
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    expect(await workerUmasks(host)).toBe('0002');
  });

  it('leaves nothing of root in wp-content but the private dump, which stays as it was', async () => {
    expect(await host.ok(`find ${CONTENT} -user root -o -group root`)).toBe(PRIVATE_DUMP);
    expect(await statOf(PRIVATE_DUMP)).toBe('600 root:root');
    expect((await host.run(['cat', PRIVATE_DUMP], { user: 'www-data' })).code).not.toBe(0);
  });

  it('leaves mu-plugins that php-fpm can read and a wp-config.php nobody touched', async () => {
    const modes = await host.ok(`stat -c %a ${CONTENT}/mu-plugins/wp-coding-agents-*.php | sort -u`);
    expect(modes).toBe('644');
    expect(await statOf(`${SITE}/wp-config.php`)).toBe(configBefore);
  });

  it('changes one value of the channels file and no other byte', async () => {
    const command = await registeredCommand(host);
    expect(command.startsWith('/usr/')).toBe(true);
    const after = await readFile(join(host.root, CHANNELS), 'utf8');
    expect(after).toBe(channelsBefore.replace("'/root/.kimaki/bin/kimaki'", `'${command}'`));
  });

  it('keeps every comment of the unit, its other lines and its secret, readable as before', async () => {
    const after = await readFile(join(host.root, UNIT_FILE), 'utf8');
    const comments = (text: string): readonly string[] => text.split('\n').filter((line) => /^\s*#/.test(line));
    expect(comments(after)).toEqual(comments(unitBefore));
    for (const line of [
      `Environment=KIMAKI_BOT_TOKEN=${CANARY}`,
      'RestartSec=10',
      'Environment=DATAMACHINE_WP_CMD=wp',
      'ExecStartPre=-/opt/kimaki-config/post-upgrade.sh',
      'EnvironmentFile=-/etc/wp-coding-agents/ai-gateway.env',
      'Restart=always',
    ]) {
      expect(after.split('\n')).toContain(line);
    }
    expect(after).not.toMatch(/^[^#]*\/root\b/m);
    expect(await host.ok('systemd-analyze verify kimaki.service 2>&1')).toBe('');
    expect(await statOf(UNIT_FILE)).toBe('644 root:root');
  });

  it('has the state in the new home with no row lost, and none in the old one', async () => {
    const rows = await databaseRows(host);
    expect(rows).toMatchObject({ integrity: 'ok', channels: rowsBefore.channels });
    expect(rows.heartbeats).toBeGreaterThanOrEqual(rowsBefore.heartbeats);
    expect(rows.messages).toEqual(expect.arrayContaining([...rowsBefore.messages]));
    expect((await host.run(['test', '-e', OLD_DATA_DIR])).code).toBe(1);
    expect(await statOf('/root')).toBe('700 root:root');
    expect(await statOf('/home/opencode')).toBe('750 opencode:opencode');
    expect(await host.ok('find /home/opencode -user root')).toBe('');
  });

  it('leaves what is the operator’s own in the home of root', async () => {
    expect(await statOf('/root/.config/opencode/opencode.json')).toBe('644 root:root');
    expect(await statOf('/root/.ssh/id_ed25519')).toBe('600 root:root');
  });

  it('has nothing to do when applied again', async () => {
    const before = await host.ok('systemctl show -p MainPID --value kimaki');
    const again = told(endedWith(await migrate(host, ['apply', '--json', '--yes', '--hold', '1']), 0));
    expect(again.changed).toBe(false);
    expect(await host.ok('systemctl show -p MainPID --value kimaki')).toBe(before);
    endedWith(await migrate(host, ['plan', '--detailed-exitcode']), 0);
  });

  it('holds after a reboot', async () => {
    await host.reboot();
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    const result = await migrate(host, ['verify', '--json', ...PROVE_ALL]);
    expect(unproven(told(result).checks ?? [])).toEqual([]);
    endedWith(result, 0);
  });

  describe('then, round after round on one plugin', () => {
    const updates = async (): Promise<void> => {
      const update = ['php', '/opt/lab/upgrade.php', '/opt/lab/tiny-2.0.0.zip'];
      expect(await host.ok(update, { user: 'www-data' })).toBe('{"codes":[],"version":"2.0.0"}');
    };
    const edits = (round: string): Promise<void> =>
      agentDoes(host, [
        `write:${TINY}/tiny.php <?php\\n/**\\n * Plugin Name: Tiny\\n * Version: 1.${round}\\n */`,
        `write:${TINY}/inc/a.php <?php // ${round}`,
        `write:${TINY}/added-${round}.php <?php // added`,
        `write:${TINY}/inc/sub-${round}/b.php <?php // deeper`,
        `mkdir:${TINY}/empty-${round}`,
      ]);
    const isShared = async (): Promise<void> => {
      for (const user of ['www-data', 'opencode']) {
        expect(await host.ok(`find ${TINY} ! -writable`, { user }), `not writable for ${user}`).toBe('');
      }
      expect(await host.ok(`find ${TINY} -type d ! -perm -2000`), 'directories that are not setgid').toBe('');
      expect(await host.ok(`find ${TINY} -user root`)).toBe('');
    };

    for (const round of [1, 2, 3]) {
      it(`lets both sides go on writing, round ${round}`, async () => {
        await updates();
        await isShared();
        await edits(`${round}1`);
        await isShared();
        await updates();
        await isShared();
        expect((await host.run(['test', '-e', `${TINY}/added-${round}1.php`])).code).toBe(1);
        await edits(`${round}2`);
        await isShared();
      });
    }
  });
});
