/**
 * The writers under attack: another account exchanges names at full speed while root writes, removes, makes, moves and
 * changes modes below them. A table of writers, of ways to attack them, and of attackers; each is tried with each.
 *
 * A try is one call; it counts when a whole exchange happened while it ran. A loss is any change of the decoy, to which the
 * links of the attacker lead. `cp`, `install` and `mv`, as run-books use them, are tried likewise.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Result } from 'neverthrow';
import { makeDirectory, removeFile, replaceFile } from '../src/posix/files/index.js';
import { moveTree } from '../src/posix/moves/index.js';
import { keepPrograms, restorePrograms } from '../src/recipes/steps/programs/keptPrograms.js';
import {
  channelCommandStep,
  composeAgentsStep,
  fileModeStep,
  makeDirectoryStep,
  moveTreeStep,
  putFileStep,
} from '../src/recipes/steps/index.js';
import { rewriteStatePaths } from '../src/kimaki/state-paths/index.js';
import { putBlockInFile, renderCliChannel } from '../src/wordpress/blocks/index.js';
import type { Json, StepContext, StepKind } from '../src/recipes/engine/index.js';
import { startRacer } from '../test/posix/support/racer.js';

/** An account that exchanges names, in its own directories and in one that root has opened to its group. */
export interface Attacker {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** Owner, group and mode of the directory above the one in which root acts. */
  readonly above: readonly [number, number, number];
}

/** The two accounts that a migration has beside root. */
export const ATTACKERS: readonly Attacker[] = [
  { user: 'www-data', uid: 33, gid: 33, above: [33, 33, 0o755] },
  // The fence names it: see attack.ts.
  { user: 'wca-agent', uid: 5001, gid: 5001, above: [0, 5001, 0o2775] },
];

/** What is exchanged for what the attacker has: the name itself, or one of the directories above it for a link. */
export const WAYS = ['link', 'directory', 'fifo', 'hard-link', 'parent', 'above'] as const;
type Way = (typeof WAYS)[number];

const CHANNELS = 'wp-coding-agents-channels.php';
const BODY = renderCliChannel({
  name: 'kimaki',
  command: '/root/kimaki',
  args: ['send', '{message}'],
  detach: true,
  timeoutSeconds: 60,
}).unwrapOr('');
const SETTINGS = ['{"directory":"/root/x"}\n', '{"directory":"/home/x"}\n'] as const;
const POINTER = '/root/x';

/** The files at the names that root writes; the decoy has the same, for root alone. */
const FILES: Readonly<Record<string, string>> = {
  target: 'theirs\n',
  'wp-x.php': '<?php\n// Plugin Name: of the attack\n',
  [CHANNELS]: `<?php\n    // BEGIN bridges\n    // BEGIN bridge:kimaki\n${BODY}    // END bridge:kimaki\n    // END bridges\n`,
  'AGENTS.md': 'Use wp --allow-root.\n',
  settings: SETTINGS[0],
};
const NEW = ['made', 'moved'] as const;
const NAMES = [...Object.keys(FILES), 'pointer', ...NEW];

interface Field {
  /** Where root acts. */
  readonly a: string;
  readonly decoy: string;
  /** Root's own, with what is moved and with the records of steps. */
  readonly stock: string;
  readonly attacker: Attacker;
  readonly way: Way;
}

/** One call as root on a name below `a`; a failure is right as well. */
interface Writer {
  readonly name: string;
  readonly write: (field: Field) => Promise<Result<unknown, unknown>>;
}

const WRITERS: Readonly<Record<string, Writer>> = {
  replaceFile: {
    name: 'target',
    write: async ({ a, attacker: { uid, gid } }) => replaceFile(join(a, 'target'), 'ours\n', { mode: 0o644, uid, gid }),
  },
  'replaceFile, attributes kept': { name: 'target', write: async ({ a }) => replaceFile(join(a, 'target'), 'ours\n') },
  removeFile: { name: 'target', write: async ({ a }) => removeFile(join(a, 'target')) },
  makeDirectory: {
    name: 'made',
    write: async ({ a, attacker: { uid, gid } }) => makeDirectory(join(a, 'made'), { mode: 0o755, uid, gid }),
  },
  'moveTree, to': { name: 'moved', write: async ({ a, stock }) => moveTree(join(stock, 'tree'), join(a, 'moved')) },
  'moveTree, from': {
    name: 'target',
    write: async ({ a, stock }) => moveTree(join(a, 'target'), join(stock, 'taken')),
  },
  'rewriteStatePaths, link': {
    name: 'pointer',
    write: async ({ a }) =>
      rewriteStatePaths([{ kind: 'link', file: join(a, 'pointer'), before: POINTER, after: '/home/x' }]),
  },
  'rewriteStatePaths, text': {
    name: 'settings',
    write: async ({ a }) => {
      const [before, after] = SETTINGS.map((text) => Buffer.from(text).toString('base64')) as [string, string];
      return rewriteStatePaths([{ kind: 'text', file: join(a, 'settings'), before, after, mtime: '0' }]);
    },
  },
  putBlockInFile: {
    name: CHANNELS,
    write: async ({ a }) =>
      putBlockInFile(join(a, CHANNELS), 'bridge:telegram', BODY.replace("['kimaki']", "['telegram']")),
  },
  restorePrograms: {
    name: 'target',
    write: async ({ a, stock }) => {
      const kept = await keptOnce(join(a, 'target'), stock);
      return restorePrograms(kept.entries, kept, contextIn(join(stock, 'kept')));
    },
  },
  'posix.putFile': stepped('target', putFileStep, ({ a, attacker: { uid, gid } }) => ({
    path: join(a, 'target'),
    content: 'ours\n',
    mode: 0o644,
    uid,
    gid,
  })),
  'posix.fileMode': stepped('wp-x.php', fileModeStep, ({ a }) => ({
    directory: a,
    prefix: 'wp-x',
    mode: 0o644,
    why: 'attack',
    allowUnprotectedHardlinks: true,
  })),
  'posix.makeDirectory': stepped('made', makeDirectoryStep, ({ a, attacker: { uid, gid } }) => ({
    path: join(a, 'made'),
    mode: 0o755,
    uid,
    gid,
  })),
  'posix.moveTree': stepped('moved', moveTreeStep, ({ a, stock }) => ({
    from: join(stock, 'tree'),
    to: join(a, 'moved'),
    why: 'attack',
  })),
  'wordpress.channelCommand': stepped(CHANNELS, channelCommandStep, ({ a, attacker: { uid, gid } }) => ({
    path: join(a, CHANNELS),
    label: 'bridge:kimaki',
    command: '/usr/bin/kimaki',
    from: '/root/kimaki',
    uid,
    gid,
    why: 'attack',
  })),
  'wordpress.composeAgents': stepped('AGENTS.md', composeAgentsStep, ({ a, attacker: { user, gid } }) => ({
    site: a,
    user,
    gid,
  })),
};

/** A step is checked, applied and undone. */
function stepped<A extends Json, B extends Json>(
  name: string,
  kind: StepKind<string, A, B>,
  argsOf: (field: Field) => A,
): Writer {
  return {
    name,
    write: async (field) => {
      const [args, ctx] = [argsOf(field), contextIn(join(field.stock, 'records'))];
      const found = await kind.check(args);
      if (found.isErr() || found.value.state !== 'needed') return found;
      const { before } = found.value;
      const applied = await kind.apply(args, before, ctx);
      const undone = await kind.undo(args, before, ctx);
      return applied.andThen(() => undone);
    },
  };
}

function contextIn(records: string): StepContext {
  return {
    runDir: records,
    recordPath: (name) => join(records, `record-${name}`),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
}

type Kept = Parameters<typeof restorePrograms>[1];
const KEPT = new Map<string, Kept>();

/** What the file was before the attack began, kept as a run keeps it. */
async function keptOnce(path: string, stock: string): Promise<Kept> {
  const known = KEPT.get(path);
  if (known !== undefined) return known;
  const program = join(stock, 'program');
  writeFileSync(program, 'before\n', { mode: 0o755 });
  const kept = await keepPrograms([{ path: program, kind: 'entry' }], [], contextIn(join(stock, 'kept')));
  if (kept.isErr()) throw new Error(kept.error.message);
  const entries = { ...kept.value, entries: kept.value.entries.map((entry) => ({ ...entry, path })) };
  KEPT.set(path, entries);
  return entries;
}

/** The same with programs, which go by path. */
const PROGRAMS: Readonly<Record<string, (a: string, stock: string) => void>> = {
  cp: (a, stock) => program('cp', [join(stock, 'file'), join(a, 'target')]),
  install: (a, stock) => program('install', ['-m', '0640', join(stock, 'file'), join(a, 'target')]),
  mv: (a, stock) => {
    writeFileSync(join(stock, 'moving'), 'ours\n');
    program('mv', ['-f', join(stock, 'moving'), join(a, 'target')]);
  },
};

function program(name: string, args: readonly string[]): void {
  spawnSync(name, args, { stdio: 'ignore', timeout: 2_000 });
}

/** What a fight came to, by `WRITER, WAY, USER`. */
export interface WriterTally {
  tries: number;
  uncontested: number;
  succeeded: number;
  losses: number;
  msPer1000: number;
}

/** How long each row of the table is fought. */
export interface AttackOptions {
  /** Contested tries. */
  readonly tries: number;
  /** After these, {@link leastTries} are enough. */
  readonly secondsEach: number;
  /** Of the rows of the writers, each this many-th: a whole number that shares no divisor with how many there are. */
  readonly every: number;
}

/** How many contested tries a row has in any case. */
export function leastTries(tries: number): number {
  return Math.ceil(tries / 100);
}

/** Fights every writer in every way, and the programs in those ways in which a path can lead elsewhere. */
export async function attackWriters(
  place: string,
  { tries, secondsEach, every }: AttackOptions,
): Promise<{ readonly results: Record<string, unknown>; readonly sound: boolean }> {
  const results: Record<string, unknown> = {};
  let [sound, rows] = [true, 0];
  for (const attacker of ATTACKERS) {
    for (const way of WAYS) {
      const field = prepare(join(place, `writers-${way}-${attacker.user}`), way, attacker);
      for (const [writer, { name, write }] of Object.entries(WRITERS)) {
        if (rows++ % every !== 0) continue;
        const tally = await fight(place, field, { name, write }, { tries, secondsEach });
        const row = `${writer}, ${way}, ${attacker.user}`;
        results[row] = tally;
        sound &&= tally.losses === 0 && tally.tries >= leastTries(tries);
        console.log(`${row}: ${tally.tries} tries, ${tally.losses} losses, ${tally.msPer1000} ms per 1000`);
      }
      if (way === 'parent' || way === 'above') {
        for (const [name, write] of Object.entries(PROGRAMS)) {
          const { runs, losses } = await fightWithProgram(place, field, write);
          const row = `program ${name}, ${way}, ${attacker.user}`;
          results[row] = { runs, losses };
          sound &&= losses > 0;
          console.log(`${row}: lost in ${losses} of ${runs} runs`);
        }
      }
      rmSync(join(place, `writers-${way}-${attacker.user}`), { recursive: true });
    }
  }
  return { results, sound };
}

async function fight(
  place: string,
  field: Field,
  { name, write }: Writer,
  { tries, secondsEach }: Pick<AttackOptions, 'tries' | 'secondsEach'>,
): Promise<WriterTally> {
  const tally: WriterTally = { tries: 0, uncontested: 0, succeeded: 0, losses: 0, msPer1000: 0 };
  // What fails where nobody attacks it is not attacked either.
  reset(field, name);
  const alone = await write(field);
  if (alone.isErr()) throw new Error(`a writer of ${name} fails: ${JSON.stringify(alone.error)}`);
  const racer = startRacer(place, [pairOf(field, name)], field.attacker);
  const deadline = performance.now() + secondsEach * 1000;
  let spent = 0;
  try {
    // A call that is refused at once is too short for an exchange now and then.
    while (tally.tries < tries && tally.tries + tally.uncontested < Math.max(tries * 20, 400)) {
      if (performance.now() > deadline && tally.tries >= leastTries(tries)) break;
      racer.pause();
      reset(field, name);
      racer.resume();
      const [before, started] = [racer.exchanges(), performance.now()];
      const done = await write(field);
      spent += performance.now() - started;
      // The counter is written after the exchange it counts: of two, one lies wholly between.
      if (racer.exchanges() - before >= 2) tally.tries += 1;
      else tally.uncontested += 1;
      if (done.isOk()) tally.succeeded += 1;
      tally.losses += lost(field);
    }
  } finally {
    await racer.stop();
  }
  tally.msPer1000 = Math.round((spent / (tally.tries + tally.uncontested)) * 1000);
  return tally;
}

async function fightWithProgram(
  place: string,
  field: Field,
  write: (a: string, stock: string) => void,
): Promise<{ readonly runs: number; readonly losses: number }> {
  const racer = startRacer(place, [pairOf(field, 'target')], field.attacker);
  let [runs, losses] = [0, 0];
  try {
    for (; runs < 200 && losses === 0; runs += 1) {
      racer.pause();
      reset(field, 'target');
      racer.resume();
      write(field.a, field.stock);
      losses += lost(field) > 0 ? 1 : 0;
    }
  } finally {
    await racer.stop();
  }
  return { runs, losses };
}

/** Root's decoy and stock, and between them the attacker's tree of the same shape as the decoy. */
function prepare(place: string, way: Way, attacker: Attacker): Field {
  const { uid, gid } = attacker;
  const [tree, decoy, stock] = ['tree', 'decoy', 'stock'].map((name) => join(place, name)) as [string, string, string];
  mkdirSync(place);
  for (const [top, owners] of [
    [tree, [[uid, gid, 0o755], attacker.above, [uid, gid, 0o755]]],
    [decoy, DIRECTORIES.map(() => [0, 0, 0o755])],
  ] as const) {
    for (const [index, name] of DIRECTORIES.entries()) {
      const [owner = 0, group = 0, mode = 0] = owners[index] ?? [];
      mkdirSync(join(top, name));
      chownSync(join(top, name), owner, group);
      chmodSync(join(top, name), mode);
    }
  }
  for (const name of ['', 'tree', 'kept', 'records']) mkdirSync(join(stock, name), { mode: 0o700 });
  writeFileSync(join(stock, 'file'), 'ours\n');
  const field = { a: join(tree, 'site/a'), decoy, stock, attacker, way };
  for (const site of [field.a, join(decoy, 'site/a')]) {
    for (const name of SITE) {
      if (name.endsWith('.php')) writeFileSync(join(site, name), '<?php\n');
      else mkdirSync(join(site, name));
    }
  }
  for (const name of NAMES) put(field, join(field.a, name), name);
  restore(decoy);
  return field;
}

const DIRECTORIES = ['', 'site', 'site/a'];
/** Besides the names, so that AGENTS.md lies in a site. */
const SITE = ['wp-includes', 'wp-content', 'wp-load.php'];

/** The two names that are exchanged in this field to attack a writer of `name`. */
function pairOf({ a, way }: Field, name: string): readonly [string, string] {
  const site = join(a, '..');
  if (way === 'parent') return [a, join(site, 'other')];
  if (way === 'above') return [site, join(site, '../other')];
  return [join(a, name), join(site, `other-${name}`)];
}

/** Puts both names of the pair, what is written, and what is moved in order again, while nothing is exchanged. */
function reset(field: Field, name: string): void {
  const { a, decoy, stock, attacker, way } = field;
  const [own, other] = pairOf(field, name);
  const isAbove = way === 'parent' || way === 'above';
  if (isAbove) {
    if (lstatOf(own)?.isSymbolicLink() === true) rmSync(own);
    if (lstatOf(own) === undefined) renameSync(other, own);
  }
  const theirs = join(decoy, 'site/a', name);
  const fifo = [other, own].find((path) => lstatOf(path)?.isFIFO() === true);
  if (fifo !== other) rmSync(other, { recursive: true, force: true });
  if (isAbove) symlinkSync(join(decoy, way === 'parent' ? 'site/a' : 'site'), other);
  else if (way === 'link') symlinkSync(theirs, other);
  else if (way === 'fifo') renameSync(fifo ?? fifoIn(stock), other);
  else if (way === 'hard-link') hardLink(theirs, other);
  else {
    mkdirSync(other);
    symlinkSync(theirs, join(other, name));
  }
  if (way !== 'hard-link') lchownSync(other, attacker.uid, attacker.gid);
  // What was set aside or begun as well.
  for (const entry of readdirSync(a))
    if (entry.includes(name) || entry.startsWith('.')) rmSync(join(a, entry), { recursive: true, force: true });
  put(field, join(a, name), name);
  for (const entry of ['records', 'tree', 'taken']) rmSync(join(stock, entry), { recursive: true, force: true });
  for (const entry of ['records', 'tree']) mkdirSync(join(stock, entry), { mode: 0o700 });
}

/** What root has under a name that it does not make: a file of root's, or nothing. */
function hardLink(theirs: string, other: string): void {
  if (existsSync(theirs) && !lstatSync(theirs).isSymbolicLink()) linkSync(theirs, other);
  else writeFileSync(other, 'x');
}

/** node:fs makes none. */
function fifoIn(stock: string): string {
  const path = join(stock, 'fifo');
  const made = spawnSync('mkfifo', [path]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  return path;
}

/** Makes what the attacker has at a name, or nothing where root makes something new. */
function put({ attacker: { uid, gid } }: Field, path: string, name: string): void {
  const content = FILES[name];
  if (content !== undefined) writeFileSync(path, content, { mode: 0o640, flag: 'wx' });
  else if (name === 'pointer') symlinkSync(POINTER, path);
  else return;
  lchownSync(path, uid, gid);
}

function lstatOf(path: string): ReturnType<typeof lstatSync> | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** What a name of the decoy is, as text; and what it shall be. */
function stateOf(path: string): string {
  const stat = lstatOf(path);
  if (stat === undefined) return 'nothing';
  const about = `${(Number(stat.mode) & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)} ${about}`;
  return stat.isFile() ? `${readFileSync(path, 'utf8')} ${about}` : about;
}

function rightState(name: string): string {
  const content = FILES[name];
  if (content !== undefined) return `${content} 600 0:0`;
  return name === 'pointer' ? `link to ${POINTER} 777 0:0` : 'nothing';
}

/** How much of the decoy is not as it was; it is put in order again. */
function lost({ decoy }: Field): number {
  const site = join(decoy, 'site/a');
  const known = [...NAMES, ...SITE];
  let count = readdirSync(site).filter((name) => !known.includes(name)).length;
  for (const name of NAMES) if (stateOf(join(site, name)) !== rightState(name)) count += 1;
  for (const name of DIRECTORIES) if (stateOf(join(decoy, name)) !== '755 0:0') count += 1;
  if (count > 0) restore(decoy);
  return count;
}

function restore(decoy: string): void {
  const site = join(decoy, 'site/a');
  for (const name of readdirSync(site)) if (!SITE.includes(name)) rmSync(join(site, name), { recursive: true });
  for (const name of NAMES) {
    const [path, content] = [join(site, name), FILES[name]];
    if (content !== undefined) writeFileSync(path, content, { mode: 0o600 });
    else if (name === 'pointer') symlinkSync(POINTER, path);
  }
  for (const name of DIRECTORIES) {
    chownSync(join(decoy, name), 0, 0);
    chmodSync(join(decoy, name), 0o755);
  }
}
