import { expect, it } from 'vitest';
import {
  booleanOf,
  readBoolean,
  readVitalBoolean,
} from '../../../../../src/systemd/load/settings/readers/readBoolean.js';
import { readingOf } from '../../../support/readingOf.js';

it.each(['1', 'yes', 'y', 'true', 't', 'on', 'YES', 'True'])('takes %j for true', (text) => {
  expect(booleanOf(text)).toBe(true);
});

it.each(['0', 'no', 'n', 'false', 'f', 'off', 'OFF', 'False'])('takes %j for false', (text) => {
  expect(booleanOf(text)).toBe(false);
});

it.each(['', '2', 'maybe', 'yes ', '"yes"', 'ye', 'enabled'])('takes %j for no boolean', (text) => {
  expect(booleanOf(text)).toBeNull();
  expect(readingOf(readBoolean, text)).toBe('ignored');
  expect(readingOf(readVitalBoolean, text)).toBe('refused');
});

it('keeps the spelling of the file', () => {
  expect(readingOf(readBoolean, 'On')).toEqual(['On']);
  expect(readingOf(readVitalBoolean, 'off')).toEqual(['off']);
});
