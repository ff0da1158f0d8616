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
    'AGENTS.md',
    'opencode.json',
    '.opencode',
    'wp-coding-agents-channels.php',
  ])('keeps %s as it is, wherever it lies', (name) => {
    expect(widenable(Buffer.from(name))).toBe(false);
    expect(widenable(Buffer.from(`plugins/tiny/${name}`))).toBe(false);
  });

  it.each(['plugins/tiny/tiny.php', 'uploads/2024/05/photo.jpg', 'themes/x/style.css', 'plugins/environment/main.php'])(
    'lets the group write %s',
    (path) => {
      expect(widenable(Buffer.from(path))).toBe(true);
    },
  );

  it('judges a name that is not UTF-8', () => {
    expect(widenable(Buffer.from([0x61, 0x2f, 0xff, 0xfe]))).toBe(true);
  });
});
