import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readEnvironmentFile,
  readPath,
  readPidFile,
  readVitalPath,
  readWorkingDirectory,
  simplifiedPath,
} from '../../../../../src/systemd/load/settings/readers/readPath.js';
import { readingOf } from '../../../support/readingOf.js';

describe('simplifiedPath', () => {
  it('takes doubled and trailing slashes and dots away, once and for all', () => {
    const piece = fc.constantFrom('a', 'b c', 'é', '.', '', '...', '.x');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const simplified = simplifiedPath(`/${pieces.join('/')}`);
        const path = `/${pieces.filter((one) => one !== '' && one !== '.').join('/')}`;
        expect(simplified).toEqual({ path });
        expect(simplifiedPath(path)).toEqual(simplified);
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it.each([
    ['a', 'not absolute'],
    ['', 'not absolute'],
    ['~', 'not absolute'],
    ['/a/../b', "'..'"],
    ['/..', "'..'"],
    [`/${'a/'.repeat(2048)}`, 'too long'],
    [`/${'é'.repeat(128)}`, 'component of the path is too long'],
  ])('says what is wrong with %.20j', (path, fault) => {
    expect(simplifiedPath(path)).toEqual({ fault: expect.stringContaining(fault) as string });
  });

  it('takes what is as long as a name and a path may be', () => {
    expect(simplifiedPath(`/${'n'.repeat(255)}`)).toHaveProperty('path');
    expect(simplifiedPath(`/${'a/'.repeat(2047)}`)).toHaveProperty('path');
  });
});

describe('the readers of paths', () => {
  it('expand specifiers first', () => {
    expect(readingOf(readPath, '/srv/%i//x/')).toEqual(['/srv/blog/x']);
    expect(readingOf(readVitalPath, '/srv/%p')).toEqual(['/srv/kimaki']);
  });

  it.each(['rel', '/a/../b', '/%Q'])(
    'ignore %j where the unit loads without it, and refuse the unit where not',
    (text) => {
      expect(readingOf(readPath, text)).toBe('ignored');
      expect(readingOf(readVitalPath, text)).toBe('refused');
    },
  );
});

describe('readWorkingDirectory', () => {
  it.each([
    ['/srv//site', ['/srv/site']],
    ['~', ['~']],
    ['-~', ['-~']],
    ['-/srv/./site', ['-/srv/site']],
    ['rel', 'refused'],
    ['~/site', 'refused'],
    ['/%Q', 'refused'],
    ['-rel', 'ignored'],
    ['-/%Q', 'ignored'],
  ])('makes of %j %j', (text, reading) => {
    expect(readingOf(readWorkingDirectory, text)).toEqual(reading);
  });
});

describe('readEnvironmentFile', () => {
  it.each([
    ['/etc//kimaki/%i.env', ['/etc/kimaki/blog.env']],
    ['-/etc/kimaki.env', ['-/etc/kimaki.env']],
    ['- /etc/kimaki.env', 'ignored'],
    ['kimaki.env', 'ignored'],
    ['-', 'ignored'],
    ['/%Q', 'ignored'],
  ])('makes of %j %j', (text, reading) => {
    expect(readingOf(readEnvironmentFile, text)).toEqual(reading);
  });
});

describe('readPidFile', () => {
  it.each([
    ['/run/a.pid', ['/run/a.pid']],
    ['a/b.pid', ['/run/a/b.pid']],
    ['%p.pid', ['/run/kimaki.pid']],
    ['%Q', 'ignored'],
    ['../a.pid', 'refused'],
  ])('makes of %j %j', (text, reading) => {
    expect(readingOf(readPidFile, text)).toEqual(reading);
  });

  it('leaves a unit with a wrong one in the load state error, not bad-setting', () => {
    expect(readPidFile('../a.pid', new Map())).toMatchObject({ kind: 'refused', loadState: 'error' });
  });
});
