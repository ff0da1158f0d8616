/**
 * Kills migrations at every call by which they change something, finishes each by `resume` or `rollback` in turn, and
 * compares the host with what it must be. Prints `n of n`; ends with 1 when one of them is not so.
 *
 * `--every 5 --from 1` takes the second of every five instants, so that five runs make a whole. `--reboot` cuts the power
 * after each kill; `--again` kills what finishes the run as well, at any of its calls, and finishes that.
 *
 * npx tsx scripts/killCampaign.ts [--jobs N] [--every N] [--from N] [--only REGEXP] [--way resume|rollback] [--reboot] [--again]
 */
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { bootHost, buildProject, installPackage, labAvailable } from '../test/lab/index.js';
import type { Host } from '../test/lab/index.js';
import { KillCampaign, instantsOf } from '../test/recipes/migrateOffRoot/killCampaign.js';
import type { Instant } from '../test/recipes/migrateOffRoot/killCampaign.js';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '1' },
    every: { type: 'string', default: '1' },
    only: { type: 'string' },
    way: { type: 'string' },
    from: { type: 'string', default: '0' },
    reboot: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
  },
});
const lab = labAvailable();
if (!lab.ok) {
  console.error(`Boots Debian servers in containers, which is not possible here: ${lab.reason}`);
  process.exit(1);
}

// Of one build, whatever happens to the sources meanwhile.
await buildProject();
const source = await mkdtemp(join(tmpdir(), 'wca-campaign-'));
for (const name of ['package.json', 'dist', 'schema', 'README.md', 'CHANGELOG.md', 'LICENSE'])
  await cp(name, join(source, name), { recursive: true });

const started = performance.now();
const first = await ready();
const all = instantsOf(first.calls);
const only = values.only === undefined ? null : new RegExp(values.only);
const chosen = all.filter(
  (instant, index) =>
    index >= Number(values.from) &&
    (index - Number(values.from)) % Number(values.every) === 0 &&
    only?.test(instant.about) !== false,
);
console.log(
  `${first.calls.filter(({ sweep }) => sweep === 0).length} calls outside sweeps, ${new Set(first.calls.map(({ sweep }) => sweep)).size - 1} sweeps; ${chosen.length} of ${all.length} instants`,
);
const queue = chosen.map((instant, index) => ({ instant, index }));
const failures: string[] = [];
let done = 0;
let killedAgain = 0;
await Promise.all(Array.from({ length: Number(values.jobs) }, (_, index) => worker(index === 0 ? first : null)));
const seconds = Math.round((performance.now() - started) / 1000);
const again = values.again ? `, ${killedAgain} killed again meanwhile` : '';
console.log(`${done - failures.length} of ${done} ended exactly in the state before or after (${seconds} s)${again}`);
process.exit(failures.length === 0 && done === chosen.length ? 0 : 1);

interface Ready {
  readonly host: Host;
  readonly campaign: KillCampaign;
  readonly calls: Awaited<ReturnType<KillCampaign['learn']>>;
}

async function ready(): Promise<Ready> {
  const host = await bootHost();
  await installPackage(host, source);
  const campaign = new KillCampaign(host);
  const began = performance.now();
  const calls = await campaign.learn();
  console.log(`learned in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return { host, campaign, calls };
}

/** Goes on with one host as long as it is as it was; a failure spoils it. */
async function worker(given: Ready | null): Promise<void> {
  let use = given;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    use ??= await ready();
    const problems = await attempt(use, next.instant, next.index);
    done += 1;
    if (done % 20 === 0) console.log(`${done} of ${chosen.length}, ${failures.length} failed`);
    if (problems.length === 0) continue;
    failures.push(next.instant.about);
    console.log(
      `FAIL ${JSON.stringify(next.instant.fault)} ${wayOf(next.index)} ${next.instant.about}\n  ${problems.slice(0, 12).join('\n  ')}`,
    );
    await use.host.down();
    use = null;
  }
  await use?.host.down();
}

async function attempt({ campaign }: Ready, instant: Instant, index: number): Promise<readonly string[]> {
  const before = campaign.killedAgain;
  // Any of the calls of what finishes it; few make more than that.
  const killedAgainAt = values.again ? { killedAgainAt: 1 + ((index * 37) % 120) } : {};
  try {
    return await campaign.kill(instant, { way: wayOf(index), reboot: values.reboot, ...killedAgainAt });
  } catch (error) {
    return [String(error)];
  } finally {
    killedAgain += campaign.killedAgain - before;
  }
}

function wayOf(index: number): 'resume' | 'rollback' {
  if (values.way === 'resume' || values.way === 'rollback') return values.way;
  return index % 2 === 0 ? 'resume' : 'rollback';
}
