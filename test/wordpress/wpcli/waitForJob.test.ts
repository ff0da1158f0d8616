// @module-tag root
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitForJob } from '../../../src/wordpress/wpcli/waitForJob.js';
import type { WaitForJobOptions } from '../../../src/wordpress/wpcli/waitForJob.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

let place: PublicPlace;
let binary = '';
beforeEach(async () => {
  place = await publicPlace();
  binary = await place.script('wp', `#!/bin/sh\ncat ${place.path}/jobs.json\n`);
});
afterEach(() => place.remove());

async function jobs(...rows: readonly (readonly [number, string, string])[]): Promise<void> {
  const file = join(place.path, 'jobs.json');
  const rest = { source: 'pipeline', created: 'now', completed: null };
  const list = rows.map(([id, flow, status]) => ({ id, flow, status, ...rest }));
  await writeFile(file, JSON.stringify(list));
  await chmod(file, 0o644);
}

async function wait(more: Partial<WaitForJobOptions> = {}): Promise<Awaited<ReturnType<typeof waitForJob>>> {
  const request = { flow: 'Ping', knownIds: [1, 2], deadlineMs: 5000, pollMs: 50, binary, ...more };
  return waitForJob({ path: place.path }, await wwwData(), request);
}

test('it waits for the new job of this flow until that has ended', async () => {
  await jobs([4, 'Other', 'completed'], [3, 'Ping', 'processing'], [2, 'Ping', 'completed']);
  const waiting = wait();
  setTimeout(() => void jobs([4, 'Other', 'completed'], [3, 'Ping', 'failed - spawn'], [2, 'Ping', 'completed']), 300);
  expect((await waiting)._unsafeUnwrap()).toMatchObject({ id: 3, status: 'failed - spawn' });
});

test('it waits for one job by its id, whatever it is called', async () => {
  await jobs([4, 'Ping', 'completed'], [3, 'Flow 12', 'completed']);
  expect((await wait({ jobId: 3, flow: 'Ping' }))._unsafeUnwrap()).toMatchObject({ id: 3 });
});

test('when time is up it says what it saw last', async () => {
  await jobs([2, 'Ping', 'completed']);
  expect((await wait({ deadlineMs: 150 }))._unsafeUnwrapErr()).toMatchObject({ code: 'JOB_TIMEOUT', last: null });
  await jobs([3, 'Ping', 'processing']);
  expect((await wait({ deadlineMs: 150 }))._unsafeUnwrapErr()).toMatchObject({ code: 'JOB_TIMEOUT', last: { id: 3 } });
});

test('it can be broken off', async () => {
  await jobs();
  const signal = AbortSignal.timeout(200);
  expect((await wait({ signal }))._unsafeUnwrapErr().code).toBe('ABORTED');
});

test('an error of WP-CLI ends the wait', async () => {
  await writeFile(join(place.path, 'jobs.json'), 'nonsense');
  await chmod(join(place.path, 'jobs.json'), 0o644);
  expect((await wait())._unsafeUnwrapErr().code).toBe('WP_OUTPUT');
});

test('the new jobs that still run are given to the caller, and what its callback throws is thrown', async () => {
  await jobs([3, 'Ping', 'processing']);
  const seen: number[][] = [];
  const timedOut = await wait({ deadlineMs: 120, onProgress: (running) => seen.push(running.map(({ id }) => id)) });
  expect(timedOut._unsafeUnwrapErr().code).toBe('JOB_TIMEOUT');
  expect(seen[0]).toEqual([3]);
  const failing = wait({
    onProgress: () => {
      throw new Error('of the caller');
    },
  });
  await expect(failing).rejects.toThrow('of the caller');
});
