import { describe, expect, it } from 'vitest';
import { readGroupNames, readUserName } from '../../../../../src/systemd/load/settings/readers/readUserName.js';
import { faultOf, readingOf } from '../../../support/readingOf.js';

/** systemd takes these when it loads the unit; some fail at the start, with 217/USER. */
describe('readUserName', () => {
  it.each([
    'root',
    'opencode',
    '0',
    '1000',
    '65534',
    '65536',
    '4294967294',
    'a b',
    '"x"',
    'opencode # c',
    '-a',
    '1a',
    'é',
  ])('takes %j', (text) => {
    expect(readingOf(readUserName, text)).toEqual([text]);
  });

  it('expands specifiers, and takes quotes for what they are', () => {
    expect(readingOf(readUserName, '%i')).toEqual(['blog']);
    expect(readingOf(readUserName, "'%p'")).toEqual(["'kimaki'"]);
    expect(readingOf(readUserName, '%%x')).toEqual(['%x']);
  });

  it.each([
    ['65535', 'not a user or group id'],
    ['4294967295', 'not a user or group id'],
    ['4294967296', 'not a user or group id'],
    ['00', 'not a user or group id'],
    ['a:b', "':' or '/'"],
    ['a/b', "':' or '/'"],
    ['-1', 'negative number'],
    ['-', 'negative number'],
    ['.', "'.'"],
    ['..', "'..'"],
    [' a', 'blank'],
    ['a\tb', 'control character'],
    ['%Q', 'Q'],
  ])('refuses %j and says why', (text, fault) => {
    expect(readingOf(readUserName, text)).toBe('refused');
    expect(faultOf(readUserName, text)).toContain(fault);
  });
});

describe('readGroupNames', () => {
  it('takes words between blanks, a backslash keeping one', () => {
    expect(readingOf(readGroupNames, 'adm  www-data\ta\\ b')).toEqual(['adm', 'www-data', 'a b']);
    expect(readingOf(readGroupNames, '"a b"')).toEqual(['"a', 'b"']);
  });

  it('stops at the first wrong word, and those before it count', () => {
    expect(readGroupNames('adm a:b www-data', new Map())).toMatchObject({ kind: 'refused', values: ['adm'] });
  });
});
