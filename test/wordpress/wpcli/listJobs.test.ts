// @module-tag root
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listJobs } from '../../../src/wordpress/wpcli/listJobs.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

test('jobs are read, newest first as they come, and an unfinished one has no end', async () => {
  const created = '2026-01-01 00:00:00';
  const row = { id: 9, source: 'pipeline', flow: 'Ping', status: 'processing', created, completed: '-' };
  const rows = JSON.stringify([row, { ...row, id: '8', status: 'completed', completed: '2026-01-01 00:00:05' }]);
  const binary = await place.script('wp', `#!/bin/sh\nshift 2\necho "$*" >&2\necho '${rows}'\n`);
  expect((await listJobs({ root: place.path }, await wwwData(), { binary }))._unsafeUnwrap()).toEqual([
    { ...row, completed: null },
    { ...row, id: 8, status: 'completed', completed: '2026-01-01 00:00:05' },
  ]);
});
