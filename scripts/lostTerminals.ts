/**
 * Kills the whole process group of a terminal at a random instant of `apply` and of `rollback`, with SIGKILL: the run in its
 * unit goes on to its end by itself. A host is used again while it is found as it was. Prints `n of n`; ends with 1 when one
 * of them is not so.
 *
 * npx tsx scripts/lostTerminals.ts [--rounds N] [--jobs N] [--seed N]
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { bootHost, buildProject, installPackage, labAvailable } from '../test/lab/index.js';
import type { Host } from '../test/lab/index.js';
import { KillCampaign } from '../test/recipes/migrateOffRoot/killCampaign.js';
import { AS_OPENCODE, migrate, serviceProcess, told } from '../test/recipes/migrateOffRoot/support.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    jobs: { type: 'string', default: '1' },
    seed: { type: 'string', default: '7' },
  },
});
const lab = labAvailable();
if (!lab.ok) {
  console.error(`Boots Debian servers in containers, which is not possible here: ${lab.reason}`);
  process.exit(1);
}
await buildProject();

const queue = Array.from({ length: Number(values.rounds) }, (_, index) => index);
let done = 0;
let failed = 0;
await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
console.log(`${done - failed} of ${done} runs went on to their end, with the agent up`);
process.exit(failed === 0 ? 0 : 1);

async function worker(): Promise<void> {
  let kept: Host | null = null;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const host: Host = kept ?? (await ready());
    const campaign = new KillCampaign(host);
    await campaign.remember();
    const isApplied = await tally(`${next} apply`, () => applied(host, shareOf(next * 2)));
    const isBack = await tally(`${next} rollback`, () => rolledBack(host, campaign, shareOf(next * 2 + 1)));
    kept = isApplied && isBack ? host : null;
    if (kept === null) await host.down();
  }
  await kept?.down();
}

async function ready(): Promise<Host> {
  const host = await bootHost();
  await installPackage(host);
  return host;
}

async function tally(name: string, run: () => Promise<readonly string[]>): Promise<boolean> {
  const problems = await run().catch((error: unknown) => [String(error)]);
  done += 1;
  if (problems.length > 0) {
    failed += 1;
    console.log(`FAIL ${name}: ${problems.slice(0, 8).join('\n  ')}`);
  } else if (done % 10 === 0) console.log(`${done} ended`);
  return problems.length === 0;
}

async function applied(host: Host, share: number): Promise<readonly string[]> {
  await killedAt(host, 'apply --yes --hold 1', share);
  const { state } = told(await migrate(host, ['status', '--json']));
  const service = await serviceProcess(host);
  const masked = await host.ok('ls /run/systemd/system.control 2>/dev/null || true');
  return [
    ...(state === 'applied' ? [] : [`it is ${state ?? 'unknown'}`]),
    ...(service.Uid === AS_OPENCODE.Uid ? [] : [`the service runs as ${service.Uid}`]),
    ...(masked === '' ? [] : [`masked: ${masked}`]),
  ];
}

async function rolledBack(host: Host, campaign: KillCampaign, share: number): Promise<readonly string[]> {
  await killedAt(host, 'rollback --yes', share);
  const { state } = told(await migrate(host, ['status', '--json']));
  return [...(state === 'rolled-back' ? [] : [`it is ${state ?? 'unknown'}`]), ...(await campaign.compare('before'))];
}

/** Kills the command's session once its run has begun and told this share of the about 60 or 40 lines that it tells. */
async function killedAt(host: Host, command: string, share: number): Promise<void> {
  const lines = 1 + Math.round(share * (command.startsWith('apply') ? 59 : 39));
  await host.run(
    `rm -rf /var/lib/wca/units; setsid wca migrate-off-root ${command} > /dev/null 2>&1 & pid=$!
    told() { cat /var/lib/wca/units/*/events.jsonl 2>/dev/null | wc -l; }
    until [ "$(told)" -ge ${lines} ]; do kill -0 $pid 2>/dev/null || break; sleep 0.02; done
    kill -KILL -- -$pid
    while systemctl list-units --plain --no-legend 'wca-run-*.service' | grep -q .; do sleep 0.2; done`,
    { timeoutMs: 600_000 },
  );
}

/** A number from 0 to 1 that the seed decides. */
function shareOf(index: number): number {
  const x = Math.sin((Number(values.seed) + index) * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}
