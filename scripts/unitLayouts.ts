/**
 * Compares what `findUnitFiles` finds with what systemd would load, for N random families of nine units each
 * (default 2000), spread over all load directories: `tsx scripts/unitLayouts.ts [N] [SEED]`. Needs root and systemd.
 */
import { compareOffline } from '../test/systemd/support/offlineLayouts.js';

const PER_TREE = 40;
const wanted = Number(process.argv[2] ?? 2000);
const first = Number(process.argv[3] ?? 1);
const total = {
  families: 0,
  units: 0,
  loaded: 0,
  masked: 0,
  withDropIns: 0,
  aliased: 0,
  ambiguous: 0,
  alone: 0,
  disagreements: 0,
};
for (let seed = first; total.families < wanted; seed += 1) {
  const { disagreements, ...count } = await compareOffline(seed, Math.min(PER_TREE, wanted - total.families));
  for (const key of ['families', 'units', 'loaded', 'masked', 'withDropIns', 'aliased', 'ambiguous', 'alone'] as const)
    total[key] += count[key];
  total.disagreements += disagreements.length;
  for (const one of disagreements) console.log(JSON.stringify(one));
}
console.log(JSON.stringify(total));
process.exitCode = total.disagreements === 0 ? 0 : 1;
