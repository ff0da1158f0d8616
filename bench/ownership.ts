/**
 * Ownership: the query against `find`, re-owning against `find -exec chown` and `chown -R`.
 *
 * Both sides run on the same tree of one run, in turn, after one round that warms the cache; what is quoted is the
 * median of the ratios of each pair. Every round is checked: both sides must have done the same. Usage:
 * `npm run bench:ownership -- [ENTRIES…]` (default 100000 and 1000000), as root.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, lchownSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { countOwned, reclaim } from '../src/posix/index.js';
import { bundle } from '../test/posix/support/runModule.js';

const WWW = 33;
const FEW = 300;
/** Beyond this, changing everything takes minutes each time and tells nothing new. */
const ALL_UP_TO = 100_000;
const ROUNDS = Number(process.env.WCA_BENCH_ROUNDS ?? 5);
const SCRATCH = process.env.WCA_BENCH_DIR ?? '/var/tmp';

interface Tree {
  readonly root: string;
  readonly entries: number;
  readonly files: readonly string[];
}

const sizes = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => Number.isInteger(size) && size > 0);
for (const size of sizes.length > 0 ? sizes : [100_000, 1_000_000]) {
  const place = mkdtempSync(join(SCRATCH, 'wca-bench-'));
  try {
    await measure(grow(join(place, 'site'), size));
  } finally {
    rmSync(place, { recursive: true });
  }
}

async function measure(tree: Tree): Promise<void> {
  const { root, entries } = tree;
  const title = `${entries} entries`;
  const few = (): Promise<void> => own(tree, FEW);
  const all = (): Promise<void> => own(tree, null);
  const find = ['find', root, '-user', 'root'];
  const chownFound = [...find, '-exec', 'chown', '-h', 'www-data:www-data', '{}', '+'];
  const chownAll = ['chown', '-R', '-h', '--from=root', 'www-data:www-data', root];

  await few();
  await compare(
    `query, ${title}`,
    0.7,
    () => count(root, FEW),
    () => program(find),
    () => Promise.resolve(),
  );
  await compare(
    `reclaim ${FEW} of ${title}, against find -exec chown`,
    1,
    () => take(root, FEW),
    () => program(chownFound),
    few,
  );
  await compare(
    `reclaim ${FEW} of ${title}, against chown -R`,
    1.15,
    () => take(root, FEW),
    () => program(chownAll),
    few,
  );
  for (const [what, predicate] of [
    [`${FEW} of`, '{"by":0}'],
    ['all of', '{}'],
  ] as const) {
    const peak = await streamingMegabytes(root, predicate);
    console.log(`memory of a process that looks for ${what} ${title}: ${peak} MB (goal 80)`);
  }
  if (entries > ALL_UP_TO) return;
  await compare(
    `reclaim all of ${title}, against find -exec chown`,
    1,
    () => take(root, entries),
    () => program(chownFound),
    all,
  );
  await compare(
    `reclaim all of ${title}, against chown -R`,
    2,
    () => take(root, entries),
    () => program(chownAll),
    all,
  );
}

/** Runs both in turn, each on a fresh tree, and prints the ratio of their times. */
async function compare(
  what: string,
  goal: number,
  ours: () => Promise<void>,
  theirs: () => Promise<void>,
  prepare: () => Promise<void>,
): Promise<void> {
  const ratios: number[] = [];
  const times: [number, number][] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    await prepare();
    const us = await timed(ours);
    await prepare();
    const them = await timed(theirs);
    // The first warms the cache.
    if (round === 0) continue;
    ratios.push(us / them);
    times.push([us, them]);
  }
  const [us, them] = [median(times.map(([one]) => one)), median(times.map(([, other]) => other))];
  console.log(
    `${what}: ratio ${median(ratios).toFixed(2)} (goal ${goal}), ${us.toFixed(0)} ms and ${them.toFixed(0)} ms`,
  );
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function count(root: string, expected: number): Promise<void> {
  const counted = await countOwned(root, { by: 0 });
  if (counted.isErr()) throw new Error(counted.error.message);
  if (counted.value !== expected) throw new Error(`found ${counted.value}, expected ${expected}`);
}

async function take(root: string, expected: number): Promise<void> {
  const done = await reclaim(root, { from: 0, to: { uid: WWW, gid: WWW }, unprotectedHardlinks: 'allow' });
  if (done.isErr()) throw new Error(done.error.message);
  const { changed, complete } = done.value;
  if (changed !== expected || !complete)
    throw new Error(`changed ${changed}, expected ${expected}, complete ${complete}`);
}

async function program([file = '', ...args]: readonly string[]): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${file} ended with ${String(code)}`);
}

/** Gives the tree to www-data, and to root a few files spread over it, or everything. */
async function own({ root, files }: Tree, few: number | null): Promise<void> {
  await program(['chown', '-R', '-h', few === null ? '0:0' : `${WWW}:${WWW}`, root]);
  if (few !== null)
    for (let n = 0; n < few; n += 1) lchownSync(files[Math.floor((n * files.length) / few)] ?? '', 0, 0);
  // What a sweep takes for movement under it is less than a tick old.
  await setTimeout(30);
}

/** About twenty files a directory, four to nine levels deep, as WordPress has them. */
function grow(root: string, entries: number): Tree {
  const files: string[] = [];
  let made = 0;
  for (let n = 0; made < entries; n += 1) {
    const levels = [`t${Math.floor(n / 400)}`, `s${Math.floor(n / 40) % 10}`, `m${n % 40}`];
    for (let deeper = 0; deeper < n % 6; deeper += 1) levels.push(`x${deeper}`);
    let directory = root;
    for (const level of ['', ...levels]) {
      directory = level === '' ? root : join(directory, level);
      if (made < entries && isNew(directory)) made += 1;
    }
    for (let file = 0; file < 20 && made < entries; file += 1, made += 1) {
      const path = join(directory, `file${file}.php`);
      closeSync(openSync(path, 'wx', 0o644));
      files.push(path);
    }
  }
  return { root, entries, files };
}

function isNew(directory: string): boolean {
  return mkdirSync(directory, { recursive: true }) !== undefined;
}

/** Peak memory of a process of its own, so that nothing else is in it. */
async function streamingMegabytes(root: string, predicate: string): Promise<number> {
  const place = mkdtempSync(join(SCRATCH, 'wca-bench-module-'));
  const source = `import { queryOwnership } from ${JSON.stringify(join(import.meta.dirname, '../src/posix/index.ts'))};
    const answer = await queryOwnership(process.argv[2] ?? '', JSON.parse(process.argv[3] ?? ''), { onEntry: () => undefined });
    if (answer.isErr()) throw new Error(answer.error.message);
    console.log(process.resourceUsage().maxRSS);`;
  const printed = execFileSync(process.execPath, [await bundle(source, place), root, predicate], { encoding: 'utf8' });
  rmSync(place, { recursive: true });
  return Math.round(Number(printed) / 1024);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
