/**
 * What it takes to start: `import '@wca/runtime-sdk/systemd'` against an empty module, and `wca --help` against
 * `node -e 0`. Whole processes, both sides in turn, printed as the median of the ratios of each pair. Runs what
 * `npm run build` made. Usage: `npm run bench:start -- [ROUNDS]`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 41);
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'start-'));

try {
  const empty = join(directory, 'empty.mjs');
  const systemd = join(directory, 'systemd.mjs');
  writeFileSync(empty, '');
  writeFileSync(systemd, `import ${JSON.stringify(join(dist, 'systemd/index.js'))};\n`);
  compare("import '@wca/runtime-sdk/systemd'", [systemd], 'an empty module', [empty]);
  compare('wca --help', [join(dist, 'cli/main.js'), '--help'], 'node -e 0', ['-e', '0']);
} finally {
  rmSync(directory, { recursive: true });
}

function compare(name: string, ours: readonly string[], other: string, theirs: readonly string[]): void {
  for (const args of [ours, theirs, ours, theirs]) run(args);
  const pairs = Array.from({ length: rounds }, () => ({ theirs: run(theirs), ours: run(ours) }));
  const ratio = median(pairs.map((pair) => pair.ours / pair.theirs)).toFixed(2);
  const [mine, its] = [median(pairs.map((pair) => pair.ours)), median(pairs.map((pair) => pair.theirs))];
  console.log(`${name}: ${ratio} of ${other} (${mine.toFixed(0)} ms, ${its.toFixed(0)} ms), median of ${rounds} pairs`);
}

/** Milliseconds of a whole process. */
function run(args: readonly string[]): number {
  const started = performance.now();
  const ended = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (ended.status !== 0)
    throw new Error(`node ${args.join(' ')} ended with ${ended.status ?? ended.signal ?? 'nothing'}`);
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, two) => one - two)[Math.floor(values.length / 2)] ?? Number.NaN;
}
