// @module-tag root
import { chownSync, lchownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/recipes/engine/plan/json.js';
import type { StepContext, StepKind } from '../../../src/recipes/engine/plan/step.js';
import { makeDirectoryStep } from '../../../src/recipes/steps/files/makeDirectoryStep.js';
import { moveTreeStep } from '../../../src/recipes/steps/files/moveTreeStep.js';
import { putFileStep } from '../../../src/recipes/steps/files/putFileStep.js';
import { snapshotTree } from '../stepHarness.js';
import { tempDir } from '../tempDir.js';

const WWW = 33;

/** A step that acts on `theirs/…`, a directory of another account. */
interface Case {
  readonly kind: StepKind;
  readonly args: (dir: string) => Json;
}

const to = { uid: 0, gid: 0 };
const CASES: Readonly<Record<string, Case>> = {
  putFile: {
    kind: putFileStep,
    args: (dir) => ({ path: join(dir, 'theirs/file'), content: 'ours\n', mode: 0o644, ...to }),
  },
  makeDirectory: {
    kind: makeDirectoryStep,
    args: (dir) => ({ path: join(dir, 'theirs/made'), mode: 0o755, ...to }),
  },
  moveTree: {
    kind: moveTreeStep,
    args: (dir) => ({ from: join(dir, 'state'), to: join(dir, 'theirs/state'), why: 'a test' }),
  },
};

function situation(): { readonly dir: string; readonly ctx: StepContext } {
  const [dir, records] = [tempDir(), tempDir()];
  for (const name of ['theirs', 'other', 'target']) mkdirSync(join(dir, name));
  for (const name of ['theirs', 'other']) chownSync(join(dir, name), WWW, WWW);
  mkdirSync(join(dir, 'state'));
  writeFileSync(join(dir, 'state/db'), 'rows');
  const ctx: StepContext = {
    runDir: records,
    recordPath: (name) => join(records, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  return { dir, ctx };
}

/** The directory becomes a link of its owner to a directory of root. */
function linkAway(dir: string): void {
  renameSync(join(dir, 'theirs'), join(dir, 'was-theirs'));
  symlinkSync(join(dir, 'target'), join(dir, 'theirs'));
  lchownSync(join(dir, 'theirs'), WWW, WWW);
}

describe.each(Object.entries(CASES))('%s in a directory of another account', (_name, { kind, args }) => {
  test('is refused at the plan when a link of that account leads there, with the link', async () => {
    const { dir } = situation();
    linkAway(dir);
    expect(await kind.check(args(dir))).toBeErr({ code: 'UNSAFE_LINK', link: join(dir, 'theirs') });
  });

  test('is refused when the directory became a link after the plan, and writes nothing behind it', async () => {
    const { dir, ctx } = situation();
    const found = (await kind.check(args(dir)))._unsafeUnwrap();
    if (found.state !== 'needed') throw new Error('nothing to do');
    linkAway(dir);
    const before = snapshotTree(dir);
    expect(await kind.apply(args(dir), found.before, ctx)).toBeErr({ code: 'UNSAFE_LINK' });
    expect(snapshotTree(dir)).toBe(before);
  });

  test('is refused when another directory took the place of the one that the plan saw', async () => {
    const { dir, ctx } = situation();
    const found = (await kind.check(args(dir)))._unsafeUnwrap();
    if (found.state !== 'needed') throw new Error('nothing to do');
    renameSync(join(dir, 'theirs'), join(dir, 'was-theirs'));
    renameSync(join(dir, 'other'), join(dir, 'theirs'));
    const before = snapshotTree(dir);
    expect(await kind.apply(args(dir), found.before, ctx)).toBeErr({ code: 'CHANGED_MEANWHILE' });
    expect(snapshotTree(dir)).toBe(before);
  });

  test('is undone after a reboot, which deals device numbers anew', async () => {
    const { dir, ctx } = situation();
    const before = snapshotTree(dir);
    const found = (await kind.check(args(dir)))._unsafeUnwrap();
    if (found.state !== 'needed') throw new Error('nothing to do');
    expect(JSON.stringify(found.before)).not.toContain('dev');
    expect(await kind.apply(args(dir), found.before, ctx)).toBeOk();
    expect(await kind.undo(args(dir), found.before, ctx)).toBeOk();
    expect(snapshotTree(dir)).toBe(before);
  });
});
