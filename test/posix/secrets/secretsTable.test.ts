import { describe, expect, it } from 'vitest';
import { CANARY as X, GIVEN_AWAY, HARMLESS } from '../support/secrets.js';
import { redactSecrets } from '../../../src/posix/secrets/redactSecrets.js';

describe('the table of secrets', () => {
  it.each(GIVEN_AWAY)('hides the canary in %s', (text) => {
    const shown = redactSecrets(`before\n${text}\nafter`);
    expect(shown).not.toContain(X);
    expect(shown).toContain('[secret]');
    expect(shown.split('\n')).toHaveLength(3);
    expect(shown).toMatch(/^before\n[^]*\nafter$/);
  });

  it.each(HARMLESS)('leaves alone: %s', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  it('keeps the number of every line behind a private key', () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${X}\n${X}\n-----END RSA PRIVATE KEY-----`;
    expect(redactSecrets(`a\n${key}\nb`)).toBe('a\n[secret]\n\n\n\nb');
    expect(redactSecrets(`a\n${X}\nline\nb`, [`${X}\nline`])).toBe('a\n[secret]\n\nb');
  });
});
