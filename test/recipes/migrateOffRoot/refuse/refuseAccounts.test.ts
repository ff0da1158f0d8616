import { expect, test } from 'vitest';
import { remedy } from '../../../../src/posix/findings/index.js';
import { refuseAccounts, refuseExpired } from '../../../../src/recipes/migrateOffRoot/refuse/refuseAccounts.js';

test('accepts no accounts', async () => {
  expect(await refuseAccounts([])).toBeOk();
});

test.runIf(process.geteuid?.() === 0)('accepts an account that has not expired', async () => {
  expect(await refuseAccounts(['root'])).toBeOk();
});

test('an account whose state cannot be read is refused, whatever comes after it', async () => {
  expect(await refuseAccounts(['wca-nobody-here', 'root'])).toBeErr({ code: 'CANNOT_OBSERVE' });
});

test('an expired account is refused with the day and the command that lifts it', () => {
  expect(refuseExpired('opencode', { expired: true, expiresOn: '2001-02-03' })).toBeErr({
    code: 'TARGET_UNUSABLE',
    subject: 'opencode',
    message: 'the account opencode expired on 2001-02-03, so sudo and cron refuse it',
    remedy: remedy.command('chage', '-E', '-1', 'opencode'),
  });
  expect(refuseExpired('opencode', { expired: true, expiresOn: null })._unsafeUnwrapErr().message).toContain(
    'on an unknown day',
  );
});

test('an account that expires later is not', () => {
  expect(refuseExpired('opencode', { expired: false, expiresOn: '2999-01-01' })).toBeOk();
});
