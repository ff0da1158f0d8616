import { describe, expect, it } from 'vitest';
import { isAccountName, parseGroupLine, parsePasswdLine, shownName } from '../../../src/posix/accounts/identity.js';

describe('identity', () => {
  it('takes for an account name what a name service may hold', () => {
    for (const name of ['root', 'www-data', '_apt', 'user.name', 'EXAMPLE\\ann', 'ann@example.org', 'machine$', 'é']) {
      expect(isAccountName(name), name).toBe(true);
    }
  });

  it('takes for no account name a number, an option, a path, a pair or anything with a space or control', () => {
    const odd = ['', '0', '1000', '-u', '--help', 'a:b', '/root', 'a/b', 'a b', 'a\nb', 'a\0b', "a'b", 'x'.repeat(300)];
    for (const name of odd) {
      expect(isAccountName(name), JSON.stringify(name)).toBe(false);
    }
  });

  it('reads a passwd line, and /bin/sh for an empty shell', () => {
    expect(parsePasswdLine('ann:x:1000:1001:Ann,,,:/home/ann:/bin/bash')).toEqual({
      name: 'ann',
      uid: 1000,
      gid: 1001,
      home: '/home/ann',
      shell: '/bin/bash',
    });
    expect(parsePasswdLine('ann:x:1000:1001::/home/ann:')?.shell).toBe('/bin/sh');
  });

  it('reads nothing from a damaged line', () => {
    for (const line of ['', 'ann', 'ann:x:abc:1:::', 'ann:x:-1:1:::', 'ann:x:4294967295:1:::', 'ann:x::1:::']) {
      expect(parsePasswdLine(line), line).toBeNull();
    }
    expect(parseGroupLine('g:x:')).toBeNull();
  });

  it('reads a group line with and without members', () => {
    expect(parseGroupLine('adm:x:4:ann,ben')).toEqual({ name: 'adm', gid: 4, members: ['ann', 'ben'] });
    expect(parseGroupLine('adm:x:4:')).toEqual({ name: 'adm', gid: 4, members: [] });
  });

  it('shows a name escaped and shortened', () => {
    expect(shownName('a\u001b[31m')).toBe('a\\x1b[31m');
    expect(shownName('x'.repeat(200))).toHaveLength(80);
  });
});
