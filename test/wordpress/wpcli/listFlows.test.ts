// @module-tag root
import { afterEach, beforeEach, expect, test } from 'vitest';
import { drainJob, listFlows, runFlow } from '../../../src/wordpress/wpcli/listFlows.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

/** A `wp` that prints this, and nothing else. */
async function list(stdout: string, code = 0, stderr = ''): Promise<Awaited<ReturnType<typeof listFlows>>> {
  const text = `#!/bin/sh\ncat <<'OUT'\n${stdout}\nOUT\necho '${stderr}' >&2\nexit ${code}\n`;
  const binary = await place.script('wp', text);
  return listFlows({ path: place.path }, await wwwData(), { binary });
}

const SHARED = { name: 'EC Agent Progress Ping', schedule: 'hourly', status: 'Never' };
const ROW = { ...SHARED, id: '4', pipeline_id: 2, next_run: null };
const FLOW = { ...SHARED, id: 4, pipelineId: 2, nextRun: null };

test('flows are read, with ids as numbers whichever way they came', async () => {
  expect((await list(JSON.stringify([ROW, { ...ROW, id: 5, prompt: 'ignored' }])))._unsafeUnwrap()).toEqual([
    FLOW,
    { ...FLOW, id: 5 },
  ]);
});

test('notices of PHP before the list do not matter', async () => {
  expect((await list(`Deprecated: [x] is old\n\n${JSON.stringify([ROW])}`))._unsafeUnwrap()).toEqual([FLOW]);
});

test('no flows at all is an empty list, printed or not', async () => {
  expect((await list('[]'))._unsafeUnwrap()).toEqual([]);
  expect((await list('', 0, 'Warning: No flows found matching your criteria.'))._unsafeUnwrap()).toEqual([]);
});

test('an answer that says nothing is no empty list', async () => {
  expect(await list('')).toBeErr({ code: 'WP_OUTPUT', field: '' });
  expect(await list('', 0, 'Warning: Undefined variable $x in /srv/y.php on line 1')).toBeErr({ code: 'WP_OUTPUT' });
});

test.each([
  ['{"id":1}', ''],
  ['Success: done', ''],
  [JSON.stringify([ROW, { ...ROW, name: 7 }]), '[1].name'],
  [JSON.stringify([{ ...ROW, id: 'four' }]), '[0].id'],
  [JSON.stringify([{ id: 1 }]), '[0].name'],
  ['[1]', ''],
])('the answer %s is refused with the field', async (stdout, field) => {
  expect((await list(stdout))._unsafeUnwrapErr()).toMatchObject({ code: 'WP_OUTPUT', field });
});

test('a command that fails says so, without its secrets', async () => {
  const refused = (await list('Error: DM_API_TOKEN=hunter2 refused', 1))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'WP_FAILED', exitCode: 1, command: 'wp datamachine flows list --format=json' });
  expect(JSON.stringify(refused)).not.toContain('hunter2');
});

test('a flow is queued by the command Data Machine has for it, and its job named', async () => {
  const site = { path: place.path };
  const started = 'Success: Flow 42 execution started.\nJob ID: 117';
  const wp = (said: string): Promise<string> =>
    place.script(
      'wp',
      `#!/bin/sh\nshift 3\n[ "$*" = 'datamachine flows run 42 --no-drain' ] || exit 1\necho '${said}'\n`,
    );
  const ran = await runFlow(site, await wwwData(), 42, { binary: await wp(started) });
  expect(ran._unsafeUnwrap()).toEqual({ jobId: 117, output: started });
  const unnamed = await runFlow(site, await wwwData(), 42, { binary: await wp('Success: started.') });
  expect(unnamed._unsafeUnwrap()).toMatchObject({ jobId: null });
  const refusing = await place.script('no', '#!/bin/sh\necho "Error: Flow not found" >&2\nexit 1\n');
  expect((await runFlow(site, await wwwData(), 42, { binary: refusing }))._unsafeUnwrapErr()).toMatchObject({
    code: 'WP_FAILED',
    output: 'Error: Flow not found',
  });
});

test('the steps of one job are carried out by the caller, within its own limit of time', async () => {
  const asked = 'datamachine drain --job-id=117 --time-limit=20';
  const binary = await place.script('wp', `#!/bin/sh\nshift 3\n[ "$*" = '${asked}' ] || exit 1\n`);
  const site = { path: place.path };
  expect(await drainJob(site, await wwwData(), 117, { binary, timeLimitMs: 20_000 })).toBeOk();
});
