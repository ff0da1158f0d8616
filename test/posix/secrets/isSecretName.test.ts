import { describe, expect, it } from 'vitest';
import { isSecretName } from '../../../src/posix/secrets/isSecretName.js';

describe('isSecretName', () => {
  it.each([
    'KIMAKI_BOT_TOKEN',
    'client-secret',
    'DB_PASSWORD',
    'passwd',
    'rootPasswd',
    'SSH_PASSPHRASE',
    'API_KEY',
    'apikey',
    'CREDENTIALS',
    'DB_PASS',
  ])('says yes to %s', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each(['HOME', 'PATH', 'KIMAKI_DATA_DIR', 'KIMAKI_LOCK_PORT', 'BYPASS', 'PASSENGER', 'NOPASSWD'])(
    'says no to %s',
    (name) => {
      expect(isSecretName(name)).toBe(false);
    },
  );
});
