// @module-tag root
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
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

  it('of root alone is trusted', async () => {
    expect(await trustedTree(join(root, 'dist'))).toBeOk();
  });

  it.each([
    ['a file of another account', () => chownSync(join(root, 'dist/cli/main.js'), 33, 33)],
    ['a file its group may write to', () => chmodSync(join(root, 'dist/cli/main.js'), 0o664)],
    ['a directory of another account', () => chownSync(join(root, 'dist/cli'), 33, 33)],
    ['a directory everyone may write to, sticky', () => chmodSync(join(root, 'dist/cli'), 0o1777)],
    ['a top directory of another account', () => chownSync(join(root, 'dist'), 33, 33)],
    ['a directory above it of another account', () => chownSync(root, 33, 33)],
    ['a link to a file', () => symlinkSync('/usr/bin/env', join(root, 'dist/cli/more.js'))],
  ])('with %s is not', async (_, spoil) => {
    spoil();
    expect(await trustedTree(join(root, 'dist'))).toBeErr({ code: 'RUNNER_UNTRUSTED' });
  });

  it('that is not there is missing', async () => {
    expect(await trustedTree(join(root, 'other'))).toBeErr({ code: 'RUNNER_MISSING' });
  });
});
