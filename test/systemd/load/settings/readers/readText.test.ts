import { expect, it } from 'vitest';
import { readText } from '../../../../../src/systemd/load/settings/readers/readText.js';
import { readingOf } from '../../../support/readingOf.js';

it('expands specifiers, and resets where nothing is left', () => {
  expect(readingOf(readText, 'the bot of %i, 100%%')).toEqual(['the bot of blog, 100%']);
  expect(readingOf(readText, '')).toBe('reset');
  expect(readingOf(readText, '%Q')).toBe('ignored');
});

it('resets with a specifier that is empty here', () => {
  expect(readText('%i', new Map([['i', '']]))).toEqual({ kind: 'reset' });
});
