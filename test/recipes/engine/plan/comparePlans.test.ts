import { expect, test } from 'vitest';
import { comparePlans } from '../../../../src/recipes/engine/plan/comparePlans.js';
import type { Json } from '../../../../src/recipes/engine/plan/json.js';
import type { Plan, PlannedStep } from '../../../../src/recipes/engine/plan/plan.js';
import { FakeHost, HOST, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

const FACTS = { unit: { path: '/etc/systemd/system/x.service', sha256: 'aa' }, uid: 1000 };

async function planned(facts = FACTS, values: Record<string, string> = {}): Promise<Plan> {
  return new FakeHost(tempDir(), values).plan([put('a', '1'), put('b', '2')], facts);
}

function mismatch(saved: Plan, fresh: Plan): unknown {
  return comparePlans(saved, fresh).match(
    () => 'same',
    (error) => error,
  );
}

test('the same host at another time is the same', async () => {
  const [saved, fresh] = [await planned(), await planned()];
  expect(mismatch(saved, { ...fresh, createdAt: '2027-01-01T00:00:00.000Z' })).toBe('same');
});

test('another machine, another recipe and another version are told apart from a changed one', async () => {
  const [saved, changed] = [await planned(), await planned({ ...FACTS, uid: 1001 })];
  const other = { ...changed, toolVersion: '2', recipe: 'other', host: { ...HOST, machineId: 'm2' } };
  expect(mismatch(saved, other)).toMatchObject({ code: 'OTHER_HOST' });
  expect(mismatch(saved, { ...other, host: HOST })).toMatchObject({ code: 'OTHER_RECIPE' });
  expect(mismatch(saved, { ...other, host: HOST, recipe: 'fake' })).toMatchObject({ code: 'OTHER_VERSION' });
  expect(mismatch(saved, changed)).toMatchObject({ code: 'STALE_PLAN' });
});

test('a stale plan names every fact and step that changed, with both values', async () => {
  const saved = await planned();
  const fresh = await planned({ ...FACTS, unit: { ...FACTS.unit, sha256: 'bb' } }, { b: '2' });
  expect(mismatch(saved, fresh)).toMatchObject({
    code: 'STALE_PLAN',
    differences: [
      { where: 'facts.unit.sha256', saved: '"aa"', fresh: '"bb"' },
      { where: "step 'b'.beforeDigest", fresh: 'null' },
      { where: "step 'b'.state", saved: '"needed"', fresh: '"satisfied"' },
    ],
    message: expect.stringContaining('facts.unit.sha256: was "aa", is "bb"') as string,
  });
});

test('a step too many, one too few and another order are named', async () => {
  const saved = await planned();
  const [a, b] = saved.steps;
  if (a === undefined || b === undefined) throw new Error('two steps');
  const onlyOne = (step: PlannedStep): Plan => ({ ...saved, steps: [step] });
  expect(mismatch(saved, onlyOne(a))).toMatchObject({ differences: [{ where: "step 'b'", fresh: null }] });
  expect(mismatch(onlyOne(b), saved)).toMatchObject({ differences: [{ where: "step 'a'", saved: null }] });
  const swapped = { ...saved, steps: [b, a] };
  expect(mismatch(saved, swapped)).toMatchObject({ differences: [{ where: 'order of steps' }] });
});

test('facts of any name are compared, and long ones shortened', async () => {
  const saved = await planned();
  const facts = (value: string): Plan => ({
    ...saved,
    facts: JSON.parse(`{"__proto__":"${value}","constructor":1}`) as Json,
  });
  expect(mismatch(facts('x'), facts('x'))).toBe('same');
  expect(mismatch(facts('x'), facts('y'.repeat(500)))).toMatchObject({
    differences: [{ where: 'facts.__proto__', fresh: expect.stringMatching(/^"y{119}\.\.\.$/) as string }],
  });
});

test('of two long values that begin alike the excerpts show where they part', async () => {
  const long = (end: string): Json => ({ words: `${'same '.repeat(100)}${end} ${'rest '.repeat(100)}` });
  const plan = await planned();
  const found = mismatch({ ...plan, facts: long('here') }, { ...plan, facts: long('there') });
  expect(found).toMatchObject({
    differences: [
      {
        where: 'facts.words',
        saved: expect.stringMatching(/^\.\.\.[^.]*same here rest [^.]*\.\.\.$/) as unknown,
        fresh: expect.stringMatching(/^\.\.\.[^.]*same there rest [^.]*\.\.\.$/) as unknown,
      },
    ],
  });
});
