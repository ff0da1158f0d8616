import { expect, it } from 'vitest';
import { readCondition, readPathCondition } from '../../../../../src/systemd/load/settings/readers/readConditions.js';
import { readingOf } from '../../../support/readingOf.js';

it.each([
  ['/a//b/', ['/a/b']],
  ['!/a', ['!/a']],
  ['|/a', ['|/a']],
  ['|!/a', ['|!/a']],
  ['| ! /a', ['|!/a']],
  ['!|/a', 'ignored'],
  ['rel', 'ignored'],
  ['/a/../b', 'ignored'],
  ['/%i', ['/blog']],
  ['/%Q', 'ignored'],
])('makes of the condition on a path %j %j', (text, reading) => {
  expect(readingOf(readPathCondition, text)).toEqual(reading);
});

it.each([
  ['vm', ['vm']],
  ['!vm', ['!vm']],
  ['|! %i', ['|!blog']],
  ['', ['']],
  ['%Q', 'ignored'],
])('makes of another condition %j %j', (text, reading) => {
  expect(readingOf(readCondition, text)).toEqual(reading);
});
