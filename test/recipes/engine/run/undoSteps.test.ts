import { expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

async function applied(steps: readonly RecipeStep[]): Promise<FakeHost> {
  const host = new FakeHost(tempDir());
  const { registry, stateDir } = host;
  (await applyPlan({ plan: await host.plan(steps), registry, stateDir }))._unsafeUnwrap();
  host.log.length = 0;
  return host;
}

function roll(host: FakeHost) {
  return rollbackRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir });
}

test('a failed undo stops none of the others', async () => {
  const host = await applied([put('a', '1'), put('b', '1'), put('c', '1')]);
  host.failing.add('undo:b');
  const report = (await roll(host))._unsafeUnwrap();
  expect(report.outcome).toBe('incomplete');
  expect(report.undoErrors.map(({ stepId, error }) => [stepId, error.code])).toEqual([['b', 'FAKE']]);
  expect(Object.keys(host.values)).toEqual(['b']);
});

test('a step is left alone while one that is undone before it is not undone, and its error names that one', async () => {
  const host = await applied([put('a', '1'), put('b', '1', { undoneBefore: ['a'] })]);
  host.failing.add('undo:b');
  const { undoErrors } = (await roll(host))._unsafeUnwrap();
  expect(undoErrors).toMatchObject([
    { stepId: 'b', error: { code: 'FAKE' } },
    { stepId: 'a', error: { code: 'UNDO_BLOCKED', needs: ['b'] } },
  ]);
  expect(host.log).not.toContain('undo a');
});

test('called again, it continues with what is left and tries nothing twice that is undone', async () => {
  const host = await applied([put('a', '1'), put('b', '1')]);
  host.failing.add('undo:a');
  (await roll(host))._unsafeUnwrap();
  host.failing.clear();
  host.log.length = 0;
  expect((await roll(host))._unsafeUnwrap()).toMatchObject({ outcome: 'rolled-back', undoErrors: [], remaining: [] });
  expect(host.log).toEqual(['undo a']);
  expect(host.values).toEqual({});
});
