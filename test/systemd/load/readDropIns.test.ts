// @module-tag linux
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DropInGroup } from '../../../src/systemd/load/dropInDirectories.js';
import { readDropIns } from '../../../src/systemd/load/readDropIns.js';
import type { DropIns } from '../../../src/systemd/load/readDropIns.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drop-ins-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** Makes the directories of a group, those of higher priority first. */
async function group(of: DropInGroup['of'], ...names: readonly string[]): Promise<DropInGroup> {
  const directories = names.map((name) => {
    const path = join(dir, name);
    return { path, realPath: path, directory: { path: dir, kind: 'own' as const }, unit: 'u.service' };
  });
  for (const { path } of directories) await mkdir(path, { recursive: true });
  return { of, directories };
}

const put = (path: string, text = '[Service]\nUser=x\n'): Promise<void> => writeFile(join(dir, path), text);
const read = async (...groups: readonly DropInGroup[]): Promise<DropIns> =>
  (await readDropIns('/', groups))._unsafeUnwrap();
const inside = (files: readonly { readonly path: string }[]): readonly string[] =>
  files.map(({ path }) => path.slice(dir.length + 1));

describe('readDropIns', () => {
  it('takes of each name the file in the first directory, in the order of the bytes of names', async () => {
    const main = await group('main', 'etc', 'lib');
    for (const path of ['etc/20.conf', 'lib/20.conf', 'lib/10.conf', 'etc/A.conf', 'etc/a.conf']) await put(path);
    const { dropIns, shadowed } = await read(main);
    expect(inside(dropIns)).toEqual(['lib/10.conf', 'etc/20.conf', 'etc/A.conf', 'etc/a.conf']);
    expect(inside(shadowed)).toEqual(['lib/20.conf']);
    expect(shadowed[0]?.reason).toBe('lower-directory');
  });

  it('prefers the main name to aliases, and those to the type', async () => {
    const groups = [await group('type', 'type'), await group('alias', 'alias'), await group('main', 'main')];
    for (const path of ['type/1.conf', 'alias/1.conf', 'main/1.conf', 'type/2.conf', 'alias/2.conf', 'type/3.conf'])
      await put(path);
    expect(inside((await read(...groups)).dropIns)).toEqual(['main/1.conf', 'alias/2.conf', 'type/3.conf']);
  });

  it('says that it is open which of two aliases wins', async () => {
    const groups = [await group('alias', 'one'), await group('alias', 'two')];
    for (const path of ['one/1.conf', 'two/1.conf']) await put(path);
    expect((await read(...groups)).problems).toMatchObject([
      { code: 'AMBIGUOUS_DROP_INS', path: join(dir, 'two/1.conf') },
    ]);
  });

  it('lists names that systemd passes over', async () => {
    const main = await group('main', 'etc');
    for (const name of ['x.conf~', '.hidden.conf', 'README']) await put(`etc/${name}`);
    const { dropIns, shadowed } = await read(main);
    expect(dropIns).toEqual([]);
    expect(shadowed.map(({ reason }) => reason)).toEqual(['other-name', 'other-name', 'other-name']);
  });

  it('takes an empty file and a link to /dev/null for masks of their name', async () => {
    const main = await group('main', 'etc', 'lib');
    for (const name of ['empty', 'null', 'kept']) await put(`lib/${name}.conf`);
    await put('etc/empty.conf', '');
    await symlink('/dev/null', join(dir, 'etc/null.conf'));
    const { dropIns, shadowed } = await read(main);
    expect(inside(dropIns)).toEqual(['lib/kept.conf']);
    expect(shadowed.filter(({ reason }) => reason === 'mask').map(({ path }) => path.slice(dir.length + 1))).toEqual([
      'etc/empty.conf',
      'etc/null.conf',
    ]);
  });

  it('has a directory and a dangling link hide the name all the same', async () => {
    const main = await group('main', 'etc', 'lib');
    for (const name of ['directory', 'dangling']) await put(`lib/${name}.conf`);
    await mkdir(join(dir, 'etc/directory.conf'));
    await symlink('nowhere', join(dir, 'etc/dangling.conf'));
    const { dropIns, shadowed } = await read(main);
    expect(dropIns).toEqual([]);
    const hiding = shadowed.filter(({ path }) => path.startsWith(join(dir, 'etc')));
    expect(hiding.map(({ reason }) => reason)).toEqual(['bad-link', 'not-a-file']);
  });

  it('does not open a name that is not UTF-8', async () => {
    const main = await group('main', 'etc');
    await writeFile(Buffer.concat([Buffer.from(join(dir, 'etc/')), Buffer.from([0xff]), Buffer.from('.conf')]), 'x');
    expect((await read(main)).problems).toMatchObject([{ code: 'DROP_IN_NAME_NOT_UTF8' }]);
  });
});
