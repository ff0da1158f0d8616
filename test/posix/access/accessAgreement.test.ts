// @module-tag root
// @module-tag acl
// @module-tag slow
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AccessExplanation, AccessWant } from '../../../src/posix/access/access.js';
import type { Identity } from '../../../src/posix/accounts/identity.js';
import { gatherManyAccesses } from '../../../src/posix/access/gatherAccess.js';
import { judgeAccess } from '../../../src/posix/access/judgeAccess.js';
import { DAEMON, identityOf, ROOT } from '../support/identities.js';
import { doAs } from '../support/kernel.js';
import type { Deed } from '../support/kernel.js';
import { freshPlace, mount, run } from '../support/place.js';
import { seeded } from '../support/random.js';
import type { Random } from '../support/random.js';
import { cases } from '../../support/campaign.js';

const CASES = cases(2_000, 20_000);
const TREES = cases(5, 25);
const SEED = Number(process.env.WCA_SEED ?? 20_240_117);
const IDS = [0, 33, 65534, 1, 4000, 4001];
const WANTS: readonly AccessWant[] = ['read', 'write', 'execute', 'traverse', 'create'];
const MODE_OF: Readonly<Record<string, number>> = { search: 1, read: 4, write: 2, execute: 1, create: 3 };

/** What refuses, each of which has to have refused often; `protected-symlinks` depends on a setting of the host. */
const RULES = [
  'owner',
  'group',
  'other',
  'acl-user',
  'acl-group',
  'acl-other',
  'masked',
  'no-execute-bit',
  'not-a-file',
  'read-only-mount',
  'noexec-mount',
  'immutable',
];

describe('explainAccess', () => {
  it('agrees with what the kernel really lets four users do in thousands of random cases, and on what refuses first', async () => {
    const users = [
      ROOT,
      identityOf('www-data', 33, [33, 4000]),
      identityOf('nobody', 65534, [65534, 4000, 4001]),
      DAEMON,
    ];
    const trees = plantTrees();
    const refusals = new Map<string, number>();
    const tally = { cases: 0, refused: 0, errors: 0 };
    for (const who of users) {
      const asked: Case[] = [];
      for (const [index, paths] of trees.entries()) asked.push(...(await explain(who, paths, SEED + index)));
      const deeds = asked.flatMap((one) => one.deeds);
      const kernel = doAs(who, deeds);
      let at = 0;
      for (const { path, want, answer, deeds: own } of asked) {
        const [whole, ...steps] = kernel.slice(at, at + own.length);
        at += own.length;
        const where = `seed ${SEED}: ${who.user.name} ${want} ${path}`;
        if (typeof answer === 'string') {
          expect(answer, where).toBe(errorForRoot(path, want));
          tally.errors += 1;
          continue;
        }
        tally.cases += 1;
        expect(whole, where).toBe(answer.allowed ? 'OK' : 'REFUSED');
        if (answer.allowed) expect(answer.resolvedPath, where).toBe(realpathSync.native(path));
        const followed = answer.components.filter((component) => component.needs !== 'follow');
        const first = followed[steps.findIndex((step) => step !== 'OK')];
        // What access(2) has no word for: it calls a directory executable.
        const refused = answer.components.find((component) => !component.allowed);
        if (refused?.decidedBy !== 'not-a-file') expect(answer.blockedAt?.path, where).toBe(first?.path);
        if (refused === undefined) continue;
        tally.refused += 1;
        const isMasked = refused.acl !== null && refused.rule.includes('masked');
        for (const rule of [refused.decidedBy, ...(isMasked ? ['masked'] : [])]) {
          refusals.set(rule, (refusals.get(rule) ?? 0) + 1);
        }
      }
    }
    console.log(tally, Object.fromEntries(refusals));
    expect(tally.cases).toBeGreaterThanOrEqual(CASES);
    expect(tally.refused).toBeGreaterThan(tally.cases / 3);
    expect(tally.errors).toBeGreaterThan(0);
    for (const rule of RULES) expect(refusals.get(rule) ?? 0, rule).toBeGreaterThanOrEqual(cases(10, 300));
  });
});

interface Case {
  readonly path: string;
  readonly want: AccessWant;
  /** Or the code of the error. */
  readonly answer: AccessExplanation | string;
  /** The wish itself, done, and then each component asked for by itself. */
  readonly deeds: readonly Deed[];
}

async function explain(who: Identity, paths: readonly string[], seed: number): Promise<readonly Case[]> {
  const random = seeded(seed * 31 + who.user.uid);
  const questions = Array.from({ length: Math.ceil((CASES * 1.25) / TREES / 4) }, () => {
    const path = random.pick(paths);
    return { path, want: wantFor(path, random, who) };
  });
  const facts = await gatherManyAccesses(questions, who.user.uid);
  return questions.map(({ path, want }, index) => {
    const one = facts[index];
    if (one === undefined) throw new Error('a question without an answer');
    const judged = judgeAccess(one, who, want);
    if (judged.isErr()) return { path, want, answer: judged.error.code, deeds: [] };
    expect(judged.value.notSeen).toEqual([]);
    const components = judged.value.components.filter((component) => component.needs !== 'follow');
    const steps = components.map(({ path: at, needs }): Deed => {
      const mode = MODE_OF[needs === 'write' && want === 'create' ? 'create' : needs] ?? 0;
      return { path: at, deed: 'access', mode };
    });
    // Nobody opens a directory for writing (EISDIR, whatever the permissions): there only access(2) can be asked.
    const isDirectory = components.at(-1)?.type === 'directory';
    const deed = want === 'write' && isDirectory ? 'access' : want;
    return { path, want, answer: judged.value, deeds: [{ path, deed, mode: MODE_OF[want] ?? 0 }, ...steps] };
  });
}

/** Mostly sensible wishes: of directories what is asked of them, and where running is refused, running. */
function wantFor(path: string, random: Random, who: Identity): AccessWant {
  const want = random.pick(WANTS);
  const rather = who === ROOT || path.includes('/noexec/') ? 'execute' : want;
  try {
    const isDirectory = statSync(path).isDirectory();
    if (isDirectory) return want === 'execute' && random.below(4) > 0 ? 'traverse' : want;
    return rather === 'traverse' || rather === 'create' ? random.pick(['read', 'write', 'execute']) : rather;
  } catch {
    // Dangling: any wish will do.
    return want;
  }
}

function errorForRoot(path: string, want: AccessWant): string {
  try {
    const isDirectory = statSync(path).isDirectory();
    return isDirectory || (want !== 'traverse' && want !== 'create') ? 'OK' : 'NOT_A_DIRECTORY';
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    return { ENOENT: 'NOT_FOUND', ELOOP: 'SYMLINK_LOOP', ENOTDIR: 'NOT_A_DIRECTORY' }[code] ?? code;
  }
}

/** Trees on an ordinary filesystem, on one mounted noexec, and on one mounted read-only once they stand. */
function plantTrees(): readonly (readonly string[])[] {
  const place = freshPlace();
  for (const name of ['plain', 'noexec', 'readonly']) mkdirSync(join(place, name));
  mount(join(place, 'noexec'), '-t', 'tmpfs', '-o', 'mode=755,noexec', 'none');
  mount(join(place, 'readonly'), '-t', 'tmpfs', '-o', 'mode=755', 'none');
  const trees = Array.from({ length: TREES }, (_, index) => {
    const kind = ['plain', 'plain', 'noexec', 'plain', 'readonly'][index % 5] ?? 'plain';
    const top = join(place, kind, `tree${index}`);
    mkdirSync(top);
    return plantTree(top, seeded(SEED + index), kind === 'plain');
  });
  run('mount', ['-o', 'remount,ro', join(place, 'readonly')]);
  const fixed = trees.flatMap(({ immutable }) => immutable);
  run('chattr', ['+i', ...fixed]);
  return trees.map(({ paths }) => paths);
}

function plantTree(top: string, random: Random, canFix: boolean): { paths: string[]; immutable: string[] } {
  const directories = [top];
  const paths: string[] = [];
  for (let n = 0; n < 60; n += 1) {
    // Deep enough, but not so that everything ends at the first closed door.
    const path = join(random.pick(directories.slice(0, 14)), `n${n}`);
    const kind = random.below(12);
    if (kind < 4) {
      mkdirSync(path);
      directories.push(path);
    } else if (kind < 9) writeFileSync(path, '#!/bin/true\n');
    else if (kind === 9) run('mkfifo', [path]);
    else {
      const other = random.pick([...paths, ...directories]);
      const sideways = `../${path.split('/').at(-2) ?? ''}/n${random.below(60)}`;
      const astray = `./../${other.slice(top.length - 20)}`;
      symlinkSync(random.pick([other, astray, sideways, `${other}/`, '.', '..']), path);
    }
    paths.push(path);
  }
  const immutable: string[] = [];
  const acls = Array.from({ length: 16 }, (_, n) => ({ passable: n % 2 === 0, paths: [] as string[] }));
  const inheriting: string[] = [];
  for (const path of paths) {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) continue;
    const passable = random.below(4) > 0 && stat.isDirectory();
    chownSync(path, random.pick(IDS), random.pick(IDS));
    const closed =
      random.below(3) === 0 ? random.pick([0o000, 0o666, 0o644, 0o640, 0o060, 0o606]) : random.below(0o1000);
    const mode = passable ? random.pick([0o755, 0o751, 0o775, 0o705, 0o711, 0o1777, 0o2775]) : closed;
    chmodSync(path, mode);
    if (random.below(2) === 0) random.pick(acls.filter((one) => one.passable === passable)).paths.push(path);
    if (stat.isDirectory() && random.below(4) === 0) inheriting.push(path);
    if (canFix && !stat.isFIFO() && random.below(6) === 0) {
      chmodSync(path, mode | 0o222);
      immutable.push(path);
    }
  }
  for (const { passable, paths: under } of acls) {
    if (under.length > 0) run('setfacl', ['-n', '-m', randomAcl(random, passable), ...under]);
  }
  if (inheriting.length > 0) run('setfacl', ['-d', '-n', '-m', 'u:33:rwx,m::r-x', ...inheriting]);
  const within = directories.slice(1);
  const ways = within.flatMap((path) => [
    `${path}/`,
    `${path}/..`,
    `${path}/.`,
    `${path}/../${path.split('/').at(-1) ?? ''}/.`,
  ]);
  const astray = paths
    .filter(() => random.below(5) === 0)
    .flatMap((path) => [`${path}/`, `${path}/..`, `${path}/none`]);
  return { paths: [...paths, ...paths, ...paths, ...ways, ...astray], immutable };
}

function randomAcl(random: Random, passable: boolean): string {
  const bits = (): string => random.pick(['---', 'r--', '-w-', '--x', 'r-x', 'rw-', '-wx', 'rwx']);
  const named = (): string =>
    random.below(3) > 0 ? `u:${random.pick([33, 65534, 1])}` : `g:${random.pick([33, 4000, 4001, 1])}`;
  const entries = new Set(Array.from({ length: 1 + random.below(3) }, named));
  const mask = `m::${passable ? random.pick(['rwx', 'r-x']) : random.pick(['rwx', 'rwx', 'r-x', '---', bits()])}`;
  return [
    ...[...entries].map((entry) => `${entry}:${passable ? random.pick(['r-x', 'rwx', '--x']) : bits()}`),
    mask,
  ].join(',');
}
