// @module-tag root
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findAdministrator } from '../../../src/wordpress/wpcli/findAdministrator.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

test.each([
  ['[{"ID":2},{"ID":"5"}]', '2'],
  ['[]', undefined],
])('of %s the administrator is %s', async (stdout, id) => {
  const asked = 'user list --role=administrator --orderby=ID --fields=ID --format=json';
  const text = `#!/bin/sh\nshift 3\n[ "$*" = '${asked}' ] || exit 1\necho '${stdout}'\n`;
  const binary = await place.script('wp', text);
  expect((await findAdministrator({ path: place.path }, await wwwData(), { binary }))._unsafeUnwrap()).toBe(id);
});
