import { expect, it } from 'vitest';
import { judgeDatabases } from '../../../src/recipes/proof/checkDatabases.js';
import type { CheckedDatabase } from '../../../src/recipes/proof/checkDatabases.js';

const ROOTS = ['/home/opencode/.kimaki'];
const database = (path: string, state: CheckedDatabase['state']): CheckedDatabase => ({ path, state, detail: path });
const OWN = '/home/opencode/.kimaki/kimaki.db';
const BELOW = '/home/opencode/.kimaki/projects/x/test.db';

it('intact databases pass', () => {
  expect(judgeDatabases(ROOTS, [database(OWN, 'intact'), database(BELOW, 'intact')], true).ok).toBe(true);
});

it('a damaged database fails where it is of the service itself, and is not checked further below', () => {
  expect(judgeDatabases(ROOTS, [database(OWN, 'damaged')], true)).toMatchObject({ ok: false, detail: OWN });
  const check = judgeDatabases(ROOTS, [database(OWN, 'intact'), database(BELOW, 'damaged')], true);
  expect(check.ok).toBeNull();
  expect(check.detail).toContain('not a database of the service itself');
});

it('no database, and a search that is not complete, are not checked', () => {
  expect(judgeDatabases(ROOTS, [], true).ok).toBeNull();
  expect(judgeDatabases(ROOTS, [database(OWN, 'intact')], false).ok).toBeNull();
});
