// @module-tag root
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookupIdentity } from '../../../src/posix/accounts/index.js';
import { remedy } from '../../../src/posix/findings/index.js';
import { checkFlows } from '../../../src/recipes/proof/checkFlows.js';
import type { Subject } from '../../../src/recipes/proof/subject.js';
import { publicPlace } from '../../wordpress/support/fakes.js';
import type { PublicPlace } from '../../wordpress/support/fakes.js';

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

let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

/** Asks with a `wp` that answers by the first words that fit, and notes what it was asked. */
async function answered(
  options: Subject['options'],
  answers: Readonly<Record<string, string>>,
): Promise<{ readonly checks: Awaited<ReturnType<typeof checkFlows>>; readonly calls: string }> {
  const said = {
    'user list': `echo '[{"ID":3}]'`,
    'datamachine flows list': `echo '[{"id":4,"name":"Ping","pipeline_id":1,"schedule":null,"status":null,"next_run":null}]'`,
    'datamachine flows run 4 --no-drain': `echo 'Success: Flow 4 execution started.\nJob ID: 8'`,
    'datamachine drain --job-id=8': '',
    'datamachine jobs list': `
      row='"source":"pipeline","flow":"Ping","created":"now","completed":"-"'
      grep -q drain ${place.path}/calls || { echo '[{"id":7,"status":"failed",'"$row}]"; exit; }
      echo '[{"id":9,"status":"failed",'"$row},"'{"id":8,"status":"completed_no_items",'"$row}]"`,
    ...answers,
  };
  const cases = Object.entries(said).map(([words, text]) => `"${words}"*) ${text} ;;`);
  const calls = `${place.path}/calls`;
  writeFileSync(calls, '');
  chmodSync(calls, 0o666);
  const text = `#!/bin/sh\nshift 3\necho "$*" >>${calls}\ncase "$*" in\n${cases.join('\n')}\n*) echo "Error: $*" >&2; exit 1 ;;\nesac\n`;
  const binary = await place.script('wp', text);
  const service = (await lookupIdentity('www-data'))._unsafeUnwrap();
  const checks = await checkFlows({ site: { path: place.path }, service, options } as unknown as Subject, { binary });
  return { checks, calls: readFileSync(calls, 'utf8') };
}

test('the flow is queued and its own job carried out by the agent, and judged by the end of that job', async () => {
  const { checks, calls } = await answered({ flow: 'Ping' }, {});
  expect(checks[0]).toMatchObject({ ok: true, detail: '"Ping", run as www-data: job 8 completed_no_items' });
  expect(calls).toMatch(/jobs list .*--user=3\n(.*\n)*.*drain --job-id=8 --time-limit=120\n/);
});

test('a job that failed is run once more, and the answer tells of both', async () => {
  const again = {
    'datamachine flows run 4 --no-drain': `n=$(grep -c 'flows run' ${place.path}/calls); echo "Job ID: $((n + 7))"`,
    'datamachine jobs list': `
      row='"source":"pipeline","flow":"Ping","created":"now","completed":"-"'
      n=$(grep -c 'flows run' ${place.path}/calls)
      [ "$n" -gt 1 ] && second=',{"id":9,"status":"completed",'"$row}"
      [ "$n" -gt 0 ] && echo '[{"id":8,"status":"failed",'"$row}$second]" || echo '[]'`,
  };
  const { checks } = await answered({ flow: 'Ping' }, again);
  expect(checks[0]).toMatchObject({
    ok: true,
    detail: '"Ping", run as www-data: job 9 completed (before it job 8 failed)',
  });
  const never = {
    ...again,
    'datamachine jobs list': again['datamachine jobs list'].replace('"status":"completed"', '"status":"failed"'),
  };
  const refuted = (await answered({ flow: 'Ping' }, never)).checks[0];
  expect(refuted).toMatchObject({
    ok: false,
    detail: expect.stringContaining('job 9 failed (before it job 8 failed)') as string,
  });
  expect(JSON.stringify(refuted?.remedy)).toContain('"jobs","show","9"');
});

test('a drain that the installed Data Machine does not know leaves the job to the queue', async () => {
  const { checks } = await answered({ flow: 'Ping', wpUser: 'admin' }, { 'datamachine drain': 'exit 1' });
  expect(checks[0]).toMatchObject({ ok: true });
});

test.each([
  ['there is no administrator', {}, { 'user list': `echo '[]'` }],
  [
    'the user may not list jobs',
    { wpUser: 'guest' },
    {
      'datamachine jobs list':
        'echo "Error: An authenticated acting caller is required to list owned jobs." >&2; exit 1',
    },
  ],
])('where %s nothing is run, and the option that helps is named', async (_what, options, answers) => {
  const { checks, calls } = await answered({ flow: 'Ping', waitScheduled: 1, ...options }, answers);
  expect(checks).toEqual([
    expect.objectContaining({ id: 'flow-by-hand', ok: null, remedy: remedy.option('wpUser') }),
    expect.objectContaining({ id: 'flow-scheduled', ok: null, remedy: remedy.option('wpUser') }),
  ]);
  expect(calls).not.toContain('flows run');
});

test('an answer about jobs that cannot be read fails the check', async () => {
  const { checks } = await answered({ flow: 'Ping' }, { 'datamachine jobs list': 'true' });
  expect(checks[0]).toMatchObject({ ok: false, detail: expect.stringContaining('it printed nothing') as string });
});
