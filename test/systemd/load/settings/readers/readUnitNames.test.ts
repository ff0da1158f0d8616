import { describe, expect, it } from 'vitest';
import {
  readSliceName,
  readSocketNames,
  readUnitNames,
} from '../../../../../src/systemd/load/settings/readers/readUnitNames.js';
import { faultOf, readingOf } from '../../../support/readingOf.js';

describe('readUnitNames', () => {
  it.each([
    ['a.service  b.socket', ['a.service', 'b.socket']],
    ['%n', ['kimaki@blog.service']],
    ['t@.service', ['t@blog.service']],
    ['t@x.service', ['t@x.service']],
    ['%p-x.timer', ['kimaki-x.timer']],
    ['"a.service"', ['values+']],
    ['a.service bogus b.target', ['values+', 'a.service', 'b.target']],
    ['%h.service', ['values+']],
  ])('makes of %j %j', (text, reading) => {
    expect(readingOf(readUnitNames, text)).toEqual(reading);
  });

  it('makes of a template in a unit without an instance the one that is called like the unit', () => {
    const specifiers = new Map([
      ['i', ''],
      ['p', 'kimaki'],
    ]);
    expect(readUnitNames('t@.service', specifiers)).toMatchObject({ values: ['t@kimaki.service'] });
  });
});

describe('readSocketNames', () => {
  it('takes sockets alone', () => {
    expect(readingOf(readSocketNames, 'a.socket b.service c@.socket')).toEqual([
      'values+',
      'a.socket',
      'c@blog.socket',
    ]);
    expect(faultOf(readSocketNames, 'b.service')).toBe('a word is not the name of a socket');
  });
});

describe('readSliceName', () => {
  it.each([
    ['system-wp.slice', ['system-wp.slice']],
    ['%p.slice', ['kimaki.slice']],
    ['a@b.slice', 'ignored'],
    ['a.service', 'ignored'],
    ['a', 'ignored'],
    ['%Q.slice', 'ignored'],
  ])('makes of %j %j', (text, reading) => {
    expect(readingOf(readSliceName, text)).toEqual(reading);
  });
});
