// @module-tag root
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listFlows, runFlow } from '../../../src/wordpress/wpcli/listFlows.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

/** A `wp` that prints this, and nothing else. */
async function list(stdout: string, code = 0): Promise<Awaited<ReturnType<typeof listFlows>>> {
  const text = `#!/bin/sh\ncat <<'OUT'\n${stdout}\nOUT\necho 'Warning: x' >&2\nexit ${code}\n`;
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
  expect((await list(''))._unsafeUnwrap()).toEqual([]);
});

test.each([
  ['{"id":1}', ''],
  ['Success: done', ''],
  [JSON.stringify([ROW, { ...ROW, name: 7 }]), '[1].name'],
  [JSON.stringify([{ ...ROW, id: 'four' }]), '[0].id'],
  [JSON.stringify([{ id: 1 }]), '[0].name'],
  ['[1]', '[0]'],
])('the answer %s is refused with the field', async (stdout, field) => {
  expect((await list(stdout))._unsafeUnwrapErr()).toMatchObject({ code: 'WP_OUTPUT', field });
});

test('a command that fails says so, without its secrets', async () => {
  const refused = (await list('Error: DM_API_TOKEN=hunter2 refused', 1))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'WP_FAILED', exitCode: 1, command: 'wp datamachine flows list --format=json' });
  expect(JSON.stringify(refused)).not.toContain('hunter2');
});

test('a flow is started by the command Data Machine has for it', async () => {
  const site = { path: place.path };
  const binary = await place.script('wp', '#!/bin/sh\nshift 2\necho "$*"\n');
  const ran = await runFlow(site, await wwwData(), 42, { binary });
  expect(ran._unsafeUnwrap()).toBe('datamachine flows run 42');
  const refusing = await place.script('no', '#!/bin/sh\necho "Error: Flow not found" >&2\nexit 1\n');
  expect((await runFlow(site, await wwwData(), 42, { binary: refusing }))._unsafeUnwrapErr()).toMatchObject({
    code: 'WP_FAILED',
    output: 'Error: Flow not found',
  });
});
