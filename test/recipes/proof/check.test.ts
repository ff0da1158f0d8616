import { expect, it } from 'vitest';
import { verdictsOf } from '../../../src/recipes/proof/check.js';

it('a check says what it is about, and what to do unless it passed', () => {
  const { passed, failed, unchecked } = verdictsOf('service', 1, 'kimaki.service');
  const way = { kind: 'text', text: 'start it' } as const;
  const common = { id: 'service', point: 1, subject: 'kimaki.service' };
  expect(passed('it runs')).toEqual({ ...common, ok: true, detail: 'it runs', remedy: null });
  expect(failed('it does not', way)).toEqual({ ...common, ok: false, detail: 'it does not', remedy: way });
  expect(unchecked('not asked')).toEqual({ ...common, ok: null, detail: 'not asked', remedy: null });
});
