import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostScript } from '../../kimaki/support/hostScript.js';
import { INSTALL_DIR, SITE, UNIT_FILE, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import {
  AS_OPENCODE,
  CHANNELS,
  CONTENT,
  MINUTE,
  PROVE_ALL,
  brokenHost,
  endedWith,
  migrate,
  registeredCommand,
  serviceProcess,
  told,
  unproven,
  workerUmasks,
} from '../migrateOffRoot/support.js';

const lab = labAvailable();
const HOP = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';
const UPGRADE_UNIT = '/etc/systemd/system/wca-upgrade-kimaki.service';

/** What an installer does that knows of this package: asks who and what, renders, registers, hardens. */
const INSTALLER = `#!/bin/sh
set -eu
umask 077
eval "$(wca detect --sh)"
[ "$RUN_AS_ROOT" = false ]
binary=$(wca resolve-bin kimaki --for "$SERVICE_USER,www-data")
printf '%s\\n' "$SERVICE_USER" "$SERVICE_HOME" "$KIMAKI_DATA_DIR" "$binary" > /root/installer-saw
SERVICE_USER=$SERVICE_USER SERVICE_HOME=$SERVICE_HOME DATA_DIR=$KIMAKI_DATA_DIR BINARY=$binary ${INSTALL_DIR}/node ${INSTALL_DIR}/render.mjs
systemctl daemon-reload
systemctl restart kimaki
${INSTALL_DIR}/node ${INSTALL_DIR}/harden.mjs
`;

/** Renders the unit anew, over the one that is there, and registers the plain program, as an installer of old would. */
const RENDER = `import { readFileSync, writeFileSync } from 'node:fs';
import { findInstances, renderUnit } from '@wca/runtime-sdk/kimaki';
import { parseUnit, printUnit } from '@wca/runtime-sdk/systemd';
const { SERVICE_USER, SERVICE_HOME, DATA_DIR, BINARY } = process.env;
const [installed] = (await findInstances())._unsafeUnwrap();
writeFileSync('/etc/kimaki.env', 'KIMAKI_BOT_TOKEN=' + installed.environment.KIMAKI_BOT_TOKEN + '\\n', { mode: 0o600 });
const unit = renderUnit({
  unit: 'kimaki.service', serviceUser: SERVICE_USER, home: SERVICE_HOME, dataDir: DATA_DIR, site: installed.site, binary: BINARY,
  environmentFile: '/etc/kimaki.env', environment: { DATAMACHINE_WP_CMD: 'wp' }, args: ['--auto-restart', '--disable-skill', '50% of it'], installed,
});
writeFileSync('${UNIT_FILE}', unit._unsafeUnwrap(), { mode: 0o644 });
const channels = '${CHANNELS}';
const text = readFileSync(channels, 'utf8').replace("'${HOP}'", "'" + BINARY + "'");
writeFileSync(channels, text);
`;

/** Installs what an upgrade brings back, a skill that the site does not want. */
const NPM = `#!/bin/sh
case "$1" in
  root) echo /usr/lib/node_modules ;;
  install) mkdir -p /usr/lib/node_modules/kimaki/skills/upgrade-wp-coding-agents ;;
esac
`;

const HARDEN = `import { hardenInstall } from '@wca/runtime-sdk/recipes';
const done = await hardenInstall({ options: { hold: 3 } });
console.log(JSON.stringify(done.match((report) => report, (error) => ({ error }))));
if (done.isErr() || done.value.failed) process.exit(1);
`;

describe.skipIf(!lab.ok)('an installer that is run after a migration', () => {
  let host: Host;
  beforeAll(async () => {
    host = await brokenHost();
    for (const [name, text] of [
      ['render.mjs', RENDER],
      ['harden.mjs', HARDEN],
      ['installer.sh', INSTALLER],
    ] as const) {
      await writeFile(join(host.root, INSTALL_DIR, name), text);
    }
  });
  afterAll(() => host.down());

  const harden = (options: string): Promise<unknown> =>
    hostScript(
      host,
      `answer((await recipes.hardenInstall({ options: ${options} })).match((report) => report, (error) => ({ error })));`,
    );

  it('before it is told that root is installed, and how to end that, and hardens nothing', async () => {
    const said = await host.run(['wca', 'detect', '--json']);
    expect(said.stderr).toContain('wca migrate-off-root plan');
    expect(JSON.parse(said.stdout)).toMatchObject({
      serviceUser: 'root',
      serviceHome: '/home/opencode',
      runAsRoot: true,
      dataDir: '/root/.kimaki',
      source: 'unit',
    });
    expect(JSON.parse(await host.ok(['wca', 'detect', '--json', '--fresh']))).toMatchObject({
      serviceUser: 'opencode',
      serviceHome: '/home/opencode',
      runAsRoot: false,
      source: 'default',
    });
    expect(
      JSON.parse(await host.ok(['wca', 'detect', '--json'], { user: 'opencode', env: { LOCAL_MODE: 'true' } })),
    ).toMatchObject({ serviceUser: 'opencode', source: 'local-mode' });
    expect(await harden('{}')).toMatchObject({ error: { code: 'RUNS_AS_ROOT' } });
  });

  it('finds the identity, renders and hardens, and every acceptance point still stands', async () => {
    endedWith(await migrate(host, ['apply', '--json', '--yes', '--hold', '1']), 0);
    await writeFile(join(host.root, 'usr/bin/npm'), NPM, { mode: 0o755 });
    const ran = await host.run(['sh', `${INSTALL_DIR}/installer.sh`], { timeoutMs: 3 * MINUTE });
    expect(ran, ran.stderr + ran.stdout).toMatchObject({ code: 0 });
    const report = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as {
      readonly steps: readonly { readonly id: string; readonly state: string }[];
    };
    const done = report.steps.filter(({ state }) => state === 'done').map(({ id }) => id);
    expect(done).toEqual(expect.arrayContaining(['dispatch', 'unit-1', 'start', 'upgrade-unit']));
    expect(await host.ok(['cat', '/root/installer-saw'])).toBe(
      'opencode\n/home/opencode\n/home/opencode/.kimaki\n/usr/bin/kimaki',
    );
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    expect(await workerUmasks(host)).toBe('0002');
    expect(await registeredCommand(host)).toBe(HOP);
    const unit = await readFile(join(host.root, UNIT_FILE), 'utf8');
    expect(unit).toContain('--no-auto-upgrade');
    const verified = told(endedWith(await migrate(host, ['verify', '--json', ...PROVE_ALL]), 0));
    expect(verified.ok).toBe(true);
    expect(unproven(verified.checks ?? [])).toEqual([]);
  });

  it('has root upgrade the program, do afterwards what the agent may not, and start the agent again', async () => {
    const line = '/opt/kimaki-config/post-upgrade.sh';
    await host.ok(`sed -i '0,/^ExecStart=/s||ExecStartPre=-${line}\\n&|' ${UNIT_FILE}; systemctl daemon-reload`);
    expect(await harden('{ hold: 1 }')).toMatchObject({ changed: true, failed: false });
    expect(await host.ok(['cat', UPGRADE_UNIT])).toMatch(
      new RegExp(`^ExecStart=/usr/bin/npm install .*\\nExecStart=${line}$`, 'm'),
    );
    const pid = 'systemctl show -p MainPID --value kimaki';
    const before = await host.ok(pid);
    await host.ok('systemctl start wca-upgrade-kimaki');
    expect(await host.ok(pid)).not.toBe(before);
    await host.ok('! test -e /usr/lib/node_modules/kimaki/skills/upgrade-wp-coding-agents');
    expect(await host.ok('journalctl -u wca-upgrade-kimaki -o cat')).toContain('1 package skills removed');
    await host.serviceListens();
  });

  it('gives systemd exactly the words it was asked for', async () => {
    const pid = await host.ok('systemctl show -p MainPID --value kimaki');
    const words = (
      await readFile(join(host.root, 'proc', pid, 'cmdline')).catch(async () =>
        Buffer.from(await host.ok(`cat /proc/${pid}/cmdline`)),
      )
    )
      .toString()
      .split('\0');
    expect(words.slice(2, -1)).toEqual([
      '--data-dir',
      '/home/opencode/.kimaki',
      '--auto-restart',
      '--disable-skill',
      '50% of it',
      '--no-auto-upgrade',
    ]);
  });

  it('changes nothing when it hardens again', async () => {
    const before = await host.ok(
      `sha256sum ${UNIT_FILE} ${CHANNELS} ${UPGRADE_UNIT}; systemctl show -p MainPID kimaki php8.2-fpm`,
    );
    expect(await harden('{}')).toMatchObject({ runId: null, changed: false, failed: false });
    expect(
      await host.ok(`sha256sum ${UNIT_FILE} ${CHANNELS} ${UPGRADE_UNIT}; systemctl show -p MainPID kimaki php8.2-fpm`),
    ).toBe(before);
  });

  it('heals a stale hop, modes of mu-plugins, umasks and a command below a home', async () => {
    await host.ok(`sed -i /^www-data/d /etc/sudoers.d/wp-coding-agents-kimaki-dispatch
chmod 600 ${CONTENT}/mu-plugins/wp-coding-agents-*.php
rm ${CONTENT}/mu-plugins/wca-fs-chmod.php
sed -i "s#'${HOP}'#'/home/opencode/.kimaki/bin/kimaki'#" ${CHANNELS}
sed -i s/UMask=0002/UMask=0022/ ${UNIT_FILE}; systemctl daemon-reload; systemctl restart kimaki
rm /etc/systemd/system/php8.2-fpm.service.d/50-wca-umask.conf; systemctl daemon-reload; systemctl restart php8.2-fpm`);
    expect(await harden('{ hold: 3 }')).toMatchObject({ changed: true, failed: false });
    expect(
      await host.ok(
        `stat -c %a ${CONTENT}/mu-plugins/wp-coding-agents-*.php ${CONTENT}/mu-plugins/wca-fs-chmod.php | sort -u`,
      ),
    ).toBe('644');
    expect(await registeredCommand(host)).toBe(HOP);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    expect(await workerUmasks(host)).toBe('0002');
    expect((await host.run([HOP, '--version'], { user: 'www-data' })).code).toBe(0);
  });

  it('touches no rules of sudo where they do not parse already', async () => {
    const rule = '/etc/sudoers.d/wp-coding-agents-kimaki-dispatch';
    await host.ok(
      `echo 'no rule at all' > /etc/sudoers.d/zz-bad; chmod 440 /etc/sudoers.d/zz-bad; cp ${rule} /root/rule; sed -i /^www-data/d ${rule}`,
    );
    const before = await host.ok(`sha256sum ${rule}`);
    expect(await harden('{ hold: 3 }')).toMatchObject({
      error: { code: 'STEP_CHECK_FAILED', error: { code: 'SUDOERS_INVALID' } },
    });
    expect(await host.ok(`sha256sum ${rule}`)).toBe(before);
    await host.ok(`rm /etc/sudoers.d/zz-bad; cat /root/rule > ${rule}`);
  });

  it('takes everything back when it cannot be proven, and the migration can still be rolled back', async () => {
    // A later rule takes the hop's away: nothing that hardening does helps against it.
    await host.ok(
      `echo 'www-data ALL=(ALL) !ALL' > /etc/sudoers.d/zz-no; chmod 440 /etc/sudoers.d/zz-no; chmod 600 ${CHANNELS}`,
    );
    const before = await host.ok(`sha256sum ${UNIT_FILE} ${CHANNELS}; stat -c %a ${CHANNELS}`);
    const report = await harden('{ hold: 3 }');
    expect(report).toMatchObject({
      failed: true,
      rolledBack: true,
      error: {
        error: { code: 'NOT_PROVEN', message: expect.stringContaining('a later rule takes precedence') as unknown },
      },
    });
    expect(await host.ok(`sha256sum ${UNIT_FILE} ${CHANNELS}; stat -c %a ${CHANNELS}`)).toBe(before);
    await host.ok(`rm /etc/sudoers.d/zz-no; chmod 644 ${CHANNELS}`);
    const status = told(endedWith(await migrate(host, ['status', '--json']), 0));
    expect(status).toMatchObject({ state: 'applied' });
    expect(await host.ok(`ls -d ${SITE}`)).toBe(SITE);
  });
});
