import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { digestPlan } from '../../../../src/recipes/engine/plan/digestPlan.js';
import { parsePlan } from '../../../../src/recipes/engine/plan/parsePlan.js';
import type { Plan } from '../../../../src/recipes/engine/plan/plan.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

const { registry } = new FakeHost('/nowhere');

function code(text: string): string {
  return parsePlan(text, registry).match(
    () => 'parsed',
    (error) => ('where' in error ? `${error.code} ${error.where}` : error.code),
  );
}

async function planned(): Promise<Plan> {
  const host = new FakeHost(tempDir(), { b: '2' });
  return host.plan([put('a', '1'), put('b', '2'), put('c', '3', { after: 'a', ends: ['a'], undoneBefore: ['a'] })], {
    unit: 'x',
  });
}

test('what was saved is read back', async () => {
  const plan = await planned();
  const read = parsePlan(JSON.stringify(plan, null, 2), registry);
  expect(read).toBeOk(plan);
});

test('a plan of format 2 is read', () => {
  const text = readFileSync(new URL('../../golden/plan-2.json', import.meta.url), 'utf8');
  expect(code(text)).toBe('parsed');
});

test('an edit anywhere that matters is noticed', async () => {
  const text = JSON.stringify(await planned());
  for (const [from, to] of [
    ['"unit":"x"', '"unit":"y"'],
    ['"value":"1"', '"value":"0"'],
    ['"a must be 1"', '"harmless"'],
    ['"satisfied"', '"later"'],
    ['"machine-1"', '"machine-2"'],
  ] as const) {
    expect(text).toContain(from);
    expect(code(text.replace(from, to)), from).toBe('PLAN_DIGEST_MISMATCH');
  }
});

describe('a text that is no plan is refused', () => {
  const cases: readonly (readonly [string, (plan: Record<string, unknown>) => unknown, string])[] = [
    ['of a later format', (plan) => ({ ...plan, formatVersion: 3 }), 'PLAN_FORMAT_UNKNOWN'],
    ['of an earlier format', (plan) => ({ ...plan, formatVersion: 1 }), 'PLAN_FORMAT_UNKNOWN'],
    ['with a field too many', (plan) => ({ ...plan, extra: 1 }), 'PLAN_INVALID plan.extra'],
    ['without its digest', (plan) => ({ ...plan, digest: undefined }), 'PLAN_INVALID plan.digest'],
    [
      'with a host of another shape',
      (plan) => ({ ...plan, host: { machineId: 1 } }),
      'PLAN_INVALID plan.host.machineId',
    ],
    ['with notices of another shape', (plan) => ({ ...plan, notices: ['x'] }), 'PLAN_INVALID plan.notices[0]'],
    ['that says it changes nothing', (plan) => ({ ...plan, changed: false }), 'PLAN_INVALID plan.changed'],
    ['with a step that is none', (plan) => ({ ...plan, steps: [7] }), 'PLAN_INVALID plan.steps[0]'],
  ];
  test.each(cases)('%s', async (_, change, expected) => {
    const plan = JSON.parse(JSON.stringify(await planned())) as Record<string, unknown>;
    expect(code(JSON.stringify(change(plan)))).toBe(expected);
  });

  test('that is not JSON, or not an object', () => {
    for (const text of ['', '{', 'null', '[]', '"plan"', '\u0000']) expect(code(text)).toBe('PLAN_NOT_JSON');
  });

  test('with a step of an unknown kind, though its digest is right', async () => {
    const plan = await planned();
    const body = { ...plan, steps: plan.steps.map((step) => ({ ...step, kind: 'evil.run' })) };
    expect(code(JSON.stringify({ ...body, digest: digestPlan(body) }))).toBe('UNKNOWN_STEP_KIND');
  });

  test('with a step field of the wrong shape or name', async () => {
    const text = JSON.stringify(await planned());
    expect(code(text.replace('"phase":"before"', '"phase":"never"'))).toBe('PLAN_INVALID plan.steps[0].phase');
    expect(code(text.replace('"phase":"before"', '"phase":"before","__proto__":1'))).toBe(
      'PLAN_INVALID plan.steps[0].__proto__',
    );
  });
});
