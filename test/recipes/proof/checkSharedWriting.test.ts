import { expect, it } from 'vitest';
import { entriesOf, judgeWritable } from '../../../src/recipes/proof/checkSharedWriting.js';

const SITE = { contentDir: '/c', uploadsDir: '/c/uploads', upgradeDir: '/c/upgrade', languagesDir: '/c/languages' };
const found = (...fields: readonly string[]): string => fields.join('\0') + '\0';
const judged = (stdout: string, leaveUnsafe = false): ReturnType<typeof judgeWritable> =>
  judgeWritable(
    { id: 'writable-by-agent', writer: 'opencode', roots: ['/c/plugins'], site: SITE, leaveUnsafe },
    entriesOf(stdout),
  );

it('reads what find prints, names with blanks and line ends included', () => {
  expect(entriesOf(found('refused', 'f', '644', '1', '33', '/c/plugins', 'a b\nc'))).toEqual([
    {
      why: 'refused',
      isFile: true,
      mode: 0o644,
      links: 1,
      uid: 33,
      root: '/c/plugins',
      below: 'a b\nc',
      path: '/c/plugins/a b\nc',
    },
  ]);
});

it('passes without entries, and fails with those that the writer cannot write', () => {
  expect(judged('').ok).toBe(true);
  const refused = judged(found('refused', 'f', '644', '1', '33', '/c/plugins', 'tiny/x.php'));
  expect(refused).toMatchObject({ ok: false, remedy: { recipe: 'migrateOffRoot', action: 'apply' } });
  expect(refused.detail).toContain('/c/plugins/tiny/x.php');
});

it('a private file stays private, and a hard link where unsafe entries are to be left', () => {
  expect(judged(found('refused', 'f', '600', '1', '33', '/c/plugins', 'tiny/secret')).ok).toBe(true);
  const link = found('refused', 'f', '644', '2', '33', '/c/plugins', 'tiny/x.php');
  expect(judged(link).ok).toBe(false);
  expect(judged(link, true).ok).toBe(true);
});

it('a closed directory is private in uploads, and a fault among the plugins', () => {
  expect(judged(found('closed', 'd', '700', '2', '33', '/c/uploads', 'private')).ok).toBe(true);
  expect(judged(found('closed', 'd', '700', '2', '33', '/c/plugins', 'tiny')).ok).toBe(false);
});
