import { describe, expect, it } from 'vitest';
import { expandSpecifiers } from '../../../src/systemd/values/expandSpecifiers.js';
import { unitSpecifiers } from '../../../src/systemd/values/unitSpecifiers.js';

function expanded(text: string, name: string): string {
  return expandSpecifiers(text, unitSpecifiers(name, `/etc/systemd/system/${name}`))._unsafeUnwrap();
}

describe('unitSpecifiers', () => {
  it('takes a plain name apart', () => {
    expect(expanded('%n %N %p %P %i|%I|%j %J %f', 'a-b.service')).toBe('a-b.service a-b a-b a/b ||b b /a/b');
  });

  it('takes an instance apart, escaped and unescaped', () => {
    expect(expanded('%p %i %I %f %j', 'x-y@in\\x2dst-ance.service')).toBe(
      'x-y in\\x2dst-ance in-st/ance /in-st/ance y',
    );
  });

  it('gives the directories and the user of the system manager, whatever User= says', () => {
    expect(expanded('%t %S %C %L %E %h %u %U %d', 'a.service')).toBe(
      '/run /var/lib /var/cache /var/log /etc /root root 0 /run/credentials/a.service',
    );
  });

  it('does not guess what it is not told of the machine', () => {
    const specifiers = unitSpecifiers('a.service', null, { H: 'web1' });
    expect(expandSpecifiers('%H', specifiers)._unsafeUnwrap()).toBe('web1');
    expect(expandSpecifiers('%m', specifiers)._unsafeUnwrapErr().code).toBe('SPECIFIER_NOT_KNOWN');
  });
});
