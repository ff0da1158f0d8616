import { describe, expect, it } from 'vitest';
import { labAvailable } from '../../lab/index.js';
import { randomHost, tryHost } from './randomHosts.js';
import { brokenHost } from './support.js';

const lab = labAvailable();
/** Which hosts, and how many: `npx tsx scripts/randomHosts.ts` tries more. The plan of seed 6 once ended with 0 and its apply with 73. */
const FIRST = Number(process.env.WCA_RANDOM_HOSTS_FROM ?? 6);
const COUNT = Number(process.env.WCA_RANDOM_HOSTS ?? 1);

describe.skipIf(!lab.ok)('a host in random states', () => {
  const seeds = Array.from({ length: COUNT }, (_, index) => FIRST + index);
  it.each(seeds)('is refused with what to do, or its plan is followed by a migration: seed %d', async (seed) => {
    const random = randomHost(seed);
    const host = await brokenHost();
    try {
      const tried = await tryHost(host, random);
      expect(tried.violation, `${JSON.stringify(random)}\n${tried.said}`).toBeNull();
    } finally {
      await host.down();
    }
  });
});
