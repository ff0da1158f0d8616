import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inCampaign, rows } from '../../support/campaign.js';
import { CHANNEL, FLOW, UNIT_FILE, compareSnapshots, labAvailable } from '../../lab/index.js';
import type { Host, TreeSnapshot } from '../../lab/index.js';
import {
  AS_OPENCODE,
  AS_ROOT,
  CHANNELS,
  CONTENT,
  MINUTE,
  QUICK_APPLY,
  brokenHost,
  endedWith,
  lastingSnapshot,
  migrate,
  serviceProcess,
  told,
} from './support.js';
import type { Check } from './support.js';

const lab = labAvailable();
const SECOND = UNIT_FILE.replace('kimaki.service', 'kimaki-b.service');
/** Those beside the default one. */
const OTHERS = rows(['kimaki-b'], ['kimaki-c']);
const UNITS = [...OTHERS, 'kimaki'].map((name) => `${name}.service`);

/** Agents of root with one home, /root, and one site, each with a database and a channel of its own. */
const MORE_INSTANCES = `set -e
systemctl stop kimaki
rm -r /home/opencode/.kimaki /home/opencode/.local /home/opencode/.config /home/opencode/.wp-cli
sed -i 's|^Environment=HOME=.*|Environment=HOME=/root|' ${UNIT_FILE}
for name in ${OTHERS.join(' ')}; do
  cp -a /root/.kimaki /root/.$name
  sed -i "s|/root/.kimaki|/root/.$name|g" /root/.$name/bin/kimaki
  sqlite3 /root/.$name/discord-sessions.db "DELETE FROM channel_directories;
    INSERT INTO channel_directories (channel_id, directory) VALUES ('20$name', '/root/.$name/projects/sandbox');"
  sed "s|/root/.kimaki|/root/.$name|g" ${UNIT_FILE} > /etc/systemd/system/$name.service
  wca block get ${CHANNELS} bridge:kimaki | sed "s|/root/.kimaki|/root/.$name|g; s|'kimaki'|'$name'|g" > /srv/block
  wca block put ${CHANNELS} bridge:$name < /srv/block
done
systemctl daemon-reload
systemctl -q enable ${OTHERS.join(' ')}
systemctl start kimaki ${OTHERS.join(' ')}`;

const TREES = [
  '/etc/systemd/system',
  '/etc/sudoers.d',
  '/etc/passwd',
  '/usr/local',
  '/var/www/site',
  '/root',
  '/home',
  '/var/lib/datamachine',
];

describe.skipIf(!lab.ok)(`${UNITS.length} agents of root with one home and one site`, () => {
  let host: Host;
  let before: TreeSnapshot;

  const allRun = (home: string): Promise<string> =>
    host.waitFor(`for data in .kimaki ${OTHERS.map((name) => `.${name}`).join(' ')}; do
      test "$(readlink /proc/$(cat ${home}/$data/lab.pid)/exe)" = /usr/bin/node || exit 1
    done`);

  /** Each writes its database and its log all the time. */
  const snapshot = async (): Promise<TreeSnapshot> => {
    const all = lastingSnapshot(host, TREES);
    const busy = /\/(\.kimaki-[bc]\/(discord-sessions\.db.*|kimaki\.log|lab\.pid)|storage\/session\.log)$/;
    return new Map([...all].map(([path, line]) => [path, busy.test(path) ? 'busy' : line]));
  };

  /** The flow made an agent report in the uploads. */
  const differences = async (): Promise<readonly string[]> =>
    compareSnapshots(before, await snapshot()).filter((line) => !line.includes(`${CONTENT}/uploads`));

  beforeAll(async () => {
    host = await brokenHost();
    await host.ok(MORE_INSTANCES);
    await allRun('/root');
    before = await snapshot();
  }, 5 * MINUTE);
  afterAll(() => host.down());

  it('cannot be moved one after the other, and the refusal says how they can be', async () => {
    const { stderr } = endedWith(await migrate(host, ['plan', '--unit', 'kimaki']), 65);
    expect(stderr).toContain('kimaki-b.service uses /root');
    expect(stderr).toContain('--all');
    endedWith(await migrate(host, ['plan', '--all', '--site', '/var/www/site']), 64);
    endedWith(await migrate(host, ['plan', '--all', '--unit', 'kimaki']), 64);
  });

  it('have one plan, by either way to name them, with one stop window', async () => {
    const plans = await Promise.all(
      [['--all'], UNITS.flatMap((unit) => ['--unit', unit])].map(async (which) => {
        const { stdout: json } = endedWith(await migrate(host, ['plan', '--json', ...which]), 0);
        expect(json).not.toContain('is not migrated');
        return JSON.parse(json) as {
          digest: string;
          notices: { kind: string; text: string }[];
          steps: { id: string; kind: string }[];
        };
      }),
    );
    const together = plans[0]?.notices.find(({ kind }) => kind === 'together')?.text;
    expect(together).toContain(`${UNITS.join(', ')}: all are stopped`);
    expect(plans[0]?.digest).toBe(plans[1]?.digest);
    const kinds = plans[0]?.steps.map(({ kind }) => kind) ?? [];
    for (const kind of ['systemd.stopUnits', 'systemd.startUnits', 'wordpress.channelCommand'])
      expect(kinds.filter((one) => one === kind)).toEqual([kind]);
  });

  it(
    'are moved by one run, and everything is proven of each',
    async () => {
      const proof = ['--flow', FLOW, '--probe-channel', CHANNEL];
      const report = told(endedWith(await migrate(host, [...QUICK_APPLY, '--all', ...proof]), 0));
      expect(report).toMatchObject({ changed: true, failed: false });
      const checks = (report.verification?.checks ?? []) as readonly (Check & { readonly unit?: string })[];
      const of = (id: string): readonly unknown[] =>
        checks.filter((check) => check.id === id).map(({ unit, ok }) => [unit, ok]);
      for (const id of ['service', 'bot', 'dispatch', 'identity'])
        expect(of(id), id).toEqual(UNITS.map((unit) => [unit, true]));
      // Asked of the site once, and of the agent that has the channel.
      expect(of('flow-by-hand')).toEqual([['kimaki-b.service', true]]);
      expect(of('dispatch-delivery')).toEqual(UNITS.map((unit) => [unit, unit === 'kimaki.service' ? true : null]));
      expect(of('other-instance')).toEqual([]);
      await allRun('/home/opencode');
      for (const unit of UNITS) expect(await serviceProcess(host, unit), unit).toEqual(AS_OPENCODE);
      expect((await host.run('ls -d /root/.kimaki* /root/.local/share/opencode /root/.config/opencode')).stdout).toBe(
        '',
      );
      for (const name of OTHERS) {
        const sandbox = `select directory from channel_directories where channel_id = '20${name}'`;
        expect(await host.ok(['sqlite3', `/home/opencode/.${name}/discord-sessions.db`, sandbox])).toBe(
          `/home/opencode/.${name}/projects/sandbox`,
        );
        expect(await host.ok('ls /etc/sudoers.d')).toContain(`wp-coding-agents-${name}-dispatch`);
      }
      const commands = await host.ok(`grep -c "'command' => '/usr/local/bin/wp-coding-agents-kimaki" ${CHANNELS}`);
      expect(commands).toBe(String(UNITS.length));
    },
    8 * MINUTE,
  );

  it(
    'are verified by the same option, and a second run changes nothing',
    async () => {
      endedWith(await migrate(host, ['verify', '--all']), 0);
      expect(told(endedWith(await migrate(host, [...QUICK_APPLY, '--all']), 0))).toMatchObject({ changed: false });
    },
    8 * MINUTE,
  );

  it(
    'are brought back by one rollback, with their state, as root',
    async () => {
      const back = told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0));
      expect(back).toMatchObject({ outcome: 'rolled-back', changed: true, undoErrors: [], remaining: [] });
      await allRun('/root');
      for (const unit of UNITS) expect(await serviceProcess(host, unit), unit).toMatchObject(AS_ROOT);
      expect(await differences()).toEqual([]);
    },
    8 * MINUTE,
  );

  inCampaign(() => {
    it(
      'all work after a run that was killed with one of the units edited, and a power cut, and go back together',
      async () => {
        const apply = `wca migrate-off-root ${QUICK_APPLY.join(' ')} --all --foreground`;
        await host.ok(`setsid ${apply} > /dev/null 2>&1 & pid=$!
          until grep -q '^User=opencode' ${SECOND}; do kill -0 $pid || exit 1; done; kill -9 -- -$pid`);
        await host.crash();
        expect(told(endedWith(await migrate(host, ['status', '--json']), 75)).state).toBe('interrupted');
        // All on one side, whichever that is.
        const isBack = (await host.run(`grep -q '^User=root' ${SECOND}`)).code === 0;
        await allRun(isBack ? '/root' : '/home/opencode');
        for (const unit of UNITS)
          expect(await serviceProcess(host, unit), unit).toMatchObject(isBack ? AS_ROOT : AS_OPENCODE);
        const back = told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0));
        expect(back).toMatchObject({ outcome: 'rolled-back', undoErrors: [], remaining: [] });
        await allRun('/root');
        for (const unit of UNITS) expect(await serviceProcess(host, unit), unit).toMatchObject(AS_ROOT);
        expect(await differences()).toEqual([]);
      },
      8 * MINUTE,
    );
  });
});
