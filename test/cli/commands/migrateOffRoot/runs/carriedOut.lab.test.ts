import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inCampaign } from '../../../../support/campaign.js';
import { CANARY, labAvailable } from '../../../../lab/index.js';
import type { Host } from '../../../../lab/index.js';
import { KillCampaign } from '../../../../recipes/migrateOffRoot/killCampaign.js';
import {
  AS_OPENCODE,
  AS_ROOT,
  MINUTE,
  brokenHost,
  endedWith,
  migrate,
  serviceProcess,
  told,
} from '../../../../recipes/migrateOffRoot/support.js';
import type { Finished } from '../../../../recipes/migrateOffRoot/support.js';

const lab = labAvailable();

/** What a run tells when it begins to write a mu-plugin, to move the state, and to restart php-fpm. */
const BEFORE = '"step-started".*"id":"fs-chmod"';
const WINDOW = '"step-started".*"id":"move';
const AFTER = '"step-started".*"id":"fpm-umask"';
const BACK = '"undo-started".*"id":"move';

const APPLY = 'apply --yes --hold 1';

describe.skipIf(!lab.ok)('a run in a unit of its own', () => {
  let host: Host;
  let campaign: KillCampaign;
  beforeAll(async () => {
    host = await brokenHost();
    // Another site, and another account's home.
    await host.ok('install -d -o www-data /var/www/other; install -d /home/other');
    campaign = new KillCampaign(host);
    await campaign.remember();
  });
  afterAll(() => host.down());

  /** Starts a command as a session leader, does `act` once the run tells `when`, and gives how the command ended. */
  async function during(command: string, when: string, act: string): Promise<Finished> {
    const script = `rm -rf /var/lib/wca/units
      setsid wca migrate-off-root ${command} & pid=$!
      until grep -qs '${when}' /var/lib/wca/units/*/events.jsonl; do kill -0 $pid || break; sleep 0.02; done
      unit=$(ls /var/lib/wca/units)
      ${act}
      wait $pid; code=$?
      while systemctl --quiet is-active "$unit"; do sleep 0.1; done
      exit $code`;
    return host.run(script, { timeoutMs: 8 * MINUTE });
  }

  const stateNow = async (): Promise<string | undefined> => told(await migrate(host, ['status', '--json'])).state;
  const masked = (): Promise<string> => host.ok('ls /run/systemd/system.control 2>/dev/null || true');

  it('goes on to its end when the terminal’s whole process group is killed in the stop window', async () => {
    const front = await during(APPLY, WINDOW, 'kill -KILL -- -$pid');
    expect(front.code).toBe(137);
    expect(await stateNow()).toBe('applied');
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    expect(await masked()).toBe('');
  });

  it('has its start, its stop window and its end in the journal of the system, and no secret', async () => {
    const lines = await host.ok('journalctl --no-pager -o cat -t wca');
    const begins = lines.search(/^run 0\d+-\S+ begins$/m);
    const down = lines.search(/^stop window begins/m);
    const up = lines.search(/^stop window ends after [\d.]+ s$/m);
    const ends = lines.search(/^run ends with status 0$/m);
    expect([begins, down, up, ends].every((at) => at >= 0)).toBe(true);
    expect([begins, down, up, ends]).toEqual([begins, down, up, ends].sort((one, other) => one - other));
    expect(lines).not.toContain(CANARY);
  });

  it('is taken back to the end when the connection of the command is lost', async () => {
    const front = await during('rollback --yes', BACK, 'kill -HUP -- -$pid');
    expect(front.stderr).toContain('the run goes on in wca-run-');
    expect(front.stderr).toContain('wca migrate-off-root status --follow');
    endedWith(front, 75);
    expect(await stateNow()).toBe('rolled-back');
    expect(await campaign.compare('before')).toEqual([]);
  });

  it('stops before the stop window at Ctrl-C, with the agent at work, and is resumed', async () => {
    const front = endedWith(await during(APPLY, BEFORE, 'kill -INT $pid'), 75);
    expect(front.stderr).toContain('the agent is not stopped');
    expect(front.stderr).toContain('wca migrate-off-root resume');
    expect(await stateNow()).toBe('interrupted');
    expect(await serviceProcess(host)).toMatchObject(AS_ROOT);
    const resumed = endedWith(await migrate(host, ['resume', '--json', '--yes']), 0);
    expect(told(resumed)).toMatchObject({ failed: false, interrupted: false, verification: { ok: true } });
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
  });

  it('can write what its plan names, and nothing else of the system, of homes and of cron', async () => {
    const closed = [
      '/etc',
      '/etc/nginx/sites-enabled',
      '/etc/cron.d',
      '/etc/ssh',
      '/usr/bin',
      '/usr/local/sbin',
      '/usr/lib/systemd/system',
      '/var/spool/cron',
      '/var/spool/cron/crontabs',
      '/var/www/other',
      '/home/other',
      '/root/.ssh',
      '/opt/wca',
    ];
    const open = ['/etc/systemd/system', '/root', '/home/opencode', '/var/www/site/wp-content', '/var/lib/wca'];
    const tried = [...closed, ...open].map(
      (path) => `touch ${path}/.tried 2>/dev/null && rm ${path}/.tried && echo ${path}`,
    );
    const inside = `nsenter -m -t $(systemctl show -p MainPID --value $unit) sh -c '${tried.join('; ')}' > /tmp/open`;
    const back = endedWith(await during('rollback --yes', BACK, inside), 0);
    expect(back.stdout).toContain('rolled back in');
    expect((await host.ok('cat /tmp/open')).split('\n')).toEqual(open);
    expect(await campaign.compare('before')).toEqual([]);
  });

  it('is finished when systemd stops its unit in the stop window, and shows itself to whoever attaches', async () => {
    const attach =
      'wca migrate-off-root status --follow --json > /tmp/followed 2> /tmp/shown; echo $? >> /tmp/followed';
    const named = 'wca migrate-off-root status --json > /tmp/status';
    const front = await during(`${APPLY} --json`, WINDOW, `systemctl stop --no-block $unit; ${named}; ${attach}`);
    expect(told(endedWith(front, 0))).toMatchObject({ changed: true, failed: false });
    expect(told(endedWith(await host.run('cat /tmp/status'), 0))).toMatchObject({
      unit: expect.stringMatching(/^wca-run-.*\.service$/) as string,
    });
    expect(await host.ok('cat /tmp/followed')).toBe(`${front.stdout}0`);
    expect(await host.ok('cat /tmp/shown')).toContain('✓');
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    expect(await masked()).toBe('');
  });

  it('stops after an undo outside the window, and is taken back by the next', async () => {
    const front = await during('rollback --yes', '"undo-started".*"id":"fpm-umask"', 'kill -TERM $pid');
    endedWith(front, 75);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    endedWith(await migrate(host, ['rollback', '--yes']), 0);
    expect(await campaign.compare('before')).toEqual([]);
  });

  it('asks at the second Ctrl-C in the stop window, and undoes everything when told to', async () => {
    const typed = `rm -rf /var/lib/wca/units; mkfifo /tmp/keys
      script -qfec 'wca migrate-off-root ${APPLY}' /tmp/screen < /tmp/keys > /dev/null & pid=$!
      exec 3> /tmp/keys
      shown() { until grep -q "$1" /tmp/screen; do kill -0 $pid || break; sleep 0.02; done; }
      until grep -qs '${WINDOW}' /var/lib/wca/units/*/events.jsonl; do kill -0 $pid || break; sleep 0.02; done
      printf '\\003' >&3; shown 'press Ctrl-C again'
      printf '\\003' >&3; shown 'Undo everything'
      printf 'y\\n' >&3; wait $pid`;
    const front = await host.run(typed, { timeoutMs: 8 * MINUTE });
    const screen = await host.ok('cat /tmp/screen');
    expect(front.code, screen).toBe(73);
    expect(screen).toContain('everything was undone');
    expect(await stateNow()).toBe('rolled-back');
    expect(await campaign.compare('before')).toEqual([]);
  });

  inCampaign(() => {
    it('ends the command with 75 and the way on when the unit is killed', async () => {
      const front = endedWith(await during(APPLY, AFTER, 'systemctl kill -s KILL $unit'), 75);
      expect(front.stderr).toContain('ended without a report');
      expect(front.stderr).toContain('wca migrate-off-root resume');
      expect(await stateNow()).toBe('interrupted');
      endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0);
      expect(await campaign.compare('before')).toEqual([]);
    });
  });

  it('tells of a refusal of the run as the command itself would', async () => {
    const front = endedWith(await migrate(host, ['apply', '--json', '--yes', '--flow', 'no such flow']), 65);
    expect(told(front).error).toMatchObject({ code: 'PREFLIGHT_FAILED' });
    expect(await stateNow()).toBe('rolled-back');
  });
});
