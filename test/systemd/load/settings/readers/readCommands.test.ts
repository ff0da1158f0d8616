import { describe, expect, it } from 'vitest';
import { readCommands } from '../../../../../src/systemd/load/settings/readers/readCommands.js';
import { faultOf, readingOf } from '../../../support/readingOf.js';

describe('readCommands', () => {
  it.each([
    ['/bin/a', ['/bin/a']],
    ['bare x', ['bare x']],
    ['-/bin/a "b c"', ['-/bin/a "b c"']],
    ['!!:-@/bin/echo a0', ['!!:-@/bin/echo a0']],
    ['@/bin/a b', ['@/bin/a b']],
    ['/bin/a ; /bin/b x ; -/bin/c', ['/bin/a', '/bin/b x', '-/bin/c']],
    ['/bin/a \\; b', ['/bin/a \\; b']],
    ['/bin/%u', ['/bin/%u']],
    ['/bin/a\\x62', ['/bin/a\\x62']],
    ['; /bin/a', ['/bin/a']],
  ])('gives the commands of %j as they stand in the file', (text, commands) => {
    expect(readingOf(readCommands, text)).toEqual(commands);
  });

  it.each([
    ['./x', 'neither an absolute path nor a bare name'],
    ['rel/x', 'neither an absolute path nor a bare name'],
    ['.', 'neither an absolute path nor a bare name'],
    ['..', 'neither an absolute path nor a bare name'],
    ['/bin/a/', 'ends in a slash'],
    ['/bin/a\\x22b', 'a character that systemd refuses'],
    ['@/bin/a', 'its own is missing'],
    ['/bin/a %Q', 'Q'],
    ['/bin/%Q', 'Q'],
    ['/bin/a "b', 'quote'],
    ['+!!/bin/a', 'neither an absolute path nor a bare name'],
  ])('refuses %j, so that the unit does not load', (text, fault) => {
    expect(readingOf(readCommands, text)).toBe('refused');
    expect(faultOf(readCommands, text)).toContain(fault);
  });

  it.each(['-./x', '--/bin/a', '-/bin/a %Q', '-/bin/a/'])('ignores %j, since it may fail', (text) => {
    expect(readingOf(readCommands, text)).toBe('ignored');
  });

  it('drops a wrong command that may fail together with all that follow it', () => {
    expect(readingOf(readCommands, '/bin/a ; -rel/b ; /bin/c')).toEqual(['values+', '/bin/a']);
  });

  it('keeps what stands before a command that keeps the unit from loading', () => {
    expect(readCommands('/bin/a ; rel/b', new Map())).toMatchObject({ kind: 'refused', values: ['/bin/a'] });
  });
});
