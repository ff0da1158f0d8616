// @module-tag root
// @module-tag acl
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDirectory } from '../../../src/posix/files/makeDirectory.js';
import { freshPlace } from '../support/place.js';

const SPEC = { mode: 0o2770, uid: 33, gid: 4 };

describe('makeDirectory', () => {
  it('makes a directory with exactly this owner and mode, whatever the umask', async () => {
    const path = join(freshPlace(), 'dir');
    const before = process.umask(0o077);
    const made = await makeDirectory(path, SPEC);
    process.umask(before);
    expect(made._unsafeUnwrap()).toEqual({ created: true });
    expect(statSync(path)).toMatchObject({ uid: 33, gid: 4 });
    expect((statSync(path).mode & 0o7777).toString(8)).toBe('2770');
    expect(readdirSync(join(path, '..'))).toEqual(['dir']);
  });

  it('leaves a directory that is already so as it is, with what is in it', async () => {
    const path = join(freshPlace(), 'dir');
    expect(await makeDirectory(path, SPEC)).toBeOk();
    writeFileSync(join(path, 'content'), '');
    const before = statSync(path).ctimeMs;
    expect((await makeDirectory(path, SPEC))._unsafeUnwrap()).toEqual({ created: false });
    expect(statSync(path).ctimeMs).toBe(before);
  });

  it('refuses what is there and is otherwise, and does not adapt it', async () => {
    const place = freshPlace();
    const at = (name: string): string => join(place, name);
    mkdirSync(at('mode'));
    chownSync(at('mode'), 33, 4);
    chmodSync(at('mode'), 0o770);
    mkdirSync(at('owner'));
    chmodSync(at('owner'), 0o2770);
    writeFileSync(at('file'), '');
    symlinkSync('mode', at('link'));
    const found: Record<string, RegExp> = {
      mode: /^directory 0770 33:4$/,
      owner: /^directory 2770 0:0$/,
      file: /^file 0644 0:0$/,
      link: /^symlink 0777 0:0$/,
    };
    for (const [name, expected] of Object.entries(found)) {
      const error = (await makeDirectory(at(name), SPEC))._unsafeUnwrapErr();
      if (error.code !== 'EXISTS_DIFFERENTLY') throw new Error(error.code);
      expect(error.found).toMatch(expected);
      expect(error.message).toContain('expected directory 2770 33:4');
    }
  });

  it('makes one level only', async () => {
    const error = (await makeDirectory(join(freshPlace(), 'none/dir'), SPEC))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'IO', errno: 'ENOENT' });
  });

  it('removes what a killed call left beside it', async () => {
    const place = freshPlace();
    mkdirSync(join(place, '.dir.wca-4194305-0123456789ab'));
    expect(await makeDirectory(join(place, 'dir'), SPEC)).toBeOk();
    expect(readdirSync(place)).toEqual(['dir']);
  });

  it('refuses a path that does not name one directory', async () => {
    expect((await makeDirectory('relative', SPEC))._unsafeUnwrapErr().code).toBe('INVALID_PATH');
  });
});
