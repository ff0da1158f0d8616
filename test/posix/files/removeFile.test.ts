// @module-tag root
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeFile } from '../../../src/posix/files/removeFile.js';
import { freshPlace, run } from '../support/place.js';

describe('removeFile', () => {
  it('removes a file', async () => {
    const path = join(freshPlace(), 'file');
    writeFileSync(path, 'x');
    expect(await removeFile(path)).toBeOk();
    expect(existsSync(path)).toBe(false);
  });

  it('removes only the bytes that were expected', async () => {
    const path = join(freshPlace(), 'file');
    writeFileSync(path, 'theirs');
    for (const expected of ['ours', 'theirs!', 'their', '']) {
      const refused = await removeFile(path, { expect: Buffer.from(expected) });
      expect(refused._unsafeUnwrapErr(), expected).toMatchObject({ code: 'CHANGED_MEANWHILE', path });
    }
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(await removeFile(path, { expect: Buffer.from('theirs') })).toBeOk();
  });

  it('says NOT_FOUND when nothing is there', async () => {
    const place = freshPlace();
    expect((await removeFile(join(place, 'none')))._unsafeUnwrapErr().code).toBe('NOT_FOUND');
    expect((await removeFile(join(place, 'none/none')))._unsafeUnwrapErr().code).toBe('NOT_FOUND');
  });

  it('refuses links, directories and FIFOs, and leaves what a link leads to', async () => {
    const place = freshPlace();
    writeFileSync(join(place, 'target'), 'keep');
    symlinkSync('target', join(place, 'link'));
    mkdirSync(join(place, 'directory'));
    run('mkfifo', [join(place, 'fifo')]);
    for (const name of ['link', 'directory', 'fifo']) {
      expect((await removeFile(join(place, name)))._unsafeUnwrapErr().code, name).toBe('NOT_A_REGULAR_FILE');
    }
    expect(readdirSync(place).sort()).toEqual(['directory', 'fifo', 'link', 'target']);
  });

  it('removes what a killed replaceFile left beside the file, and nothing that only looks alike', async () => {
    const place = freshPlace();
    const dead = '4194305-0123456789ab';
    const names = [`.file.wca-${dead}`, `.other.wca-${dead}`, `.file.wca-${process.pid}-0123456789ab`];
    for (const name of ['file', ...names]) writeFileSync(join(place, name), '');
    expect(await removeFile(join(place, 'file'))).toBeOk();
    expect(readdirSync(place).sort()).toEqual(names.slice(1).sort());
  });

  it('refuses a path that does not name one file', async () => {
    for (const bad of ['relative', '/', '/tmp/', '/tmp/..']) {
      expect((await removeFile(bad))._unsafeUnwrapErr().code, bad).toBe('INVALID_PATH');
    }
  });
});
