/**
 * The road through nginx, from start to end: on hosts booted anew, www-data exchanges `wp-content/mu-plugins` for a link to
 * `/etc/nginx/sites-enabled` while `apply` runs, in every second try to and fro at full speed. A try counts where at least
 * two exchanges were made before the end of the step. Then the same with that step alone, on one host: there a try counts where
 * two exchanges were made after the step was last checked. The last line is JSON; ends with 1 where one did harm.
 *
 * npx tsx scripts/attackNginx.ts [--tries N] [--jobs N] [--steps N]
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { buildProject, labAvailable } from '../test/lab/index.js';
import { tryNginxRoad, tryStepRoad } from '../test/recipes/migrateOffRoot/nginxRoad.js';
import type { StepRoad } from '../test/recipes/migrateOffRoot/nginxRoadStep.js';
import { brokenHost } from '../test/recipes/migrateOffRoot/support.js';

const { values } = parseArgs({
  options: {
    tries: { type: 'string', default: '50' },
    jobs: { type: 'string', default: '2' },
    steps: { type: 'string', default: '50' },
  },
});
const lab = labAvailable();
if (!lab.ok) {
  console.error(`Boots Debian servers in containers, which is not possible here: ${lab.reason}`);
  process.exit(1);
}
await buildProject();

const wanted = Number(values.tries);
const tally = { tries: 0, uncontested: 0, refused: 0, wentThrough: 0, harmed: 0, exchanges: 0 };
let begun = 0;
await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
const steps = await stepAlone(Number(values.steps));
console.log(JSON.stringify({ ...tally, steps }));
const isWhole = tally.tries >= wanted && steps.tries >= Number(values.steps);
process.exit(isWhole && tally.harmed + steps.harmed === 0 ? 0 : 1);

async function stepAlone(count: number): Promise<StepRoad> {
  const host = await brokenHost();
  try {
    return await tryStepRoad(host, count);
  } finally {
    await host.down();
  }
}

async function worker(): Promise<void> {
  while (tally.tries < wanted && tally.uncontested < wanted) {
    const host = await brokenHost();
    try {
      begun += 1;
      const how = begun % 2 === 0 ? 'once' : 'racing';
      const { code, exchanges, failure, harm } = await tryNginxRoad(host, how);
      if (exchanges >= 2) tally.tries += 1;
      else tally.uncontested += 1;
      if (failure === null) tally.wentThrough += 1;
      else tally.refused += 1;
      if (harm.length > 0) tally.harmed += 1;
      tally.exchanges += exchanges;
      console.log(
        `${how}: ${exchanges} exchanges, apply ended with ${code}, ${harm.length} harmed; ${failure ?? 'fs-chmod written'}`,
      );
      for (const line of harm) console.log(`  ${line}`);
    } finally {
      await host.down();
    }
  }
}
