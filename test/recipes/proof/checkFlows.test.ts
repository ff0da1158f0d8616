import { expect, test } from 'vitest';
import { lookupIdentity } from '../../../src/posix/accounts/index.js';
import { remedy } from '../../../src/posix/findings/index.js';
import { checkFlows } from '../../../src/recipes/proof/checkFlows.js';
import type { Subject } from '../../../src/recipes/proof/subject.js';

/** A subject without a site that answers: a check that asks it fails, and one that does not is seen. */
const asked = (options: Subject['options']) =>
  checkFlows({ site: { path: '/srv/site' }, service: {}, options } as unknown as Subject);

test('nothing is run or waited for unless it is asked for, and the options that ask for it are named', async () => {
  expect(await asked({})).toEqual([
    expect.objectContaining({ id: 'flow-by-hand', point: 2, ok: null, remedy: remedy.option('flow') }),
    expect.objectContaining({
      id: 'flow-scheduled',
      point: 2,
      ok: null,
      remedy: remedy.inOrder(remedy.option('flow'), remedy.option('waitScheduled')),
    }),
  ]);
});

test('a time without a flow waits for no job', async () => {
  expect(await asked({ waitScheduled: 5 })).toEqual([
    expect.objectContaining({ id: 'flow-by-hand', ok: null }),
    expect.objectContaining({ id: 'flow-scheduled', ok: null }),
  ]);
});

test.each([
  [{ flow: 'Ping' }, [false, null]],
  [{ flow: 'Ping', waitScheduled: 5 }, [false, false]],
])(
  'a flow that was asked for and cannot be listed is a failed check, not one that was left out: %j',
  async (options, ok) => {
    const service = (await lookupIdentity('www-data'))._unsafeUnwrap();
    const site = { path: '/nonexistent/site' };
    const checks = await checkFlows({ site, service, options } as unknown as Subject);
    expect(checks.map((check) => check.ok)).toEqual(ok);
    expect(checks[0]?.detail).not.toBe('');
  },
);
