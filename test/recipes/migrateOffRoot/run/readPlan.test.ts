import { expect, test } from 'vitest';
import { digestPlan } from '../../../../src/recipes/engine/plan/digestPlan.js';
import { PLAN_FORMAT_VERSION } from '../../../../src/recipes/engine/plan/plan.js';
import type { Json } from '../../../../src/recipes/engine/plan/json.js';
import type { Plan } from '../../../../src/recipes/engine/plan/plan.js';
import { applyMigration } from '../../../../src/recipes/migrateOffRoot/run/applyMigration.js';
import { readPlan } from '../../../../src/recipes/migrateOffRoot/run/readPlan.js';
import { exampleFacts, togetherFacts } from '../exampleFacts.js';

function planOf(facts: Json, recipe = 'migrate-off-root'): Plan {
  const body: Omit<Plan, 'digest'> = {
    formatVersion: PLAN_FORMAT_VERSION,
    recipe,
    toolVersion: '0',
    createdAt: '2026-01-02T03:04:05Z',
    host: { machineId: 'm', hostname: 'h' },
    facts,
    notices: [],
    steps: [],
    changed: false,
  };
  return { ...body, digest: digestPlan(body) };
}

test('a plan has the options it was made with', () => {
  const facts = exampleFacts({ options: { user: 'agent', hold: 3, migrateExtra: ['bin'] } });
  expect(readPlan(planOf(facts))._unsafeUnwrap().options).toEqual({ user: 'agent', hold: 3, migrateExtra: ['bin'] });
});

test('a plan of another recipe is refused, naming both', () => {
  expect(readPlan(planOf({}, 'example'))._unsafeUnwrapErr()).toMatchObject({
    code: 'OTHER_RECIPE',
    planRecipe: 'example',
    recipe: 'migrate-off-root',
  });
});

test.each<readonly [string, Json, string]>([
  ['of another type', { options: { hold: '3' } }, 'plan.facts.options.hold'],
  ['of another name', { options: { user: 'a', usr: 'b' } }, 'plan.facts.options.usr'],
  ['of another choice', { options: { posture: 'all' } }, 'plan.facts.options.posture'],
  ['missing', {}, 'plan.facts.options'],
  ['in facts that are none', null, 'plan.facts.options'],
])('options %s are refused, naming the field, before anything is done', async (_, facts, where) => {
  expect((await applyMigration(planOf(facts)))._unsafeUnwrapErr()).toMatchObject({ code: 'PLAN_INVALID', where });
});

test('a plan of several has the facts of each, and the options of all', () => {
  const options = { units: ['kimaki.service', 'kimaki-b.service'] };
  const instances = togetherFacts();
  expect(readPlan(planOf({ options, instances }))._unsafeUnwrap()).toEqual({ options, instances });
  expect(readPlan(planOf(exampleFacts()))._unsafeUnwrap().instances).toEqual([exampleFacts()]);
});
