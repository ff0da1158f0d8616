import { describe, expect, it } from 'vitest';
import { widenable } from '../../../../src/recipes/steps/ownership/widenable.js';

describe('widenable', () => {
  it.each([
    'wp-config.php',
    'wp-config-backup.php',
    '.htaccess',
    '.user.ini',
    '.env',
    '.env.local',
    '.git',
    'dump.sql',
    'dump.sql.gz',
    'auth.json',
    'server.key',
    'my-secrets.txt',
    'credentials.json',
    'client_secret_1.apps.googleusercontent.com.json',
    'privkey.pem',
    'id_ed25519',
    'AGENTS.md',
    'opencode.json',
    '.opencode',
    'wp-coding-agents-channels.php',
  ])('keeps %s as it is, wherever it lies', (name) => {
    expect(widenable(Buffer.from(name))).toBe(false);
    expect(widenable(Buffer.from(`plugins/tiny/${name}`))).toBe(false);
  });

  it.each([
    'plugins/tiny/tiny.php',
    'uploads/2024/05/photo.jpg',
    'themes/x/style.css',
    'plugins/environment/main.php',
    'plugins/data-machine/inc/SecretRedactor.php',
    'plugins/data-machine-code/inc/GitHubCredentialResolver.php',
    'plugins/data-machine/docs/api/endpoints/agents.md',
    'plugins/password-protected/password-protected.php',
    'languages/plugins/password-protected-de_DE.json',
    'plugins/x/secrets/index.js',
    'plugins/x/.env.example',
    'plugins/x/lib/cacert.pem',
  ])('lets the group write %s', (path) => {
    expect(widenable(Buffer.from(path))).toBe(true);
  });

  it('takes no directory for a secret by its name, and leaves those of tools with all that is in them', () => {
    expect(widenable(Buffer.from('plugins/x/credentials'), 'directory')).toBe(true);
    expect(widenable(Buffer.from('plugins/x/credentials'), 'file')).toBe(false);
    expect(widenable(Buffer.from('plugins/x/.git'), 'directory')).toBe(false);
    expect(widenable(Buffer.from('plugins/x/.git/hooks/pre-commit'))).toBe(false);
  });

  it('judges a name that is not UTF-8', () => {
    expect(widenable(Buffer.from([0x61, 0x2f, 0xff, 0xfe]))).toBe(true);
  });
});
