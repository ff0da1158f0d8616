import { describe, expect, it } from 'vitest';
import { credentialBelow, credentialName } from '../../../src/kimaki/state/credentialName.js';
import { RUNTIME_STATE, TOOLCHAIN_STATE } from '../../../src/kimaki/state/statePaths.js';

describe('credentialName', () => {
  it.each([
    '.ssh',
    '.ssh/id_ed25519',
    '.secrets',
    '.pki',
    '.gnupg',
    '.aws/config',
    '.bash_history',
    '.mysql_history',
    '.netrc',
    '.npmrc',
    '.kube',
    '.git-credentials',
    '.my.cnf',
    'authorized_keys',
    'id_rsa',
    '.env',
    '.env.production',
    '.docker/config.json',
    '.config/gcloud/x',
    '.wp-cli/config.yml',
    'server.pem',
    'tls.key',
    'API-Token.txt',
    '.h44-target-dbpass',
    'opencode-auth-backup.json',
    'my-secrets',
    'notes/credentials.json',
  ])('takes %s for a credential', (name) => {
    expect(credentialName(name)).toBe(true);
  });

  it.each([...RUNTIME_STATE, ...TOOLCHAIN_STATE, '.docker', 'projects', 'keyboard.json'])('lets %s pass', (name) => {
    expect(credentialName(name)).toBe(false);
  });

  it('finds the credential that is known to lie below a directory', () => {
    expect(credentialBelow('.docker')).toBe('.docker/config.json');
    expect(credentialBelow('.config')).toBe('.config/gcloud');
    expect(credentialBelow('projects')).toBeNull();
  });
});
