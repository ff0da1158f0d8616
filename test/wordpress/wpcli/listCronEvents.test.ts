// @module-tag root
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listCronEvents, runDueCronEvents } from '../../../src/wordpress/wpcli/listCronEvents.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

// A script that prints what WP-CLI documents stands for it: this shows commands and reading, not how WP-CLI behaves.
let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

/** A `wp` that wants exactly these arguments and prints this. */
async function wp(args: string, stdout: string): Promise<{ binary: string }> {
  const text = `#!/bin/sh\nshift 3\n[ "$*" = '${args}' ] || { echo "Error: $*" >&2; exit 1; }\ncat <<'OUT'\n${stdout}\nOUT\n`;
  return { binary: await place.script('wp', text) };
}

test('events of WP-Cron are listed, soonest first', async () => {
  const rows = [
    { hook: 'b', next_run_gmt: '2026-02-01 00:00:00', recurrence: 'Non-repeating' },
    { hook: 'a', next_run_gmt: '2026-01-01 00:00:00', recurrence: '1 hour' },
  ];
  const options = await wp('cron event list --fields=hook,next_run_gmt,recurrence --format=json', JSON.stringify(rows));
  const listed = await listCronEvents({ path: place.path }, await wwwData(), options);
  expect(listed._unsafeUnwrap()).toEqual([
    { hook: 'a', nextRunGmt: '2026-01-01 00:00:00', recurrence: '1 hour' },
    { hook: 'b', nextRunGmt: '2026-02-01 00:00:00', recurrence: 'Non-repeating' },
  ]);
});

test('what is due is run, and what WP-CLI says to it given back', async () => {
  const options = await wp('cron event run --due-now', 'Success: Executed a total of 2 cron events.');
  const ran = await runDueCronEvents({ path: place.path }, await wwwData(), options);
  expect(ran._unsafeUnwrap()).toBe('Success: Executed a total of 2 cron events.');
});
