// @module-tag root
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { moveTreeStep } from '../../../../src/recipes/steps/files/moveTreeStep.js';
import type { MoveTreeArgs } from '../../../../src/recipes/steps/files/moveTreeStep.js';
import { snapshotTree, testStepKind } from '../../stepHarness.js';
import { tempDir } from '../../tempDir.js';

function argsFor(dir: string, more: Partial<MoveTreeArgs> = {}): MoveTreeArgs {
  return { from: join(dir, 'old/.kimaki'), to: join(dir, 'new/.kimaki'), why: 'for the test', ...more };
}

/** State in the old home, an empty new one. */
function homes(dir: string): MoveTreeArgs {
  mkdirSync(join(dir, 'old/.kimaki/deep'), { recursive: true });
  mkdirSync(join(dir, 'new'));
  writeFileSync(join(dir, 'old/.kimaki/deep/kimaki.db'), 'rows', { mode: 0o600 });
  symlinkSync('deep/kimaki.db', join(dir, 'old/.kimaki/link'));
  return argsFor(dir);
}

function contextOf(dir: string, force = false): StepContext {
  return {
    runDir: dir,
    recordPath: (name) => join(dir, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force,
  };
}

testStepKind('a directory', moveTreeStep, (dir) => {
  const args = homes(dir);
  return {
    args,
    snapshot: () => snapshotTree(dir),
    disturb: () => mkdirSync(args.to),
  };
});

testStepKind('a file that goes away before it is moved', moveTreeStep, (dir) => {
  const args = { from: join(dir, 'a'), to: join(dir, 'b'), why: 'for the test' };
  writeFileSync(args.from, 'a');
  return {
    args,
    snapshot: () => snapshotTree(dir),
    disturb: () => rmSync(args.from),
  };
});

describe('posix.moveTree', () => {
  test('undo takes back all that was written since', async () => {
    const dir = tempDir();
    const args = homes(dir);
    expect(await moveTreeStep.apply(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
    writeFileSync(join(args.to, 'written-since'), 'new rows');
    expect(await moveTreeStep.undo(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
    expect(readFileSync(join(args.from, 'written-since'), 'utf8')).toBe('new rows');
    expect(existsSync(args.to)).toBe(false);
  });

  test('with something in the old place again it is not undone, and nothing is lost', async () => {
    const dir = tempDir();
    const args = homes(dir);
    expect(await moveTreeStep.apply(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
    mkdirSync(args.from);
    const before = snapshotTree(dir);
    const may = await moveTreeStep.undoable(args, { moved: false, within: null }, contextOf(dir));
    expect(may.isErr() && may.error.code).toBe('BOTH_EXIST');
    const back = await moveTreeStep.undo(args, { moved: false, within: null }, contextOf(dir));
    expect(back).toBeErr({ code: 'BOTH_EXIST' });
    expect(snapshotTree(dir)).toBe(before);
  });

  test('what was made anew at the old place is set aside when forced, kept whole and told', async () => {
    const dir = tempDir();
    const args = homes(dir);
    for (const round of ['first', 'second']) {
      expect(await moveTreeStep.apply(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
      mkdirSync(args.from);
      writeFileSync(join(args.from, 'made-since'), round);
      expect(await moveTreeStep.undoable(args, { moved: false, within: null }, contextOf(dir, true))).toBeOk();
      const back = (
        await moveTreeStep.undo(args, { moved: false, within: null }, contextOf(dir, true))
      )._unsafeUnwrap();
      expect(readFileSync(join(args.from, 'link'), 'utf8')).toBe('rows');
      expect(existsSync(args.to)).toBe(false);
      const aside = `${args.from}.made-since${round === 'first' ? '' : '-2'}`;
      expect(readFileSync(join(aside, 'made-since'), 'utf8')).toBe(round);
      expect(back.notes.join()).toContain(aside);
    }
  });

  test('what is on its way back and does not fit is refused, forced or not', async () => {
    const dir = tempDir();
    const args = homes(dir);
    expect(await moveTreeStep.apply(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
    rmSync(join(dir, 'old'), { recursive: true });
    mkdirSync(join(dir, 'old'));
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', join(dir, 'old')]).status).toBe(0);
    onTestFinished(() => void spawnSync('umount', ['--lazy', join(dir, 'old')]));
    for (const force of [false, true]) {
      const may = await moveTreeStep.undoable(args, { moved: false, within: null }, contextOf(dir, force));
      expect(may.isErr() && may.error.code).toBe('NO_SPACE');
    }
  });

  test('of what was only set aside, its loss is no obstacle to the way back, and is told', async () => {
    const dir = tempDir();
    const args = { ...homes(dir), placeIsTaken: true };
    expect(await moveTreeStep.apply(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
    rmSync(args.to, { recursive: true });
    expect(await moveTreeStep.undoable(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
    const back = (await moveTreeStep.undo(args, { moved: false, within: null }, contextOf(dir)))._unsafeUnwrap();
    expect(back.notes.join()).toContain(args.to);
    expect(await moveTreeStep.undo(argsFor(dir), { moved: false, within: null }, contextOf(dir))).toBeErr();
  });

  test('where a later step fills the old place it may be undone, but only once that is gone', async () => {
    const dir = tempDir();
    const args = { ...homes(dir), placeIsTaken: true };
    expect(await moveTreeStep.apply(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
    mkdirSync(args.from);
    expect(await moveTreeStep.undoable(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
    expect(await moveTreeStep.undo(args, { moved: false, within: null }, contextOf(dir))).toBeErr();
    rmSync(args.from, { recursive: true });
    expect(await moveTreeStep.undo(args, { moved: false, within: null }, contextOf(dir))).toBeOk();
  });

  test('what is at neither place is an error, never “done”', async () => {
    const dir = tempDir();
    for (const answer of [
      await moveTreeStep.check(argsFor(dir)),
      await moveTreeStep.verify(argsFor(dir), contextOf(dir)),
    ]) {
      expect(answer).toBeErr({ code: 'SOURCE_MISSING' });
    }
  });

  test('a dangling link at the target counts as something', async () => {
    const dir = tempDir();
    const args = homes(dir);
    symlinkSync('nowhere', args.to);
    const check = await moveTreeStep.check(args);
    expect(check).toBeErr({ code: 'BOTH_EXIST' });
  });
});
