/**
 * Boots hosts in random combinations of start states, plans on each, and applies where the plan ends with 0: that must end
 * with 0, too, and a plan that is refused must say what to do. Prints a line a host; ends with 1 where one breaks the rule.
 *
 * npx tsx scripts/randomHosts.ts [--from SEED] [--count N] [--minutes N]
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { bootHost, buildProject, installPackage, labAvailable } from '../test/lab/index.js';
import { randomHost, tryHost } from '../test/recipes/migrateOffRoot/randomHosts.js';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '600' },
  },
});
const lab = labAvailable();
if (!lab.ok) {
  console.error(`Boots Debian servers in containers, which is not possible here: ${lab.reason}`);
  process.exit(1);
}

await buildProject();
const deadline = Date.now() + Number(values.minutes) * 60_000;
const counts = { migrated: 0, refused: 0, violations: 0 };
for (let seed = Number(values.from); seed < Number(values.from) + Number(values.count); seed += 1) {
  if (Date.now() > deadline) break;
  const random = randomHost(seed);
  const host = await bootHost();
  try {
    await installPackage(host);
    const { plan, apply, said, violation } = await tryHost(host, random);
    if (violation !== null) counts.violations += 1;
    else if (plan === 0) counts.migrated += 1;
    else counts.refused += 1;
    const ended = apply === null ? `plan ${plan}` : `plan ${plan}, apply ${apply}`;
    console.log(`${seed}: ${random.breakages.join(' ')} ${random.options.join(' ')}: ${ended}`);
    if (violation !== null) console.log(`  VIOLATION ${violation}\n${said}`);
    else if (plan !== 0) console.log(`  ${said.split('\n')[0] ?? ''}`);
  } catch (error) {
    counts.violations += 1;
    console.log(`${seed}: ${random.breakages.join(' ')}: VIOLATION ${String(error)}`);
  } finally {
    await host.down();
  }
}
console.log(`${counts.migrated} migrated, ${counts.refused} refused, ${counts.violations} violations`);
process.exit(counts.violations === 0 ? 0 : 1);
