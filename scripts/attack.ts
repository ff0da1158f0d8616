/**
 * The attack: www-data exchanges names in its tree at full speed while root re-owns what lies there, and now and then
 * opens it to a group. Usage:
 * `npx tsx scripts/attack.ts [TRIES] [KIND…]`, as root; kinds are `file`, `directory`, `ancestor` and `root` for the sweeps,
 * and `writers` (see attackWriters.ts).
 *
 * A try is one entry that `find` proposed. It counts only when a whole exchange happened between the proposal and the
 * act, as the attacker's own counter tells. A loss is anything outside the tree that changed. The same battle is then
 * fought with `find -exec chown`, which has to lose, or the attack was none.
 *
 * Everything happens in a mount namespace of its own where all but a scratch directory is read-only, and what there
 * is to lose are decoys. The last line is JSON. Exit status 0: not a single loss, and find lost.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { okAsync } from 'neverthrow';
import { openVerdict } from '../src/posix/sweeps/openToGroup.js';
import { reclaimVerdict } from '../src/posix/sweeps/reclaim.js';
import { findPredicate } from '../src/posix/search/ownershipPredicate.js';
import type { ChangeSink } from '../src/posix/handles/index.js';
import { walkMatches } from '../src/posix/sweeps/walkMatches.js';
import { walkAll } from '../src/posix/sweeps/walkAll.js';
import { startRacer } from '../test/posix/support/racer.js';
import { attackWriters } from './attackWriters.js';
import type { Racer } from '../test/posix/support/racer.js';
import { changeUntilSettled } from '../src/posix/sweeps/changeTree.js';
import type { Walk } from '../src/posix/sweeps/changeTree.js';

const WWW = 33;
const KINDS = ['file', 'directory', 'ancestor', 'root'] as const;
type Kind = (typeof KINDS)[number];

/** How many names the attacked directory holds: a run of find proposes all of them at once. */
const NAMES = Array.from({ length: 200 }, (_, n) => `f${n}`);
/** File against link needs a pair for each file; the more there are, the rarer is each exchange. */
const PAIRS = 64;
/** A run of find that loses nothing tells little; this many do. */
const FIND_RUNS = 400;

interface Battlefield {
  readonly site: string;
  /** What must stay root's, whatever happens. */
  readonly decoy: string;
  /** The ways by which the files may be reached, to make them root's again. */
  readonly mine: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
}

interface Tally {
  tries: number;
  uncontested: number;
  runs: number;
  refused: number;
  changed: number;
  losses: number;
  exchanges: number;
}

const [wanted = '1000', ...kinds] = process.argv.slice(2);
if (process.env.WCA_ATTACK_PLACE === undefined) fence();
else
  await attack(
    process.env.WCA_ATTACK_PLACE,
    Number(wanted),
    KINDS.filter((kind) => kinds.length === 0 || kinds.includes(kind)),
    kinds.length === 0 || kinds.includes('writers'),
  );

/** Starts this script again where nothing but the scratch directory can be written to. */
function fence(): void {
  const place = mkdtempSync(join(tmpdir(), 'wca-attack-'));
  chmodSync(place, 0o755);
  const script = `mount --bind '${place}' '${place}' && mount -o remount,bind,ro / && exec "$@"`;
  const self = [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const env = { ...process.env, WCA_ATTACK_PLACE: place, TMPDIR: place };
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...self];
  const ran = spawnSync('unshare', args, { stdio: 'inherit', env });
  rmSync(place, { recursive: true, force: true });
  process.exitCode = ran.status ?? 1;
}

async function attack(place: string, tries: number, chosen: readonly Kind[], writers: boolean): Promise<void> {
  const results: Record<string, unknown> = {};
  let sound = true;
  for (const kind of chosen) {
    const field = prepare(join(place, kind), kind);
    const racer = startRacer(place, field.pairs);
    try {
      const ours = await fight(field, racer, tries);
      const theirs = fightWithFind(field);
      results[kind] = { ...ours, findRuns: theirs.runs, findLosses: theirs.lost };
      sound &&= ours.losses === 0 && theirs.lost > 0;
      console.log(
        `${kind}: ${ours.tries} tries, ${ours.losses} losses; find -exec chown lost in ${theirs.lost} of ${theirs.runs} runs`,
      );
    } finally {
      await racer.stop();
    }
  }
  if (writers) {
    const fought = await attackWriters(place, tries);
    Object.assign(results, fought.results);
    sound &&= fought.sound;
  }
  console.log(JSON.stringify(results));
  process.exitCode = sound ? 0 : 1;
}

/** A site of www-data and a decoy of the same shape, so that a wrong turn anywhere finds something to take. */
function prepare(place: string, kind: Kind): Battlefield {
  mkdirSync(place);
  const [www, decoy] = [join(place, 'www'), join(place, 'decoy')];
  for (const top of [www, decoy]) {
    for (const name of ['', 'site', 'site/a', 'site/a/deep']) directory(join(top, name), top === www ? WWW : 0);
    for (const name of NAMES) writeFileSync(join(top, 'site/a', name), 'x', { mode: 0o644 });
    for (const name of NAMES) writeFileSync(join(top, 'site/a/deep', name), 'x', { mode: 0o644 });
  }
  const site = join(www, 'site');
  const link = (target: string, at: string): void => {
    symlinkSync(target, at);
    lchownSync(at, WWW, WWW);
  };
  const names = (...directories: readonly string[]): string[] =>
    directories.flatMap((one) => NAMES.map((name) => join(one, name)));
  if (kind === 'file') {
    const pairs = NAMES.slice(0, PAIRS).map((name) => [join(site, 'a', name), join(site, `link-${name}`)] as const);
    NAMES.slice(0, PAIRS).forEach((name, n) => link(join(decoy, 'site/a', name), pairs[n]?.[1] ?? ''));
    return { site, decoy, pairs, mine: pairs.flat() };
  }
  if (kind === 'directory') {
    link(join(decoy, 'site/a/deep'), join(site, 'a/other'));
    const pairs = [[join(site, 'a/deep'), join(site, 'a/other')]] as const;
    return { site, decoy, pairs, mine: names(...pairs[0]) };
  }
  if (kind === 'ancestor') {
    link(join(decoy, 'site/a'), join(site, 'other'));
    const pairs = [[join(site, 'a'), join(site, 'other')]] as const;
    return { site, decoy, pairs, mine: names(...pairs[0].map((one) => join(one, 'deep'))) };
  }
  link(join(decoy, 'site'), join(www, 'other'));
  const pairs = [[site, join(www, 'other')]] as const;
  return { site, decoy, pairs, mine: names(...pairs[0].map((one) => join(one, 'a/deep'))) };
}

function directory(path: string, uid: number): void {
  mkdirSync(path, { mode: 0o755 });
  lchownSync(path, uid, uid);
}

/** Re-owns again and again, each time with real proposals of find, until enough tries were contested. */
async function fight(field: Battlefield, racer: Racer, tries: number): Promise<Tally> {
  const tally: Tally = { tries: 0, uncontested: 0, runs: 0, refused: 0, changed: 0, losses: 0, exchanges: 0 };
  const started = racer.exchanges();
  const whole = 2 * field.pairs.length;
  const request = { from: 0, to: { uid: WWW, gid: WWW }, unprotectedHardlinks: 'allow' } as const;
  while (tally.tries < tries) {
    reset(field);
    const proposed: number[] = [];
    const settle = (now: number): void => {
      for (const then of proposed.splice(0)) {
        // The counter is written after the exchanges it counts: from two rounds on, one lies wholly between.
        if (now - then >= whole) tally.tries += 1;
        else tally.uncontested += 1;
      }
    };
    const sink: ChangeSink = {
      append: () => {
        settle(racer.exchanges());
        return okAsync(undefined);
      },
    };
    // Every fourth run is the other sweep, which looks at everything; its tries are not counted.
    const opens = tally.runs % 4 === 3;
    const propose = opens ? walkAll : walkMatches(findPredicate({ by: 0 }));
    const walk: Walk = (sweep, context) => {
      // Called with what find proposed, before anything of it is reached or judged.
      const enter = sweep.enter.bind(sweep);
      sweep.enter = (path) => {
        if (!opens && tally.runs % 4 !== 1) proposed.push(racer.exchanges());
        return enter(path);
      };
      return propose(sweep, context);
    };
    const decide = opens
      ? openVerdict({ gid: WWW, owners: [0, WWW], keepSecrets: () => false })
      : reclaimVerdict(request);
    // Without a sink each change is made at once, another way to be attacked; those tries are not counted either.
    const noted = tally.runs % 4 === 1 ? {} : { sink };
    // And half of the time a second thread makes the changes, as in large trees.
    const threaded = tally.runs % 8 < 4 ? {} : { threadAfter: 1 };
    const done = await changeUntilSettled(field.site, decide, { ...request, ...noted, ...threaded }, walk);
    settle(racer.exchanges());
    tally.runs += 1;
    if (done.isOk()) tally.changed += done.value.changed;
    // The root itself is a link just now, or gone: refusing is right.
    else if (done.error.code === 'UNSAFE_ROOT' || done.error.code === 'NOT_FOUND') tally.refused += 1;
    else throw new Error(`${done.error.code}: ${done.error.message}`);
    if (tally.runs > 100 && racer.exchanges() === started)
      throw new Error('the attacker does not get to exchange anything');
    tally.losses += lost(field.decoy);
  }
  tally.exchanges = racer.exchanges() - started;
  return tally;
}

function fightWithFind(field: Battlefield): { readonly runs: number; readonly lost: number } {
  let lostRuns = 0;
  let runs = 0;
  for (; runs < FIND_RUNS && lostRuns < 20; runs += 1) {
    reset(field);
    const args = [field.site, '-user', 'root', '-exec', 'chown', `${WWW}:${WWW}`, '{}', '+'];
    spawnSync('find', args, { stdio: 'ignore' });
    if (lost(field.decoy) > 0) lostRuns += 1;
  }
  return { runs, lost: lostRuns };
}

/** Makes the files root's again. Going wrong here only makes the decoy root's, which it is. */
function reset({ mine }: Battlefield): void {
  for (const path of mine) {
    try {
      lchownSync(path, 0, 0);
    } catch {
      // Exchanged away this instant.
    }
  }
}

/** How much of the decoy is no longer root's, or has another mode; it is put right again. */
function lost(decoy: string): number {
  let count = 0;
  const look = (path: string): void => {
    const stat = lstatSync(path);
    const mode = stat.isDirectory() ? 0o755 : 0o644;
    if (stat.uid !== 0 || stat.gid !== 0 || (stat.mode & 0o7777) !== mode) {
      count += 1;
      lchownSync(path, 0, 0);
    }
    if (stat.isDirectory()) for (const name of readdirSync(path)) look(join(path, name));
  };
  look(decoy);
  return count;
}
