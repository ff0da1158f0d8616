// @module-tag root
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ID, wpCliJson } from '../../../src/wordpress/wpcli/wpCliJson.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

async function read(stdout: string): Promise<unknown> {
  const binary = await place.script('wp', `#!/bin/sh\ncat <<'OUT'\n${stdout}\nOUT\n`);
  const listed = await wpCliJson({ path: place.path }, await wwwData(), ['x', 'list'], v.object({ id: ID }), {
    binary,
  });
  return listed.match<unknown>(
    (rows) => rows,
    (error) => error,
  );
}

test('a list over several lines and the last of several lists are read', async () => {
  expect(await read('[\n  { "id": 1 }\n]')).toEqual([{ id: 1 }]);
  expect(await read('[{"id":1}]\nnotice\n[{"id":"2"}]')).toEqual([{ id: 2 }]);
});

test.each([
  ['""', '"[0].id" is not a number'],
  ['"1.5"', '"[0].id" is not a number'],
  ['1.5', '"[0].id" is not a whole number'],
  ['"9999999999999999"', '"[0].id" is not a number'],
  ['null', '"[0].id" is not a number'],
])('the id %s is refused, and the message names command and field', async (id, what) => {
  expect(await read(`[{"id":${id}}]`)).toMatchObject({
    code: 'WP_OUTPUT',
    command: 'wp x list',
    field: '[0].id',
    message: expect.stringContaining(`wp x list printed an unknown form of answer: ${what};`) as string,
  });
});

test('an answer without a list says so', async () => {
  expect(await read('Success.')).toMatchObject({ code: 'WP_OUTPUT', field: '' });
});
