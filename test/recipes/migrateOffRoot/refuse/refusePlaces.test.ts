// @module-tag root
import { chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Places } from '../../../../src/recipes/host/index.js';
import { refusePlaces } from '../../../../src/recipes/migrateOffRoot/refuse/refusePlaces.js';
import { freshPlace, mount, run } from '../../../posix/support/place.js';
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

test.each(['.config', '.config/missing', '.local/share/missing'])(
  'refuses a place of the state below %s when a link of the agent leads there, and says which and whose',
  async (below) => {
    const home = tempDir();
    mkdirSync(join(home, 'elsewhere'));
    chownSync(home, 1001, 1001);
    for (const name of ['.config', '.local']) {
      symlinkSync(join(home, 'elsewhere'), join(home, name));
      lchownSync(join(home, name), 1001, 1001);
    }
    const refused = await refusePlaces({ directories: [join(home, below)], files: [], trees: [] }, false);
    const link = join(home, below.split('/')[0] ?? '');
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'UNTRUSTED_PATH', subject: link });
    expect(refused._unsafeUnwrapErr().message).toMatch(/not followed because uid 1001/);
  },
);

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

describe.runIf(process.geteuid?.() === 0)('what root cannot change', () => {
  const none: Places = { directories: [], files: [], trees: [] };

  test('is a place on a filesystem that is mounted read-only, also for a directory that is still to be made', async () => {
    const place = freshPlace();
    mount(place, '-t', 'tmpfs', '-o', 'ro', 'none');
    for (const directory of [place, join(place, 'missing/below')]) {
      expect(await refusePlaces({ ...none, directories: [directory] }, false)).toBeErr({
        code: 'NOT_WRITABLE',
        subject: place,
        message: `${place} is on a filesystem that is mounted read-only`,
      });
    }
  });

  test('is what is immutable or append-only: a file, the directory it is in, and what root owns in a tree', async () => {
    const place = freshPlace();
    mkdirSync(join(place, 'fixed'));
    for (const name of ['fixed/file', 'log', 'theirs']) writeFileSync(join(place, name), '');
    chownSync(join(place, 'theirs'), 33, 33);
    const flag = (flags: string, name: string): void => {
      const path = join(place, name);
      run('chattr', [`+${flags}`, path]);
      onTestFinished(() => void run('chattr', [`-${flags}`, path]));
    };
    flag('i', 'theirs');
    expect(await refusePlaces({ ...none, trees: [place] }, false)).toBeOk();
    expect(await refusePlaces({ ...none, files: [join(place, 'theirs')] }, false)).toBeErr({ code: 'IMMUTABLE' });
    flag('a', 'log');
    const refused = await refusePlaces({ ...none, trees: [place] }, false);
    expect(refused).toBeErr({ code: 'IMMUTABLE', subject: join(place, 'log') });
    flag('i', 'fixed');
    expect(await refusePlaces({ ...none, directories: [join(place, 'fixed/new')] }, false)).toBeErr({
      code: 'IMMUTABLE',
      subject: join(place, 'fixed'),
    });
    expect(await refusePlaces({ ...none, files: [join(place, 'fixed/file')] }, false)).toBeErr({
      code: 'IMMUTABLE',
      subject: join(place, 'fixed'),
    });
  });

  test('is left in a tree where unsafe entries are to be left, and nowhere else', async () => {
    const place = freshPlace();
    const path = join(place, 'file');
    writeFileSync(path, '');
    run('chattr', ['+i', path]);
    onTestFinished(() => void run('chattr', ['-i', path]));
    expect(await refusePlaces({ ...none, trees: [place] }, true)).toBeOk();
    expect(await refusePlaces({ ...none, files: [path] }, true)).toBeErr({ code: 'IMMUTABLE' });
  });

  test('is named up to five, with how many more there are', async () => {
    const place = freshPlace();
    const paths = Array.from({ length: 7 }, (_, n) => join(place, `f${n}`));
    for (const path of paths) writeFileSync(path, '');
    run('chattr', ['+i', ...paths]);
    onTestFinished(() => void run('chattr', ['-i', ...paths]));
    const { message } = (await refusePlaces({ ...none, trees: [place] }, false))._unsafeUnwrapErr();
    expect(message).toMatch(/ and 2 more$/);
  });
});
