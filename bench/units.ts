/**
 * Reading and printing every unit file of this machine and of many packages, against what `ini` takes for reading them
 * alone (which loses comments, repeated keys and continuations). Both sides begin with the same bytes in memory, in one
 * run, in turn; printed is the median of the ratios of each pair. Usage: `npm run bench:units -- [ROUNDS]`.
 */
import { parse } from 'ini';
import { packageUnits, systemUnits } from '../scripts/unitCorpus.mjs';
import { parseUnit, printUnit } from '../src/systemd/index.js';

const rounds = Number(process.argv[2] ?? 200);
const units = [...systemUnits(), ...packageUnits(console.error)].map(({ bytes }) => bytes);

/** Milliseconds for all units. */
function ours(): number {
  const started = performance.now();
  for (const unit of units) printUnit(parseUnit(unit));
  return performance.now() - started;
}

function theirs(): number {
  const started = performance.now();
  for (const unit of units) parse(unit.toString());
  return performance.now() - started;
}

for (let i = 0; i < 20; i += 1) {
  ours();
  theirs();
}
const ratios = Array.from({ length: rounds }, () => theirs() / ours());
const size = units.reduce((sum, { length }) => sum + length, 0);
const kept = units.filter((unit) => printUnit(parseUnit(Buffer.from(unit))).equals(unit)).length;
console.log(`${units.length} unit files, ${size} bytes, ${kept} of them printed as they were`);
console.log(`ini parse takes ${median(ratios).toFixed(1)} times as long as parse and print, median of ${rounds} pairs`);
console.log(
  `fastest: ${(size / 1000 / Math.min(...Array.from({ length: 20 }, ours))).toFixed(0)} MB/s against ${(size / 1000 / Math.min(...Array.from({ length: 20 }, theirs))).toFixed(0)} MB/s`,
);

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
