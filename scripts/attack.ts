/**
 * The attack: www-data, and then the agent's account, exchange names in their tree at full speed while root re-owns what
 * lies there, or opens it to a group. Usage:
 * `npx tsx scripts/attack.ts [TRIES] [KIND…] [--seconds N] [--every N]`, as root; kinds are those below for the sweeps, and `writers`
 * (see attackWriters.ts). No row of the table takes longer than N seconds, unless it has not a hundredth of the tries by then.
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
  linkSync,
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
import { parseArgs } from 'node:util';
import { okAsync } from 'neverthrow';
import { openVerdict } from '../src/posix/sweeps/openToGroup.js';
import { reclaimVerdict } from '../src/posix/sweeps/reclaim.js';
import { findPredicate } from '../src/posix/search/ownershipPredicate.js';
import type { ChangeSink } from '../src/posix/handles/index.js';
import { walkMatches } from '../src/posix/sweeps/walkMatches.js';
import { walkAll } from '../src/posix/sweeps/walkAll.js';
import { startRacer } from '../test/posix/support/racer.js';
import { ATTACKERS, attackWriters, leastTries } from './attackWriters.js';
import type { AttackOptions, Attacker } from './attackWriters.js';
import type { Racer } from '../test/posix/support/racer.js';
import { changeUntilSettled } from '../src/posix/sweeps/changeTree.js';
import type { Walk } from '../src/posix/sweeps/changeTree.js';

/** What is exchanged: files for links, hard links or FIFOs; a directory, one above it, or the tree itself for links. */
const KINDS = ['file', 'hard-link', 'fifo', 'directory', 'ancestor', 'root'] as const;
type Kind = (typeof KINDS)[number];
const SWEEPS = ['reclaim', 'openToGroup'] as const;
type SweepName = (typeof SWEEPS)[number];

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
  readonly attacker: Attacker;
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

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: 'Infinity' }, every: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const [wanted = '1000', ...kinds] = positionals;
if (process.env.WCA_ATTACK_PLACE === undefined) fence();
else
  await attack(
    process.env.WCA_ATTACK_PLACE,
    Number(wanted),
    KINDS.filter((kind) => kinds.length === 0 || kinds.includes(kind)),
    kinds.length === 0 || kinds.includes('writers'),
  );

/**
 * Starts this script again where nothing but the scratch directory can be written to, where the agent's account exists, and
 * where doubles that answer quickly stand for php and wp.
 */
function fence(): void {
  const place = mkdtempSync(join(tmpdir(), 'wca-attack-'));
  chmodSync(place, 0o755);
  const agent = ATTACKERS.find(({ user }) => user === 'wca-agent');
  if (agent === undefined) throw new Error('the table of attackers has no agent');
  const { user, uid, gid } = agent;
  const script = `set -e
    mount -t tmpfs -o mode=755 attack '${place}'
    cd '${place}'
    { cat /etc/passwd; echo '${user}:x:${uid}:${gid}::/nonexistent:/usr/sbin/nologin'; } > passwd
    { cat /etc/group; echo '${user}:x:${gid}:'; } > group
    mkdir bin
    printf '%s\\n' '#!/bin/sh' '! grep -q "( ;" "\${5:--}" || { echo "Parse error in - on line 1"; exit 255; }' > bin/php
    printf '%s\\n' '#!/bin/sh' > bin/wp
    chmod 755 bin/*
    mount --bind passwd /etc/passwd
    mount --bind group /etc/group
    mount --bind bin /usr/local/sbin
    mount -o remount,bind,ro /
    exec "$@"`;
  const self = [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const env = { ...process.env, WCA_ATTACK_PLACE: place, TMPDIR: place };
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...self];
  const ran = spawnSync('unshare', args, { stdio: 'inherit', env });
  rmSync(place, { recursive: true, force: true });
  process.exitCode = ran.status ?? 1;
}

async function attack(place: string, tries: number, chosen: readonly Kind[], writers: boolean): Promise<void> {
  const secondsEach = Number(values.seconds);
  const results: Record<string, unknown> = {};
  let sound = true;
  for (const attacker of ATTACKERS) {
    for (const kind of chosen) {
      const field = prepare(join(place, `${kind}-${attacker.user}`), kind, attacker);
      const racer = startRacer(place, field.pairs, attacker);
      try {
        // A FIFO of the attacker's own is nothing to lose.
        const theirs = kind === 'fifo' ? { runs: 0, lost: 0 } : fightWithFind(field);
        sound &&= theirs.lost > 0 || kind === 'fifo';
        for (const sweep of SWEEPS) {
          const ours = await fight(field, racer, sweep, { tries, secondsEach });
          const row = `${sweep}, ${kind}, ${attacker.user}`;
          results[row] = { ...ours, findRuns: theirs.runs, findLosses: theirs.lost };
          sound &&= ours.losses === 0 && ours.tries >= leastTries(tries);
          const find = `find -exec chown lost in ${theirs.lost} of ${theirs.runs} runs`;
          console.log(`${row}: ${ours.tries} tries, ${ours.losses} losses; ${find}`);
        }
      } finally {
        await racer.stop();
      }
    }
  }
  if (writers) {
    const fought = await attackWriters(place, { tries, secondsEach, every: Number(values.every) });
    Object.assign(results, fought.results);
    sound &&= fought.sound;
  }
  console.log(JSON.stringify(results));
  process.exitCode = sound ? 0 : 1;
}

/** A site of the attacker's and a decoy of the same shape, so that a wrong turn anywhere finds something to take. */
function prepare(place: string, kind: Kind, attacker: Attacker): Battlefield {
  mkdirSync(place);
  const { uid, gid } = attacker;
  const [www, decoy] = [join(place, 'www'), join(place, 'decoy')];
  for (const top of [www, decoy]) {
    for (const name of ['', 'site', 'site/a', 'site/a/deep']) directory(join(top, name), top === www ? uid : 0);
    for (const name of NAMES) writeFileSync(join(top, 'site/a', name), 'x', { mode: 0o644 });
    for (const name of NAMES) writeFileSync(join(top, 'site/a/deep', name), 'x', { mode: 0o644 });
  }
  const site = join(www, 'site');
  const link = (target: string, at: string): void => {
    symlinkSync(target, at);
    lchownSync(at, uid, gid);
  };
  const names = (...directories: readonly string[]): string[] =>
    directories.flatMap((one) => NAMES.map((name) => join(one, name)));
  if (kind === 'file' || kind === 'hard-link' || kind === 'fifo') {
    const pairs = NAMES.slice(0, PAIRS).map((name) => [join(site, 'a', name), join(site, `other-${name}`)] as const);
    for (const [index, [, other]] of pairs.entries()) {
      const theirs = join(decoy, 'site/a', NAMES[index] ?? '');
      if (kind === 'file') link(theirs, other);
      else if (kind === 'hard-link') linkSync(theirs, other);
    }
    if (kind === 'fifo')
      spawnSync(
        'mkfifo',
        pairs.map(([, other]) => other),
      );
    return { site, decoy, attacker, pairs, mine: pairs.flat() };
  }
  if (kind === 'directory') {
    link(join(decoy, 'site/a/deep'), join(site, 'a/other'));
    const pairs = [[join(site, 'a/deep'), join(site, 'a/other')]] as const;
    return { site, decoy, attacker, pairs, mine: names(...pairs[0]) };
  }
  if (kind === 'ancestor') {
    link(join(decoy, 'site/a'), join(site, 'other'));
    const pairs = [[join(site, 'a'), join(site, 'other')]] as const;
    return { site, decoy, attacker, pairs, mine: names(...pairs[0].map((one) => join(one, 'deep'))) };
  }
  link(join(decoy, 'site'), join(www, 'other'));
  const pairs = [[site, join(www, 'other')]] as const;
  return { site, decoy, attacker, pairs, mine: names(...pairs[0].map((one) => join(one, 'a/deep'))) };
}

function directory(path: string, uid: number): void {
  mkdirSync(path, { mode: 0o755 });
  lchownSync(path, uid, uid);
}

/** Sweeps again and again, each time with real proposals, until enough tries were contested. */
async function fight(
  field: Battlefield,
  racer: Racer,
  name: SweepName,
  { tries, secondsEach }: Pick<AttackOptions, 'tries' | 'secondsEach'>,
): Promise<Tally> {
  const deadline = performance.now() + secondsEach * 1000;
  const tally: Tally = { tries: 0, uncontested: 0, runs: 0, refused: 0, changed: 0, losses: 0, exchanges: 0 };
  const started = racer.exchanges();
  const whole = 2 * field.pairs.length;
  const { uid, gid } = field.attacker;
  const request = { from: 0, to: { uid, gid }, unprotectedHardlinks: 'allow' } as const;
  const propose = name === 'openToGroup' ? walkAll : walkMatches(findPredicate({ by: 0 }));
  const decide =
    name === 'openToGroup' ? openVerdict({ gid, owners: [0, uid], keepSecrets: () => false }) : reclaimVerdict(request);
  while (tally.tries < tries && (performance.now() < deadline || tally.tries < leastTries(tries))) {
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
    // Without a sink each change is made at once, another way to be attacked; those tries are not counted.
    const isNoted = tally.runs % 4 !== 1;
    const walk: Walk = (sweep, context) => {
      // Called with what find proposed, before anything of it is reached or judged.
      const enter = sweep.enter.bind(sweep);
      sweep.enter = (path) => {
        if (isNoted) proposed.push(racer.exchanges());
        return enter(path);
      };
      return propose(sweep, context);
    };
    const noted = isNoted ? { sink } : {};
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
  const { uid, gid } = field.attacker;
  let lostRuns = 0;
  let runs = 0;
  for (; runs < FIND_RUNS && lostRuns < 20; runs += 1) {
    reset(field);
    const args = [field.site, '-user', 'root', '-exec', 'chown', `${uid}:${gid}`, '{}', '+'];
    spawnSync('find', args, { stdio: 'ignore' });
    if (lost(field.decoy) > 0) lostRuns += 1;
  }
  return { runs, lost: lostRuns };
}

/** Makes the files root's again. Going wrong here only makes the decoy what it is. */
function reset({ mine }: Battlefield): void {
  for (const path of mine) {
    try {
      lchownSync(path, 0, 0);
      chmodSync(path, 0o644);
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
