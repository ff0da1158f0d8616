import { describe, expect, test } from 'vitest';
import { digestPlan } from '../../../../src/recipes/engine/plan/digestPlan.js';
import { makePlan } from '../../../../src/recipes/engine/plan/makePlan.js';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import { FakeHost, HOST, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

test('shows each step with its words, and of a needed one the digest of what is there, never the bytes', async () => {
  const host = new FakeHost(tempDir(), { a: 'canary', b: '2' });
  const plan = await host.plan([put('a', '1'), put('b', '2'), put('c', '3', { after: 'a' })], { unit: 'x.service' });
  expect(plan).toMatchObject({
    formatVersion: 2,
    recipe: 'fake',
    facts: { unit: 'x.service' },
    changed: true,
    steps: [
      { id: 'a', state: 'needed', title: 'put a', why: 'a must be 1' },
      { id: 'b', state: 'satisfied' },
      { id: 'c', state: 'later' },
    ],
  });
  expect(plan.steps[0]?.beforeDigest).toMatch(/^[0-9a-f]{64}$/);
  expect(plan.steps[1]).not.toHaveProperty('beforeDigest');
  expect(plan.steps[2]).not.toHaveProperty('beforeDigest');
  expect(JSON.stringify(plan)).not.toContain('canary');
});

test('does not wait for a step that is satisfied', async () => {
  const host = new FakeHost(tempDir(), { a: '1' });
  const plan = await host.plan([put('a', '1'), put('b', '2', { after: 'a' }), put('c', '3', { after: 'b' })]);
  expect(plan.steps.map(({ state }) => state)).toEqual(['satisfied', 'needed', 'later']);
});

test('acts on nothing', async () => {
  const host = new FakeHost(tempDir());
  await host.plan([put('a', '1')]);
  expect(host.log).toEqual([]);
  expect(host.values).toEqual({});
});

describe('the digest', () => {
  test('is the same for the same host at another time, under another name', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan([put('a', '1')]);
    const later = { ...plan, createdAt: 'later', host: { ...HOST, hostname: 'renamed' }, notices: [] };
    expect(digestPlan(later)).toBe(plan.digest);
  });

  test('changes with facts, steps, machine, version and what a step found', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan([put('a', '1')]);
    const digests = [
      plan.digest,
      (await host.plan([put('a', '1')], { new: true })).digest,
      (await host.plan([put('a', '2')])).digest,
      digestPlan({ ...plan, host: { ...HOST, machineId: 'm2' } }),
      digestPlan({ ...plan, toolVersion: '2' }),
    ];
    host.values.a = 'other';
    digests.push((await host.plan([put('a', '1')])).digest);
    expect(new Set(digests).size).toBe(digests.length);
  });

  test('does not change with what a live host changes by itself', async () => {
    const host = new FakeHost(tempDir());
    const steps = [put('a', '1', { kind: 'fake.volatile' }), put('b', '2', { after: 'a' })];
    const digests = new Set<string>();
    for (const value of ['191 entries', '192 entries', '1']) {
      host.values.a = value;
      digests.add((await host.plan(steps)).digest);
    }
    expect(digests.size).toBe(1);
  });
});

describe('what is no recipe is refused', () => {
  const code = async (steps: readonly RecipeStep[]): Promise<string> => {
    const host = new FakeHost(tempDir());
    host.failing.add('check:broken');
    const request = { recipe: 'r', facts: null, notices: [], host: HOST, toolVersion: '1', now: new Date() };
    return makePlan({ ...request, steps, registry: host.registry }).match(
      () => 'not refused',
      (error) => `${error.code} ${'stepId' in error ? error.stepId : error.field}`,
    );
  };

  test.each([
    ['an id twice', [put('a', '1'), put('a', '2')], 'INVALID_RECIPE a'],
    ['an id that means something in a path', [put('a', '1', { id: '../a' })], 'INVALID_RECIPE ../a'],
    ['a step after a later one', [put('a', '1', { after: 'b' }), put('b', '2')], 'INVALID_RECIPE a'],
    ['a step after itself', [put('a', '1', { after: 'a' })], 'INVALID_RECIPE a'],
    ['a step that ends a later one', [put('a', '1', { ends: ['b'] }), put('b', '2')], 'INVALID_RECIPE a'],
    ['a step undone before an unknown one', [put('a', '1', { undoneBefore: ['x'] })], 'INVALID_RECIPE a'],
    ['an unknown kind', [put('a', '1', { kind: 'constructor' })], 'UNKNOWN_STEP_KIND a'],
    ['a check that fails', [put('broken', '1')], 'STEP_CHECK_FAILED broken'],
  ])('%s', async (_, steps, expected) => {
    expect(await code(steps)).toBe(expected);
  });
});
