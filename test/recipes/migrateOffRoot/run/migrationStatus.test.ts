import { expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { RECIPE } from '../../../../src/recipes/migrateOffRoot/index.js';
import { migrationStatus } from '../../../../src/recipes/migrateOffRoot/run/migrationStatus.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

test('tells of migrations in the directory it is given, and of no other recipe', async () => {
  const host = new FakeHost(tempDir());
  const { registry, stateDir } = host;
  for (const [recipe, state] of [
    ['other', 'none'],
    [RECIPE, 'applied'],
  ] as const) {
    const plan = await host.plan([put(recipe, '1')], {}, recipe);
    expect(await applyPlan({ plan, registry, stateDir })).toBeOk();
    expect((await migrationStatus({ stateDir }))._unsafeUnwrap().state).toBe(state);
  }
});
