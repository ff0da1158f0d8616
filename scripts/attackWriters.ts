/**
 * The writers under attack: www-data exchanges names at full speed while root writes, removes, makes, moves and changes
 * modes below them. A try is one call; it counts when a whole exchange happened while it ran. A loss is any change of the
 * decoy, to which the links of www-data lead. `cp`, `install` and `mv`, as run-books use them, are tried likewise.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, removeFile, replaceFile } from '../src/posix/files/index.js';
import { moveTree } from '../src/posix/moves/index.js';
import { putFileStep } from '../src/recipes/steps/files/putFileStep.js';
import { fileModeStep } from '../src/recipes/steps/files/fileModeStep.js';
import { rewriteStatePaths } from '../src/kimaki/state-paths/index.js';
import type { Json, StepKind } from '../src/recipes/engine/index.js';
import { startRacer } from '../test/posix/support/racer.js';

const WWW = 33;
const PLUGIN = '<?php\n// Plugin Name: of the attack\n';

/** What www-data exchanges, from the directory in which root acts up to one above the tree, and the file itself. */
export const EXCHANGES = ['name', 'fifo', 'hard-link', 'parent', 'above'] as const;
type Exchange = (typeof EXCHANGES)[number];

/** One call as root on the names below `a`; a failure is right as well. */
const WRITERS: Readonly<Record<string, (a: string, stock: string) => Promise<unknown>>> = {
  replaceFile: (a) => Promise.resolve(replaceFile(join(a, 'target'), 'ours\n', { mode: 0o644, uid: WWW, gid: WWW })),
  'replaceFile, attributes kept': (a) => Promise.resolve(replaceFile(join(a, 'target'), 'ours\n')),
  removeFile: (a) => Promise.resolve(removeFile(join(a, 'target'))),
  makeDirectory: (a) => Promise.resolve(makeDirectory(join(a, 'made'), { mode: 0o755, uid: WWW, gid: WWW })),
  moveTree: async (a, stock) => {
    const from = join(stock, 'tree');
    mkdirSync(from, { recursive: true });
    return moveTree(from, join(a, 'moved'));
  },
  rewriteStatePaths: (a) =>
    Promise.resolve(
      rewriteStatePaths([{ kind: 'link', file: join(a, 'pointer'), before: '/root/x', after: '/home/x' }]),
    ),
  'posix.putFile': async (a) => {
    const args = { path: join(a, 'target'), content: 'ours\n', mode: 0o644, uid: WWW, gid: WWW };
    await stepped(putFileStep, args, a);
  },
  'posix.fileMode': async (a) => {
    const args = { directory: a, prefix: 'wp-', mode: 0o644, why: 'attack', allowUnprotectedHardlinks: true };
    await stepped(fileModeStep, args, a);
  },
};

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

async function stepped(kind: StepKind, args: Json, a: string): Promise<void> {
  const records = join(a, '../../../stock');
  const ctx = {
    runDir: records,
    recordPath: (name: string) => join(records, `record-${name}`),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  const found = await kind.check(args);
  if (found.isErr() || found.value.state !== 'needed') return;
  const applied = await kind.apply(args, found.value.before, ctx);
  // Refused is right as well.
  applied.unwrapOr(undefined);
}

interface Field {
  /** Where root acts: `www/site/a`. */
  readonly a: string;
  readonly decoy: string;
  readonly stock: string;
  readonly pairs: readonly (readonly [string, string])[];
}

/** What a fight came to, by `WRITER, EXCHANGE`. */
export interface WriterTally {
  tries: number;
  uncontested: number;
  succeeded: number;
  losses: number;
  msPer1000: number;
}

/** Fights every writer in every way, and the programs in those ways in which a path can lead elsewhere. */
export async function attackWriters(
  place: string,
  tries: number,
): Promise<{ readonly results: Record<string, unknown>; readonly sound: boolean }> {
  const results: Record<string, unknown> = {};
  let sound = true;
  for (const exchange of EXCHANGES) {
    const field = prepare(join(place, `writers-${exchange}`), exchange);
    const racer = startRacer(place, field.pairs);
    try {
      for (const [name, write] of Object.entries(WRITERS)) {
        const tally: WriterTally = { tries: 0, uncontested: 0, succeeded: 0, losses: 0, msPer1000: 0 };
        let spent = 0;
        // A call that is refused at once is too short for an exchange now and then.
        while (tally.tries < tries && tally.tries + tally.uncontested < tries * 20) {
          reset(field);
          const [before, started] = [racer.exchanges(), performance.now()];
          const done = (await write(field.a, field.stock)) as { isOk?(): boolean } | undefined;
          spent += performance.now() - started;
          if (racer.exchanges() - before >= 2) tally.tries += 1;
          else tally.uncontested += 1;
          if (done?.isOk?.() === true) tally.succeeded += 1;
          tally.losses += lost(field);
        }
        tally.msPer1000 = Math.round((spent / (tally.tries + tally.uncontested)) * 1000);
        results[`${name}, ${exchange}`] = tally;
        sound &&= tally.losses === 0 && tally.tries >= tries;
        console.log(
          `${name}, ${exchange}: ${tally.tries} tries, ${tally.losses} losses, ${tally.msPer1000} ms per 1000`,
        );
      }
      if (exchange !== 'parent' && exchange !== 'above') continue;
      for (const [name, write] of Object.entries(PROGRAMS)) {
        let [runs, losses] = [0, 0];
        for (; runs < 200 && losses === 0; runs += 1) {
          reset(field);
          write(field.a, field.stock);
          losses += lost(field) > 0 ? 1 : 0;
        }
        results[`program ${name}, ${exchange}`] = { runs, losses };
        sound &&= losses > 0;
        console.log(`${name}, ${exchange}: lost in ${losses} of ${runs} runs`);
      }
    } finally {
      await racer.stop();
    }
  }
  return { results, sound };
}

function prepare(place: string, exchange: Exchange): Field {
  mkdirSync(place);
  const [www, decoy, stock] = ['www', 'decoy', 'stock'].map((name) => join(place, name)) as [string, string, string];
  for (const top of [www, decoy]) {
    for (const name of ['', 'site', 'site/a']) {
      mkdirSync(join(top, name));
      chownSync(join(top, name), top === www ? WWW : 0, top === www ? WWW : 0);
    }
  }
  mkdirSync(stock, { mode: 0o700 });
  writeFileSync(join(stock, 'file'), 'ours\n');
  const a = join(www, 'site/a');
  const link = (target: string, at: string): readonly [string, string] => {
    symlinkSync(target, at);
    lchownSync(at, WWW, WWW);
    return [target, at];
  };
  const field = { a, decoy, stock };
  if (exchange === 'parent') {
    link(join(decoy, 'site/a'), join(www, 'site/other'));
    return { ...field, pairs: [[a, join(www, 'site/other')]] };
  }
  if (exchange === 'above') {
    link(join(decoy, 'site'), join(www, 'other'));
    return { ...field, pairs: [[join(www, 'site'), join(www, 'other')]] };
  }
  const names = ['target', 'wp-x.php', 'made', 'moved', 'pointer'];
  const pairs = names.map((name) => [join(a, name), join(www, 'site', `other-${name}`)] as const);
  for (const [index, [, other]] of pairs.entries()) {
    const secret = join(decoy, 'site/a', names[index] ?? '');
    if (exchange === 'name') link(secret, other);
    else if (exchange === 'fifo') spawnSync('mkfifo', [other]);
    else {
      writeFileSync(secret, 'secret\n', { mode: 0o600 });
      linkSync(secret, other);
    }
    if (exchange === 'fifo') chownSync(other, WWW, WWW);
  }
  return { ...field, pairs };
}

const SECRETS = ['target', 'wp-x.php', 'pointer'];

/** Puts the names in order again; going wrong here meets the decoy, which is put in order afterwards. */
function reset({ a, decoy }: Field): void {
  for (const [name, content] of [
    ['target', 'theirs\n'],
    ['wp-x.php', PLUGIN],
  ] as const)
    quietly(() => {
      writeFileSync(join(a, name), content, { flag: 'wx' });
      chownSync(join(a, name), WWW, WWW);
      chmodSync(join(a, name), 0o640);
    });
  quietly(() => {
    symlinkSync('/root/x', join(a, 'pointer'));
    lchownSync(join(a, 'pointer'), WWW, WWW);
  });
  for (const name of ['made', 'moved']) quietly(() => rmSync(join(a, name), { recursive: true }));
  restore(decoy);
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // There already, or exchanged away this instant.
  }
}

function restore(decoy: string): void {
  const site = join(decoy, 'site/a');
  for (const name of readdirSync(site)) if (!SECRETS.includes(name)) rmSync(join(site, name), { recursive: true });
  for (const name of SECRETS) {
    const path = join(site, name);
    const now = quiet(path);
    if (now === SECRET) continue;
    rmSync(path, { recursive: true, force: true });
    writeFileSync(path, 'secret\n', { mode: 0o600 });
  }
}

const SECRET = 'secret\n 600 0:0';

function quiet(path: string): string {
  try {
    const { mode, uid, gid } = lstatSync(path);
    return `${readFileSync(path, 'utf8')} ${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
  } catch {
    return '';
  }
}

/** How much of the decoy is not as it was; it is put in order again. */
function lost({ decoy }: Field): number {
  const site = join(decoy, 'site/a');
  let count = readdirSync(site).filter((name) => !SECRETS.includes(name)).length;
  for (const name of SECRETS) if (quiet(join(site, name)) !== SECRET) count += 1;
  for (const name of ['', 'site', 'site/a']) {
    const { uid, mode } = lstatSync(join(decoy, name));
    if (uid !== 0 || (mode & 0o7777) !== 0o755) count += 1;
  }
  if (count > 0) restore(decoy);
  return count;
}
