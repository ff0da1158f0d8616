import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable, runWithFault } from '../../lab/index.js';
import type { Fault, Host } from '../../lab/index.js';
import { cases, rows } from '../../support/campaign.js';
import { KillCampaign } from './killCampaign.js';
import { AS_OPENCODE, AS_ROOT, MINUTE, brokenHost, endedWith, migrate, serviceProcess, told } from './support.js';

const lab = labAvailable();

describe.skipIf(!lab.ok)('runs of one host', () => {
  let host: Host;
  let campaign: KillCampaign;
  beforeAll(async () => {
    host = await brokenHost();
    campaign = new KillCampaign(host);
    await campaign.remember();
  });
  afterAll(() => host.down());

  type Outside = readonly [signal: string, when: string, fault: Fault, service: object, way: 'resume' | 'rollback'];
  const OUTSIDE = rows<Outside>(
    [['SIGINT', 'after', { match: 'spawn systemctl .*restart -- php', what: 'SIGINT' }, AS_OPENCODE, 'resume']],
    [['SIGHUP', 'before', { match: 'link .*wca-fs-chmod', what: 'SIGHUP' }, AS_ROOT, 'rollback']],
  );

  it.each(OUTSIDE)(
    'in the foreground end at the next step after %s %s the stop window, with the agent at work, and say how to go on',
    async (_, _phase, fault, service, way) => {
      const result = endedWith(
        await runWithFault(host, ['migrate-off-root', 'apply', '--yes', '--hold', '1'], fault),
        75,
      );
      expect(result.stderr).toContain('wca migrate-off-root resume');
      expect(result.stderr).toContain('wca migrate-off-root rollback');
      const status = told(endedWith(await migrate(host, ['status', '--json']), 75));
      expect(status.state).toBe('interrupted');
      expect(status.steps?.filter(({ state }) => state === 'intended' || state === 'failed')).toEqual([]);
      expect(await serviceProcess(host)).toMatchObject(service);
      endedWith(await migrate(host, [way, '--yes']), 0);
      if (way === 'resume') endedWith(await migrate(host, ['rollback', '--yes']), 0);
      expect(await campaign.compare('before')).toEqual([]);
    },
  );

  const IN_WINDOW = rows(
    [['SIGTERM', { match: 'rename /root/.kimaki', what: 'SIGTERM' }] as const],
    [['SIGHUP', { match: 'rename .*/kimaki.service', what: 'SIGHUP' }] as const],
  );

  it.each(IN_WINDOW)('in the foreground go on to their end after %s in the stop window', async (_, fault) => {
    const result = endedWith(await runWithFault(host, ['migrate-off-root', 'apply', '--yes', '--hold', '1'], fault), 0);
    expect(result.stderr).toContain('the agent is down, so the run goes on to its end');
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    endedWith(await migrate(host, ['rollback', '--yes']), 0);
    expect(await campaign.compare('before')).toEqual([]);
  });

  const UNREAD = rows(
    [['in the foreground end at the next step', '--foreground', '75', 'interrupted'] as const],
    [['go on to their end', '', '0', 'applied'] as const],
  );

  it.each(UNREAD)('%s when nobody reads what they say any more', async (_, foreground, code, state) => {
    const ran = await host.run(
      `wca migrate-off-root apply ${foreground} --yes --hold 1 2>&1 >/dev/null | sed -u "/safety unit/q" >/dev/null; echo \${PIPESTATUS[0]}`,
      { timeoutMs: 8 * MINUTE },
    );
    expect(ran.stdout.trim()).toBe(code);
    expect(told(await migrate(host, ['status', '--json'])).state).toBe(state);
    endedWith(await migrate(host, ['rollback', '--yes']), 0);
    expect(await campaign.compare('before')).toEqual([]);
  });

  it('are one at a time: of many at once one goes through and the others say 75', async () => {
    const ended = await Promise.all(
      Array.from({ length: cases(3, 20) }, () =>
        migrate(host, ['apply', '--json', '--yes', '--hold', String(cases(10, 30))]),
      ),
    );
    expect(ended.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(
      ended.filter(({ code }) => code !== 0 && code !== 75).map(({ code, stderr }) => `${code} ${stderr}`),
    ).toEqual([]);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    endedWith(await migrate(host, ['rollback', '--yes']), 0);
    expect(await campaign.compare('before')).toEqual([]);
  });
});
