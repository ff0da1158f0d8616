import { expect, it } from 'vitest';
import { readBusName } from '../../../../../src/systemd/load/settings/readers/readBusName.js';
import { readingOf } from '../../../support/readingOf.js';

it.each(['org.example.Kimaki', 'a.b', '_a.-b', ':1.42', `a.${'b'.repeat(253)}`])('takes the name %.20j', (name) => {
  expect(readingOf(readBusName, name)).toEqual([name]);
});

it.each(['', 'a', 'a.', '.a', 'a..b', 'a.1b', '1a.b', ':1', 'a.b c', 'a.é', '%Q.a', `a.${'b'.repeat(254)}`])(
  'ignores %.20j',
  (name) => {
    expect(readingOf(readBusName, name)).toBe('ignored');
  },
);

it('expands specifiers', () => {
  expect(readingOf(readBusName, 'org.%p')).toEqual(['org.kimaki']);
});
