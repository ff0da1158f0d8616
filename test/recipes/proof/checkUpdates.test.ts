import { expect, it } from 'vitest';
import { judgeModes, judgeUpdates } from '../../../src/recipes/proof/checkUpdates.js';

const REPORT: Parameters<typeof judgeUpdates>[1] = {
  ok: true,
  wordpress: '6.8',
  filesystemMethod: 'direct',
  pluginsMethod: 'direct',
  methodDefined: false,
  chmodDir: 0o2775,
  chmodFile: 0o664,
  fileModsDisallowed: false,
  directories: [],
  unwritable: { count: 0, components: [], paths: [] },
  uploads: { count: 0, path: null },
};

it.each([
  [0o2775, 0o664, true],
  [0o775, 0o664, false],
  [0o2755, 0o664, false],
  [0o2775, 0o644, false],
  [null, null, false],
])('modes %o and %o are open to the agent: %s', (chmodDir, chmodFile, ok) => {
  expect(judgeModes('/srv', { chmodDir, chmodFile }).ok).toBe(ok);
});

it('a report in order passes; another method or closed files fail with what is closed', () => {
  expect(judgeUpdates('/srv', REPORT).ok).toBe(true);
  expect(judgeUpdates('/srv', { ...REPORT, ok: false, filesystemMethod: 'ftpext' }).detail).toContain('ftpext');
  const directories = [{ name: 'plugins', path: '/srv/plugins', exists: true, writable: false }] as const;
  const closed = judgeUpdates('/srv', { ...REPORT, ok: false, directories });
  expect(closed).toMatchObject({ ok: false, subject: '/srv' });
  expect(closed.detail).toContain('/srv/plugins');
});
