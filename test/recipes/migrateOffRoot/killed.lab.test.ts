import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable, runWithFault } from '../../lab/index.js';
import type { Fault, Host, TracedCall } from '../../lab/index.js';
import { inCampaign, rows } from '../../support/campaign.js';
import { APPLY, KillCampaign, instantsOf } from './killCampaign.js';
import type { Instant } from './killCampaign.js';
import { STATE_DIR, brokenHost, endedWith, migrate, told } from './support.js';

const lab = labAvailable();

/** A sample; every instant there is has its turn in scripts/killCampaign.ts. */
describe.skipIf(!lab.ok)('a migration that is killed', () => {
  let host: Host;
  let campaign: KillCampaign;
  let calls: readonly TracedCall[] = [];
  beforeAll(async () => {
    host = await brokenHost();
    campaign = new KillCampaign(host);
    calls = await campaign.learn();
  });
  afterAll(() => host.down());

  /**
   * The first instant whose call fits; `next`: the one before the call after it, when it has just been done. `last`: the last
   * that fits, for calls that the plan makes as well.
   */
  function instantAt(pattern: RegExp, next: number | 'last' = 0): Instant {
    const instants = instantsOf(calls);
    const fits = ({ about }: Instant): boolean => pattern.test(about);
    const at = next === 'last' ? instants.findLastIndex(fits) : instants.findIndex(fits);
    const found = instants[at + (next === 'last' ? 0 : next)];
    if (at === -1 || found === undefined) throw new Error(`no call fits ${String(pattern)}`);
    return found;
  }

  type Kill = readonly [when: string, pattern: RegExp, next: number | 'last', way: 'resume' | 'rollback'];
  const KILLS = rows<Kill>(
    [
      ['with the state moved', /^rename \/root\/\.kimaki \/home/, 1, 'resume'],
      ['with the unit switched', /^rename .*\/kimaki\.service$/, 1, 'rollback'],
    ],
    [
      ['while the new service starts', /^in the middle of spawn systemctl .* start -- kimaki/, 'last', 'resume'],
      ['while sudo gets its rule', /^unlink \/etc\/sudoers\.d/, 0, 'rollback'],
      ['in the middle of a sweep', /^sweep 10, [3-9]\d* of/, 0, 'rollback'],
      ['with everything done and not yet proven', /^spawn setpriv --reuid=33/, 'last', 'resume'],
    ],
  );

  it.each(KILLS)('%s ends exactly before or after', async (_, pattern, next, way) => {
    expect(await campaign.kill(instantAt(pattern, next), { way })).toEqual([]);
  });

  const REBOOTS = rows<Kill>(
    [['with the state moved', /^rename \/root\/\.kimaki \/home/, 1, 'rollback']],
    [
      ['with the unit switched', /^rename .*\/kimaki\.service$/, 1, 'resume'],
      ['with php-fpm started anew', /^spawn systemctl .*restart -- php/, 3, 'rollback'],
    ],
  );

  it.each(REBOOTS)(
    '%s, and whose host goes down then, has a service that works, and is finished',
    async (_, pattern, next, way) => {
      expect(await campaign.kill(instantAt(pattern, next), { way, reboot: true })).toEqual([]);
    },
  );

  inCampaign(() => {
    it.each([['rollback', 60] as const, ['resume', 25] as const])(
      'and whose %s is killed too, is finished by the next',
      async (way, killedAgainAt) => {
        const before = campaign.killedAgain;
        expect(await campaign.kill(instantAt(/^rename .*\/kimaki\.service$/, 1), { way, killedAgainAt })).toEqual([]);
        expect(campaign.killedAgain).toBe(before + 1);
      },
    );
  });

  it('and whose journal is damaged is refused and left as it is, or finished where its last record is cut off', async () => {
    await host.ok('rm -rf /var/lib/wca');
    const fault: Fault = instantAt(/^rename .*\/kimaki\.service$/).fault;
    expect((await runWithFault(host, ['migrate-off-root', ...APPLY], fault)).code).toBe(137);
    const journal = await host.ok(`ls ${STATE_DIR}/runs/*/journal.jsonl`);
    const outside = join(host.root, journal);
    const whole = await readFile(outside);
    for (const at of rows([whole.length >> 1], [0, whole.length >> 2, whole.length - 70])) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x01;
      await writeFile(outside, damaged);
      for (const command of ['resume', 'rollback', 'apply']) {
        expect(endedWith(await migrate(host, [command, '--yes']), 65).stderr, `${command}, byte ${at}`).toContain(
          journal,
        );
      }
    }
    await writeFile(outside, whole.subarray(0, -(whole.length - whole.lastIndexOf(0x0a, -2)) + 5));
    expect(told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0))).toMatchObject({
      outcome: 'rolled-back',
      remaining: [],
    });
    expect(await campaign.compare('before')).toEqual([]);
  });
});
