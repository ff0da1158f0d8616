import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANARY, FLOW, SITE, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { rows } from '../../support/campaign.js';
import { MINUTE, QUICK_APPLY, brokenHost, endedWith, migrate, told, unproven } from './support.js';

const lab = labAvailable();
const CHANNEL_FILE = `${SITE}/wp-content/mu-plugins/wp-coding-agents-channels.php`;
/** Nothing of these is touched. */
const FORMER =
  "sha256sum /etc/systemd/system/kimaki.service /root/.kimaki/discord-sessions.db; stat -c '%U %a %Y' /root/.kimaki";

/** Makes the one instance a named one: unit, secrets, data directory and channel have its name. */
const named = (name: string): string => `set -e
  systemctl disable --now roadie
  cd /etc/systemd/system
  mv roadie.service ${name}.service
  mv /etc/wp-coding-agents/roadie /etc/wp-coding-agents/${name}
  mv /root/.roadie /root/.${name}
  sed -i 's#/root/.roadie#/root/.${name}#g; s#/etc/wp-coding-agents/roadie/#/etc/wp-coding-agents/${name}/#g' ${name}.service ${CHANNEL_FILE}
  sed -i '/^Environment=ROADIE_MANAGED/a Environment=ROADIE_LOCK_PORT=29988' ${name}.service
  sed -i "s#bridge:roadie#bridge:${name}#; s#channels\\['roadie'\\]#channels['${name}']#" ${CHANNEL_FILE}
  sqlite3 /root/.${name}/discord-sessions.db "UPDATE channel_directories SET directory = replace(directory, '.roadie', '.${name}')"
  cd /
  runuser -u www-data -- php -r '$_SERVER["HTTP_HOST"] = "127.0.0.1"; require "${SITE}/wp-load.php";
    $flows = get_option("lab_dm_flows"); $flows[0]["channel"] = "${name}"; update_option("lab_dm_flows", $flows);'
  systemctl daemon-reload
  systemctl enable --now ${name}
  for n in $(seq 300); do curl -fs http://127.0.0.1:29988/health && exit 0; sleep 0.1; done; exit 1`;

const INSTANCES = rows(['roadie'], ['roadie-acme']);

describe.skipIf(!lab.ok).each(INSTANCES)('a host with %s as root, and the kimaki before it disabled', (name) => {
  const UNIT = `/etc/systemd/system/${name}.service`;
  const SECRETS = `/etc/wp-coding-agents/${name}`;
  const OWNERS = `stat -c '%U:%G %a' ${SECRETS}/bot-token ${SECRETS}/send-token ${SECRETS}`;
  let host: Host;
  let former = '';
  beforeAll(async () => {
    host = await brokenHost({ variant: 'roadie' });
    if (name !== 'roadie') await host.ok(named(name));
    former = await host.ok(FORMER);
  }, 5 * MINUTE);
  afterAll(() => host.down());

  it('is diagnosed by its running agent, and the disabled unit is said to be none', async () => {
    const doctor = await host.run(['wca', 'doctor', '--json']);
    expect(doctor.code).toBe(1);
    const text = doctor.stdout;
    expect(text).toContain('unit-not-in-use');
    const found = (JSON.parse(text) as { subjects: { name: string; findings: { id: string }[] }[] }).subjects;
    expect(found.map((one) => one.name)).toContain(`${name}.service`);
    expect(found.map((one) => one.name)).not.toContain('kimaki.service');
    const ids = found.find((one) => one.name === `${name}.service`)?.findings.map(({ id }) => id) ?? [];
    expect(ids).toEqual(expect.arrayContaining(['runs-as-root', 'allow-root', 'channel-environment']));
    expect(ids).not.toContain('self-upgrade');
  });

  it('is planned without a hop, and what is former is left', async () => {
    const plan = endedWith(await migrate(host, ['plan', '--json']), 0);
    expect(plan.stdout).not.toContain(CANARY);
    expect(plan.stdout).not.toContain('/etc/sudoers.d');
    expect(plan.stdout).toContain('kimaki.service is disabled and does not run');
    const steps = (JSON.parse(plan.stdout) as { steps: { id: string }[] }).steps.map(({ id }) => id);
    expect(steps).toEqual(expect.arrayContaining(['secret-1', 'secret-2', 'dispatch', 'start']));
  });

  it(
    'is applied, and its dispatch is proven as WordPress sends, by the token',
    async () => {
      const report = told(
        endedWith(await migrate(host, [...QUICK_APPLY, '--flow', FLOW, '--probe-channel', '1001']), 0),
      );
      expect(report).toMatchObject({ changed: true, failed: false });
      const checks = report.verification?.checks ?? [];
      const of = (id: string): boolean | null | undefined => checks.find((check) => check.id === id)?.ok;
      expect(
        ['service', 'bot', 'health', 'dispatch', 'dispatch-delivery', 'wp-command'].map((id) => [id, of(id)]),
      ).toEqual(['service', 'bot', 'health', 'dispatch', 'dispatch-delivery', 'wp-command'].map((id) => [id, true]));
      const unit = await host.ok(`cat ${UNIT}`);
      expect(unit).toContain('User=opencode');
      expect(unit).toContain('Environment=HOME=/home/opencode');
      expect(unit).toContain(`Environment=ROADIE_DATA_DIR=/home/opencode/.${name}`);
      expect(unit).not.toContain('--allow-root');
      expect(unit).toContain(String.raw`"DATAMACHINE_WP_TRANSPORT_JSON=[\"wp\"]"`);
      expect(await host.ok(OWNERS)).toBe('opencode:opencode 600\nopencode:www-data 640\nroot:root 755');
      expect(await host.ok(`stat -c %U /home/opencode/.subrouter/accounts.json /home/opencode/.${name}`)).toBe(
        'opencode\nopencode',
      );
      const channel = await host.ok(`cat ${CHANNEL_FILE}`);
      expect(channel).toContain("'ROADIE_LOCK_PORT' => '29988'");
      expect(channel).toContain(`'ROADIE_DATA_DIR' => '/home/opencode/.${name}'`);
      expect((await host.run('ls /etc/sudoers.d /usr/local/bin | grep dispatch')).code).toBe(1);
      expect(await host.ok(FORMER)).toBe(former);
    },
    8 * MINUTE,
  );

  it(
    'survives a reboot, and a second apply changes nothing',
    async () => {
      await host.reboot();
      const verified = told(endedWith(await migrate(host, ['verify', '--json']), 0));
      expect(unproven(verified.checks ?? []).filter((line) => line.includes('(false)'))).toEqual([]);
      expect(told(endedWith(await migrate(host, [...QUICK_APPLY]), 0))).toMatchObject({ changed: false });
    },
    8 * MINUTE,
  );

  it(
    'is rolled back as it was',
    async () => {
      expect(told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0)).remaining ?? []).toEqual([]);
      expect(await host.ok(OWNERS)).toBe('root:root 600\nroot:www-data 640\nroot:root 755');
      expect(await host.ok(`grep -c -- --allow-root ${UNIT}`)).toBe('1');
      expect((await host.run(`test -e /home/opencode/.${name}`)).code).toBe(1);
      expect(await host.ok(`cat ${CHANNEL_FILE}`)).toContain(`'ROADIE_DATA_DIR' => '/root/.${name}' ]`);
      await host.waitFor('curl -fs http://127.0.0.1:29988/health');
      expect(await host.ok(FORMER)).toBe(former);
    },
    8 * MINUTE,
  );
});
