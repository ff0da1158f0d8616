// @module-tag root
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listPlugins } from '../../../src/wordpress/wpcli/listPlugins.js';
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

test('plugins are listed with what WordPress knows of their updates', async () => {
  const rows = [
    { name: 'akismet', status: 'active', update: 'available', version: '5.0' },
    { name: 'wp-coding-agents-channels', status: 'must-use', update: false, version: '' },
    { name: 'object-cache.php', status: 'dropin', update: false, version: '' },
  ];
  const options = await wp('plugin list --fields=name,status,update,version --format=json', JSON.stringify(rows));
  const listed = await listPlugins({ path: place.path }, await wwwData(), options);
  // Source: wp-cli/extension-command src/Plugin_Command.php: must-use plugins and drop-ins have `update` false.
  expect(listed._unsafeUnwrap()).toEqual(
    rows.map((row) => ({ ...row, update: typeof row.update === 'string' ? row.update : null })),
  );
});
