import { expect, test } from 'vitest';
import { refuseAccounts } from '../../../../src/recipes/migrateOffRoot/refuse/refuseAccounts.js';

test('accepts no accounts', async () => {
  expect(await refuseAccounts([])).toBeOk();
});

test.runIf(process.geteuid?.() === 0)('accepts an account that has not expired', async () => {
  expect(await refuseAccounts(['root'])).toBeOk();
});
