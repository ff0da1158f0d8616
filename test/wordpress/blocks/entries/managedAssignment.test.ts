import { expect, test } from 'vitest';
import { managedAssignment } from '../../../../src/wordpress/blocks/entries/managedAssignment.js';

test('the name, the entries and their places in the body are given', () => {
  const body = Buffer.from("/* ä */ $channels['k'] = array( 'a' => 1, 'b' => [ 2 ] );");
  const { name, entries } = managedAssignment(body, 'channels')._unsafeUnwrap();
  expect(name).toBe('k');
  const shown = entries.map(({ key, value }) => [key, body.toString('utf8', value.start, value.end)]);
  expect(shown).toEqual([
    ['a', '1'],
    ['b', '[ 2 ]'],
  ]);
});

test.each([
  ["$channels['k'] = [];\n$channels['l'] = [];", 1, 'exactly one statement'],
  ["\n$channels['k'] .= [];", 2, 'exactly one statement'],
  ['$channels[1] = [];', 1, 'the name is not a string'],
  ["$channels['k'] = [\n'a' => 1,\n'a' => 2 ];", 3, "the key 'a' occurs twice"],
  ["$channels['k'] = [\n1 => 2 ];", 2, 'a key that is not a string'],
  ["$channels['k'] = [\n2 ];", 2, "an entry without a 'key' =>"],
])('%j is refused at line %d: %s', (body, line, says) => {
  const refused = managedAssignment(Buffer.from(body), 'channels')._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'NOT_A_CHANNEL', line });
  expect(refused.message).toContain(says);
});
