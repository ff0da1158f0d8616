// @module-tag root
import { afterEach, beforeEach, expect, test } from 'vitest';
import { finalJobStatus, jobSucceeded, listJobs } from '../../../src/wordpress/wpcli/listJobs.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

test('jobs are read a line each, as the acting user, newest first as they come, and an unfinished one has no end', async () => {
  const created = '2026-01-01 00:00:00';
  const row = { id: 9, source: 'pipeline', flow: 'Ping', status: 'processing', created, completed: '-' };
  const rows = JSON.stringify([row, { ...row, id: '8', status: 'completed', completed: '2026-01-01 00:00:05' }]);
  const asked = 'datamachine jobs list --limit=100 --fields=id,source,flow,status,created,completed --format=json';
  const wp = (args: string): string =>
    `#!/bin/sh\nshift 3\n[ "$*" = '${args}' ] || { echo "Error: $*" >&2; exit 1; }\necho '${rows}'\n`;
  const binary = await place.script('wp', wp(asked));
  const site = { path: place.path };
  expect((await listJobs(site, await wwwData(), { binary }))._unsafeUnwrap()).toEqual([
    { ...row, completed: null },
    { ...row, id: 8, status: 'completed', completed: '2026-01-01 00:00:05' },
  ]);
  const acting = await place.script('acting', wp(`${asked} --user=7`));
  expect(await listJobs(site, await wwwData(), { binary: acting, user: '7' })).toBeOk();
});

test.each([
  ['completed', 'completed', true],
  ['completed_no_items', 'completed_no_items', true],
  ['agent_skipped - not a music event', 'agent_skipped', true],
  ['failed', 'failed', false],
  ['failed: spawn failed', 'failed', false],
  ['cancelled', 'cancelled', false],
  ['processing', undefined, false],
  ['pending', undefined, false],
  ['waiting - completed later', undefined, false],
  ['completedish', undefined, false],
  ['', undefined, false],
])('%j ends as %j', (status, final, well) => {
  expect(finalJobStatus(status)).toBe(final);
  expect(jobSucceeded(status)).toBe(well);
});
