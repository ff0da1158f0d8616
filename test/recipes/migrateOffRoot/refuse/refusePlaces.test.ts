import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusePlaces } from '../../../../src/recipes/migrateOffRoot/refuse/refusePlaces.js';
import { tempDir } from '../../tempDir.js';

test('accepts places that can be written, and directories and trees that do not exist yet', async () => {
  const dir = tempDir();
  mkdirSync(join(dir, 'site'));
  writeFileSync(join(dir, 'site/file'), '');
  const places = {
    directories: [join(dir, 'site'), join(dir, 'missing/below')],
    files: [join(dir, 'site/file')],
    trees: [join(dir, 'site'), join(dir, 'missing')],
  };
  expect(await refusePlaces(places, false)).toBeOk();
});

test('refuses to replace what a filesystem is mounted on, and says how to unmount it', async () => {
  const refused = await refusePlaces({ directories: [], files: ['/proc'], trees: [] }, false);
  expect(refused._unsafeUnwrapErr()).toMatchObject({
    code: 'MOUNT_IN_THE_WAY',
    subject: '/proc',
    remedy: {
      kind: 'in-order',
      remedies: [{ kind: 'command', argv: ['umount', expect.stringMatching(/^\/proc/)] }, {}],
    },
  });
});
