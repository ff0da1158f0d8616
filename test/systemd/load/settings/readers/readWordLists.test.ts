import { describe, expect, it } from 'vitest';
import {
  readDocumentation,
  readEnvironment,
  readPaths,
  readPathsWithPrefix,
  readVariableNames,
  readVariablesToUnset,
} from '../../../../../src/systemd/load/settings/readers/readWordLists.js';
import { readingOf } from '../../../support/readingOf.js';

describe('readPathsWithPrefix', () => {
  it.each([
    ['/a//b -/c +/d -+/e', ['/a/b', '-/c', '+/d', '-+/e']],
    ['"/a b" \'/c\'', ['/a b', '/c']],
    ['/srv/%i', ['/srv/blog']],
    ['+-/a /b', ['values+', '/b']],
    ['rel /a/../b /c', ['values+', '/c']],
    ['/a "/b', ['values+', '/a']],
  ])('makes of %j %j', (text, reading) => {
    expect(readingOf(readPathsWithPrefix, text)).toEqual(reading);
  });
});

describe('readPaths', () => {
  it('takes no prefix', () => {
    expect(readingOf(readPaths, '/a/ -/b /%i')).toEqual(['values+', '/a', '/blog']);
  });
});

describe('readDocumentation', () => {
  it('takes the five kinds of URI that systemd.unit(5) names', () => {
    const uris = ['http://a', 'https://b', 'file:/c', 'info:d', 'man:e(5)'];
    expect(readingOf(readDocumentation, uris.join(' '))).toEqual(uris);
    expect(readingOf(readDocumentation, 'ftp://a man: file:c https://%i')).toEqual(['values+', 'https://blog']);
  });
});

describe('readEnvironment', () => {
  it.each([
    ['A=1 "B=x y" \'C=z\'', ['A=1', 'B=x y', 'C=z']],
    ['A=$x B=%i C=', ['A=$x', 'B=blog', 'C=']],
    ['A=\\x41\\tb', ['A=A\tb']],
    ['A=1 1B=2 C=3', ['values+', 'A=1', 'C=3']],
    ['A=1 B=%Q C=3', ['values+', 'A=1', 'C=3']],
    ['A=1 B=\\q C=3', ['values+', 'A=1']],
    ['A=1 "B=2', ['values+', 'A=1']],
    ['A=1 "" B=2', ['values+', 'A=1', 'B=2']],
  ])('makes of %j %j', (text, reading) => {
    expect(readingOf(readEnvironment, text)).toEqual(reading);
  });
});

describe('readVariableNames', () => {
  it('takes names without a value', () => {
    expect(readingOf(readVariableNames, 'A "B" _c')).toEqual(['A', 'B', '_c']);
    expect(readingOf(readVariableNames, 'A=1 1B C')).toEqual(['values+', 'C']);
  });
});

describe('readVariablesToUnset', () => {
  it('takes names and whole assignments', () => {
    expect(readingOf(readVariablesToUnset, 'A "B=x y"')).toEqual(['A', 'B=x y']);
    expect(readingOf(readVariablesToUnset, '1A 2B=x C')).toEqual(['values+', 'C']);
  });
});
