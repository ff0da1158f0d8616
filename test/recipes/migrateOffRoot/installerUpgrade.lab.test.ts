import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNELS, INSTALL_DIR, UNIT_FILE, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { MINUTE, QUICK_APPLY, brokenHost, endedWith, migrate, told, unproven } from './support.js';
import { inCampaign, rows } from '../../support/campaign.js';

const lab = labAvailable();
const RULE = '/etc/sudoers.d/wp-coding-agents-kimaki-restart';
const TARGET = '/usr/local/lib/wp-coding-agents/kimaki-dispatch-target';
const WRAPPER = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';

/**
 * What the installer's upgrade leaves on a host whose unit says User=opencode. It adopts that account, writes the unit from
 * its template around the Environment= and UMask= lines that it finds, its own hop over ours, its entry of the channel into a
 * new file of root with mode 0664 and the group of the directory, has systemd load the unit, and restarts nothing.
 *
 * Source: `upgrade.sh`, `bridges/_dispatch.sh` (`adopt_service_identity_from_units`, `_preserve_systemd_umask`,
 * `_smart_update_systemd_unit`), `bridges/kimaki.sh` (`bridge_render_systemd`, `_kimaki_install_dispatch_helpers`) and
 * `lib/common.sh` (`service_file_normalize_perms`) of the public repository Extra-Chill/wp-coding-agents.
 */
const UPGRADE = String.raw`#!/bin/bash
set -eu
umask 077
cp ${UNIT_FILE} ${UNIT_FILE}.backup.20260101-000000
kept=$(grep -E '^(Environment|EnvironmentFile|UMask)=' ${UNIT_FILE})
cat > ${UNIT_FILE} <<UNIT
[Unit]
Description=Kimaki Discord Bot (wp-coding-agents)
After=network.target

[Service]
Type=simple
User=opencode
WorkingDirectory=/var/www/site
$kept
ExecStartPre=-/usr/bin/pkill -TERM -u opencode -f "opencode-ai/bin/.*serve"
ExecStartPre=/opt/kimaki-config/post-upgrade.sh
ExecStart=/usr/bin/kimaki --data-dir /home/opencode/.kimaki --auto-restart --no-critique --enable-skill lab-skill
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
printf '%s\n' '#!/bin/sh' 'set -eu' "export HOME='/home/opencode'" "export KIMAKI_DATA_DIR='/home/opencode/.kimaki'" \
  "export PATH='/usr/local/bin:/usr/bin:/bin'" "exec '/usr/bin/kimaki' \"\$@\"" > ${TARGET}
printf '%s\n' '#!/bin/sh' 'set -eu' "exec sudo -n -H -u 'opencode' '${TARGET}' \"\$@\"" > ${WRAPPER}
chmod 0755 ${TARGET} ${WRAPPER}
printf '%s ALL=(opencode) NOPASSWD: ${TARGET} *\n' www-data opencode > /etc/sudoers.d/wp-coding-agents-kimaki-dispatch
chmod 0440 /etc/sudoers.d/wp-coding-agents-kimaki-dispatch
new=$(mktemp ${CHANNELS}.XXXXXX)
sed "/BEGIN bridge:kimaki/,/END bridge:kimaki/ s|'timeout' => 600,|'timeout' => 600,\n        'env'     => [ 'HOME' => '/home/opencode', 'KIMAKI_DATA_DIR' => '/home/opencode/.kimaki' ],|" ${CHANNELS} > "$new"
mv "$new" ${CHANNELS}
chmod 0664 ${CHANNELS}
chgrp "$(stat -c %G "$(dirname ${CHANNELS})")" ${CHANNELS}
`;

interface Found {
  readonly id: string;
  readonly severity: string;
  readonly what: string;
}

describe.skipIf(!lab.ok)('a migrated host, and the installer', () => {
  let host: Host;
  beforeAll(async () => {
    host = await brokenHost();
    await writeFile(join(host.root, INSTALL_DIR, 'upgrade.sh'), UPGRADE, { mode: 0o755 });
  }, 5 * MINUTE);
  afterAll(() => host.down());

  const findings = async (): Promise<readonly Found[]> => {
    const { stdout } = await host.run(['wca', 'doctor', '--json'], { timeoutMs: 3 * MINUTE });
    return (JSON.parse(stdout) as { subjects: { findings: Found[] }[] }).subjects.flatMap((one) => one.findings);
  };
  const pid = (): Promise<string> => host.ok('systemctl show -p MainPID --value kimaki');

  it(
    'with --allow-restart the agent may restart its own unit, and nothing else',
    async () => {
      const plan = endedWith(await migrate(host, ['plan']), 0).stdout;
      expect(plan).toContain('--allow-restart');
      const report = told(endedWith(await migrate(host, [...QUICK_APPLY, '--allow-restart']), 0));
      expect(report.verification?.checks.find(({ id }) => id === 'restart-rule')).toMatchObject({ ok: true });
      const before = await pid();
      await host.ok(['sudo', '-n', 'systemctl', 'restart', 'kimaki.service'], { user: 'opencode' });
      await host.serviceListens();
      expect(await pid()).not.toBe(before);
      for (const words of [
        'systemctl restart kimaki',
        'systemctl restart nginx.service',
        'systemctl restart kimaki.service nginx.service',
        'systemctl restart --no-block kimaki.service',
        'systemctl --now restart kimaki.service',
        'systemctl restart',
        'systemctl stop kimaki.service',
        'systemctl edit kimaki.service',
        'systemctl status kimaki.service',
        'systemctl',
        '-u www-data systemctl restart kimaki.service',
        '/bin/sh -c true',
        '-s',
      ]) {
        const tried = await host.run(['sudo', '-n', ...words.split(' ')], { user: 'opencode' });
        expect([words, tried.code]).toEqual([words, 1]);
      }
      expect(
        (await host.run(['sudo', '-n', 'systemctl', 'restart', 'kimaki.service'], { user: 'www-data' })).code,
      ).toBe(1);
      expect((await findings()).map(({ id }) => id)).toContain('may-restart');
    },
    10 * MINUTE,
  );

  inCampaign(() => {
    it(
      'a rollback takes the rule back, and without the option there is none',
      async () => {
        expect(told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0)).remaining ?? []).toEqual([]);
        expect((await host.run(`test -e ${RULE}`)).code).toBe(1);
        endedWith(await migrate(host, [...QUICK_APPLY]), 0);
        expect((await host.run(`test -e ${RULE}`)).code).toBe(1);
      },
      10 * MINUTE,
    );
  });

  it(
    'after its upgrade the agent works, and doctor says what is at risk and nothing that is not so',
    async () => {
      await host.ok([`${INSTALL_DIR}/upgrade.sh`]);
      await host.ok('systemctl restart kimaki');
      await host.serviceListens();
      const found = await findings();
      const of = (severity: string): readonly string[] =>
        found.filter((one) => one.severity === severity).map(({ id, what }) => `${id}: ${what}`);
      // The file of the channels belongs to root again; everything else works.
      expect(of('broken').map((each) => each.split(':')[0])).toEqual(['root-owned']);
      expect(of('risk').map((each) => each.split(':')[0])).toEqual(
        expect.arrayContaining(['hop-unfiltered', 'failing-program']),
      );
      expect(found.map(({ id }) => id)).not.toContain('managed-mode');
      expect(found.map(({ id }) => id)).not.toContain('hop-stale');
    },
    6 * MINUTE,
  );

  it(
    'a second apply puts right what must be, keeps the modes, and a third changes nothing',
    async () => {
      const report = told(endedWith(await migrate(host, [...QUICK_APPLY, '--probe-channel', '1001']), 0));
      expect(report).toMatchObject({ changed: true, failed: false });
      expect(unproven(report.verification?.checks ?? []).filter((line) => line.includes('(false)'))).toEqual([]);
      expect(await host.ok(`cat ${TARGET}`)).toContain('is not let through');
      expect(await host.ok(`cat /etc/sudoers.d/*dispatch | grep -c NOPASSWD`)).toBe('2');
      expect(await host.ok(`stat -c '%U:%G %a' ${CHANNELS}`)).toBe('www-data:www-data 664');
      const left = await findings();
      expect(left.filter(({ severity }) => severity === 'broken')).toEqual([]);
      expect(left.map(({ id }) => id)).not.toContain('hop-unfiltered');
      expect(told(endedWith(await migrate(host, [...QUICK_APPLY]), 0))).toMatchObject({ changed: false });
    },
    10 * MINUTE,
  );

  it(
    'that apply is rolled back to what the installer wrote',
    async () => {
      expect(told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0)).remaining ?? []).toEqual([]);
      expect(await host.ok(`cat ${TARGET}`)).not.toContain('is not let through');
      expect(await host.ok(`stat -c '%U:%G %a' ${CHANNELS}`)).toBe('root:www-data 664');
      await host.serviceListens();
    },
    6 * MINUTE,
  );

  it(
    'with --own-prefix the agent runs and may upgrade a program of its own, and root starts none of it',
    async () => {
      await host.ok(`printf '%s\\n' '#!/bin/sh' 'prefix=$(sed -n s/^prefix=//p "$HOME/.npmrc" 2>/dev/null)' \
        'case "$1" in prefix) echo "\${prefix:-/usr}" ;; root) echo "\${prefix:-/usr}/lib/node_modules" ;; *) exit 1 ;; esac' > /usr/bin/npm
        chmod 755 /usr/bin/npm`);
      const refused = await migrate(host, ['plan', '--own-prefix']);
      endedWith(refused, 65);
      expect(refused.stderr).toContain('npm config set prefix /home/opencode/.npm-global');
      await host.ok(
        `cd; umask 022; mkdir -p .npm-global/bin .npm-global/lib/node_modules; echo prefix=/home/opencode/.npm-global > .npmrc
        cp -rL /usr/lib/node_modules/kimaki .npm-global/lib/node_modules/
        ln -s "$(readlink /usr/bin/kimaki)" .npm-global/bin/kimaki`,
        { user: 'opencode', env: { HOME: '/home/opencode' } },
      );
      const report = told(endedWith(await migrate(host, [...QUICK_APPLY, '--own-prefix']), 0));
      expect(report.verification?.checks.find(({ id }) => id === 'own-prefix')).toMatchObject({ ok: true });
      expect(await host.ok(`grep ^ExecStart= ${UNIT_FILE}`)).toContain('=/home/opencode/.npm-global/bin/kimaki ');
      expect(await host.ok(`cat ${TARGET}`)).toContain('/usr/bin/kimaki');
      const ids = (await findings()).map(({ id }) => id);
      expect(ids).toContain('own-prefix');
      expect(ids).not.toContain('self-upgrade');
      expect(ids).not.toContain('program-in-home');
      for (const again of rows<readonly string[]>([['--own-prefix']], [[]]))
        expect(told(endedWith(await migrate(host, [...QUICK_APPLY, ...again]), 0))).toMatchObject({ changed: false });
      expect(told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0)).remaining ?? []).toEqual([]);
      expect(await host.ok(`grep ^ExecStart= ${UNIT_FILE}`)).toContain('=/usr/bin/kimaki ');
      await host.serviceListens();
    },
    12 * MINUTE,
  );
});
