// @module-tag root
// @module-tag acl
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { othersInGroup } from '../../../src/posix/accounts/othersInGroup.js';
import { digestAt, programAt, trustedTree } from '../../../src/recipes/runner/runner.js';

const DIGEST = '0123456789abcdef'.repeat(4);

test('the path of a copy tells its digest', () => {
  expect(programAt(DIGEST)).toBe(`/var/lib/wca/runner/${DIGEST}/wca.js`);
  expect(digestAt(programAt(DIGEST))).toBe(DIGEST);
});

test.each([
  '/usr/lib/node_modules/@wca/runtime-sdk/dist/cli/main.js',
  `/var/lib/wca/runner/${DIGEST}/../../x/wca.js`,
  `/var/lib/wca/runner/${DIGEST}/other.js`,
  `/var/lib/wca/runner/${DIGEST.toUpperCase()}/wca.js`,
  `/tmp/var/lib/wca/runner/${DIGEST}/wca.js`,
  `/var/lib/wca/runner/${DIGEST}/wca.js\n`,
])('%s is the path of no copy', (path) => {
  expect(digestAt(path)).toBeNull();
});

describe('a package', () => {
  let base: string;
  let root: string;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'runner-'));
    root = join(base, 'package');
    mkdirSync(join(root, 'dist/cli'), { recursive: true, mode: 0o755 });
    writeFileSync(join(root, 'dist/cli/main.js'), '', { mode: 0o644 });
  });
  afterEach(() => {
    rmSync(base, { recursive: true });
  });

  const open = (name: string, gid: number, mode: number): void => {
    chownSync(join(root, name), 0, gid);
    chmodSync(join(root, name), mode);
  };
  const grant = (name: string): void => void execFileSync('setfacl', ['-m', 'u:33:rwx', join(root, name)]);

  it('of root alone is trusted', async () => {
    expect(await trustedTree(join(root, 'dist'))).toBeOk();
  });

  it('that root installed with umask 002 is trusted where nobody else is in the group 0', async () => {
    for (const name of ['.', 'dist', 'dist/cli']) open(name, 0, 0o775);
    open('dist/cli/main.js', 0, 0o664);
    expect((await othersInGroup(0, 0))._unsafeUnwrap()).toEqual([]);
    expect(await trustedTree(join(root, 'dist'))).toBeOk();
  });

  it.each(['dist/cli/main.js', 'dist', '.'])('that others can write, at %s, says what to type', async (name) => {
    open(name, 33, 0o775);
    const refused = (await trustedTree(join(root, 'dist')))._unsafeUnwrapErr();
    const shut = name === 'dist/cli/main.js' ? join(root, 'dist') : join(root, name);
    expect(refused.message).toMatch(new RegExp(`chmod -R go-w ${shut}$`));
  });

  it.each([
    ['a file of another account', () => chownSync(join(root, 'dist/cli/main.js'), 33, 33)],
    ['a file everyone may write to', () => chmodSync(join(root, 'dist/cli/main.js'), 0o666)],
    ['a file that another group may write to', () => open('dist/cli/main.js', 33, 0o664)],
    ['a directory above it that another group may write to', () => open('.', 33, 0o775)],
    ['a file that an ACL lets another account write to', () => grant('dist/cli/main.js')],
    ['a directory above it that an ACL lets another account write to', () => grant('.')],
    ['a directory of another account', () => chownSync(join(root, 'dist/cli'), 33, 33)],
    ['a directory everyone may write to, sticky', () => chmodSync(join(root, 'dist/cli'), 0o1777)],
    ['a top directory of another account', () => chownSync(join(root, 'dist'), 33, 33)],
    ['a directory above it of another account', () => chownSync(root, 33, 33)],
    ['a link to a file', () => symlinkSync('/usr/bin/env', join(root, 'dist/cli/more.js'))],
  ])('with %s is not', async (_, spoil) => {
    spoil();
    expect(await trustedTree(join(root, 'dist'))).toBeErr({ code: 'RUNNER_UNTRUSTED' });
  });

  it('is not when the last of many files belongs to another account', async () => {
    for (let count = 0; count < 100; count += 1) {
      mkdirSync(join(root, `dist/room-${count % 2}`), { recursive: true });
      writeFileSync(join(root, `dist/room-${count % 2}/chunk-${count}.js`), '', { mode: 0o644 });
    }
    for (let count = 0; count < 100; count += 1) {
      const path = join(root, `dist/room-${count % 2}/chunk-${count}.js`);
      chownSync(path, 33, 33);
      expect(await trustedTree(join(root, 'dist')), path).toBeErr({ code: 'RUNNER_UNTRUSTED' });
      chownSync(path, 0, 0);
    }
  });

  it('that is not there is missing', async () => {
    expect(await trustedTree(join(root, 'other'))).toBeErr({ code: 'RUNNER_MISSING' });
  });
});
