import { describe, expect, test } from 'vitest';
import { digestPlan, planEssence } from '../../../../src/recipes/engine/plan/digestPlan.js';
import type { Plan, PlannedStep } from '../../../../src/recipes/engine/plan/plan.js';
import { FakeHost, put } from '../../fakeHost.js';

const VOLATILE = [put('a', '1'), put('v', '1', { kind: 'fake.volatile' }), put('w', '1', { after: 'v' })];

async function planned(): Promise<Plan> {
  return new FakeHost('/nowhere').plan(VOLATILE, { user: 'opencode' });
}
const withStep = (plan: Plan, index: number, change: Partial<PlannedStep>): Plan => ({
  ...plan,
  steps: plan.steps.map((step, at) => (at === index ? { ...step, ...change } : step)),
});

describe('digestPlan', () => {
  test('is the digest that the plan carries', async () => {
    const plan = await planned();
    expect(digestPlan(plan)).toBe(plan.digest);
  });

  test.each<[string, (plan: Plan) => Plan]>([
    ['the recipe', (plan) => ({ ...plan, recipe: 'other' })],
    ['the version of the tool', (plan) => ({ ...plan, toolVersion: '9.9.9' })],
    ['the machine', (plan) => ({ ...plan, host: { ...plan.host, machineId: 'other' } })],
    ['the facts', (plan) => ({ ...plan, facts: { user: 'root' } })],
    ['the order of steps', (plan) => ({ ...plan, steps: [...plan.steps].reverse() })],
    ['the arguments of a step', (plan) => withStep(plan, 0, { args: { key: 'a', value: '2' } })],
    ['the words of a step', (plan) => withStep(plan, 0, { title: 'something else' })],
    ['the diff of a step', (plan) => withStep(plan, 0, { diff: '+x' })],
    ['the phase of a step', (plan) => withStep(plan, 0, { phase: 'window' })],
    ['what a step ends', (plan) => withStep(plan, 2, { ends: ['a'] })],
    ['what a step is undone before', (plan) => withStep(plan, 2, { undoneBefore: ['a'] })],
    ['the state of a step', (plan) => withStep(plan, 0, { state: 'satisfied' })],
    ['what was found for a step', (plan) => withStep(plan, 0, { beforeDigest: '0'.repeat(64) })],
  ])('changes with %s', async (_, change) => {
    const plan = await planned();
    expect(digestPlan(change(plan))).not.toBe(digestPlan(plan));
  });

  test.each<[string, (plan: Plan) => Plan]>([
    ['the time', (plan) => ({ ...plan, createdAt: '2000-01-01T00:00:00Z' })],
    ['the name of the host', (plan) => ({ ...plan, host: { ...plan.host, hostname: 'other' } })],
    ['notices', (plan) => ({ ...plan, notices: [{ kind: 'size', text: '1 MiB', remedy: null }] })],
    ['the note of a step', (plan) => withStep(plan, 0, { note: '191 entries' })],
    ['the state of a volatile step', (plan) => withStep(plan, 1, { state: 'satisfied' })],
    ['the state of a step that waits for a volatile one', (plan) => withStep(plan, 2, { state: 'satisfied' })],
  ])('does not change with %s', async (_, change) => {
    const plan = await planned();
    expect(digestPlan(change(plan))).toBe(digestPlan(plan));
  });
});

describe('planEssence', () => {
  test('takes the state of what a live host changes out, over several steps too', async () => {
    const plan = await new FakeHost('/nowhere').plan([...VOLATILE, put('x', '1', { after: 'w' })]);
    expect(planEssence(plan).steps.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'needed'],
      ['v', null],
      ['w', null],
      ['x', null],
    ]);
  });
});
