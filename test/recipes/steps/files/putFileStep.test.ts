// @module-tag slow
import { existsSync, linkSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { createRegistry } from '../../../../src/recipes/engine/plan/registry.js';
import { defineStep } from '../../../../src/recipes/engine/plan/defineStep.js';
import { step } from '../../../../src/recipes/engine/plan/step.js';
import { makePlan } from '../../../../src/recipes/engine/plan/makePlan.js';
import { putFileDefinition } from '../../../../src/recipes/steps/files/putFileStep.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import type { PutFileArgs } from '../../../../src/recipes/steps/files/putFileStep.js';
import { snapshotTree, testStepKind } from '../../stepHarness.js';
import { tempDir } from '../../tempDir.js';

const ME = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const kind = defineStep(
  putFileDefinition({
    clean: (temp) =>
      ResultAsync.fromSafePromise(readFile(temp, 'utf8')).andThen((text) =>
        text.includes('syntax error') ? err({ code: 'DIRTY', message: temp }) : ok(undefined),
      ),
  }),
);

function argsFor(path: string, more: Partial<PutFileArgs> = {}): PutFileArgs {
  return { path, content: 'new\n', mode: 0o644, ...ME, ...more };
}

testStepKind('a file that is not there', kind, (dir) => {
  const path = join(dir, 'file');
  return {
    args: argsFor(path, { mode: 0o440, validate: 'clean' }),
    snapshot: () => snapshotTree(dir),
    disturb: () => writeFileSync(path, 'made by someone\n'),
  };
});

testStepKind('a file with other content and mode', kind, (dir) => {
  const path = join(dir, 'file');
  writeFileSync(path, Buffer.from([0xff, 0x00, 0x0a]), { mode: 0o600 });
  utimesSync(path, 1_600_000_000, 1_600_000_000.123456);
  return {
    args: argsFor(path),
    snapshot: () => snapshotTree(dir),
    disturb: () => writeFileSync(path, 'edited\n'),
  };
});

describe('posix.putFile', () => {
  test('heals a mode alone', async () => {
    const path = join(tempDir(), 'file');
    writeFileSync(path, 'new\n', { mode: 0o600 });
    const args = argsFor(path, { createOnly: true });
    const check = await kind.check(args);
    expect(check).toBeOk(expect.objectContaining({ state: 'needed' }));
  });

  test('with createOnly refuses a file of someone else', async () => {
    const path = join(tempDir(), 'file');
    writeFileSync(path, 'theirs\n');
    const check = await kind.check(argsFor(path, { createOnly: true }));
    expect(check).toBeErr({ code: 'FILE_IN_THE_WAY' });
  });

  test('refuses what is no regular file, and does not follow a link', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'decoy'), 'decoy\n');
    symlinkSync(join(dir, 'decoy'), join(dir, 'link'));
    for (const name of ['link', '.']) {
      const check = await kind.check(argsFor(join(dir, name)));
      expect(check).toBeErr({ code: 'NOT_A_REGULAR_FILE' });
    }
  });

  test('writes nothing that its validator does not accept', async () => {
    const dir = tempDir();
    const path = join(dir, 'file');
    const { report } = await run(argsFor(path, { content: 'syntax error', validate: 'clean' }), tempDir());
    expect(report).toMatchObject({ failed: true, rolledBack: true, error: { error: { code: 'DIRTY' } } });
    expect(snapshotTree(dir).split('\n')).toHaveLength(1);
  });

  test('refuses a validator nobody gave', async () => {
    const check = await kind.check(argsFor(join(tempDir(), 'file'), { validate: 'toString' }));
    expect(check).toBeErr({ code: 'UNKNOWN_VALIDATOR' });
  });

  test('does not give away another name of the file', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'decoy'), 'decoy\n', { mode: 0o600 });
    linkSync(join(dir, 'decoy'), join(dir, 'file'));
    const { back } = await run(argsFor(join(dir, 'file')), tempDir());
    expect(readFileSync(join(dir, 'decoy'), 'utf8')).toBe('decoy\n');
    expect(statSync(join(dir, 'decoy')).mode & 0o777).toBe(0o600);
    await back(false);
    expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('decoy\n');
  });

  test.each([
    ['that replaced another', 'old\n'],
    ['that was not there', null],
  ])('a file %s is not taken back once it was edited, unless forced: then the edit is kept', async (_, old) => {
    const path = join(tempDir(), 'file');
    if (old !== null) writeFileSync(path, old);
    const { back } = await run(argsFor(path), tempDir());
    writeFileSync(path, 'edited by an upgrade\n');

    expect(await back(false)).toMatchObject({
      code: 'ROLLBACK_REFUSED',
      refusals: [{ stepId: 'step', error: { code: 'FILE_CHANGED_SINCE', path } }],
    });
    expect(readFileSync(path, 'utf8')).toBe('edited by an upgrade\n');

    const forced = await back(true);
    expect(existsSync(path) ? readFileSync(path, 'utf8') : null).toBe(old);
    const note = 'steps' in forced ? (forced.steps[0]?.notes?.[0] ?? '') : '';
    const kept = / kept in (\S+)$/.exec(note)?.[1] ?? '';
    expect(readFileSync(kept, 'utf8')).toBe('edited by an upgrade\n');
    expect(statSync(kept).mode & 0o777).toBe(0o600);
  });

  test('a file that was removed since comes back as it was before, with a note', async () => {
    const dir = tempDir();
    const path = join(dir, 'file');
    writeFileSync(path, 'old\n');
    const before = snapshotTree(dir);
    const { back } = await run(argsFor(path), tempDir());
    rmSync(path);
    const report = await back(false);
    expect(snapshotTree(dir)).toBe(before);
    expect('steps' in report && report.steps[0]?.notes?.[0]).toContain('had been removed');
  });
});

async function run(args: PutFileArgs, stateDir: string) {
  const registry = createRegistry([kind]);
  const plan = await makePlan({
    recipe: 'fake',
    facts: null,
    notices: [],
    steps: [step(kind, { id: 'step', args, phase: 'before' })],
    registry,
    host: { machineId: 'm', hostname: 'h' },
    toolVersion: '0',
    now: new Date(),
  });
  if (plan.isErr()) throw new Error(plan.error.message);
  const report = await applyPlan({ plan: plan.value, registry, stateDir });
  if (report.isErr()) throw new Error(report.error.message);
  const back = (force: boolean) =>
    rollbackRun({ recipe: 'fake', registry, stateDir, force }).match(
      (done) => done,
      (error) => error,
    );
  return { report: report.value, back };
}
