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
  // printf(1) so that every byte arrives as it is.
  const binary = await place.script('wp', `#!/bin/sh\nprintf '%s' '${stdout.replaceAll("'", "'\\''")}'\n`);
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
  ['notices of PHP', '\nDeprecated: Array [1] is old in /srv/a.php on line 2\n[\n  { "id": 1 }\n]\n'],
  ['a mark of byte order', '\uFEFF[{"id":1}]'],
  ['a banner on the same line', 'Thanks for using [Plugin]! [][{"id":1}]'],
  ['a list of another thing', '[{"name":"x"}]\n[{"id":1}]'],
  ['a list of another thing afterwards', '[{"id":1}]\n[{"name":"x"}]\n<!-- [queries] -->'],
  ['brackets and quotes in a value', '[{"id":1,"name":"a ]} \\" ["}]\nDeprecated: "x" in y'],
  ['nested lists', '[{"id":1,"steps":[{"id":2}]}]'],
])('the list is found beside %s', async (_what, stdout) => {
  expect(await read(stdout)).toEqual([expect.objectContaining({ id: 1 })]);
});

test('an empty list counts only on a line of its own', async () => {
  expect(await read('Notice: x\n[]\n')).toEqual([]);
  expect(await read('\uFEFF[]')).toEqual([]);
  expect(await read('Array: []')).toMatchObject({ code: 'WP_OUTPUT' });
});

test('an answer that is full of brackets is read in time', async () => {
  expect(await read('[{'.repeat(20_000))).toMatchObject({ code: 'WP_OUTPUT' });
}, 20_000);

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
