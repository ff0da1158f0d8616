import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unitLoadPath } from '../../../src/systemd/load/unitLoadPath.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wca-path-'));
  mkdirSync(join(root, 'usr/lib'), { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const vendor = async (): Promise<string[]> =>
  (await unitLoadPath({ root }))
    ._unsafeUnwrap()
    .filter(({ kind }) => kind === 'vendor')
    .map(({ path }) => path);

describe('unitLoadPath', () => {
  it('has the directory of packages once where /lib is a link to /usr/lib, and twice where it is another directory', async () => {
    symlinkSync('usr/lib', join(root, 'lib'));
    expect(await vendor()).toEqual(['/usr/lib/systemd/system']);
    rmSync(join(root, 'lib'));
    mkdirSync(join(root, 'lib'));
    expect(await vendor()).toEqual(['/lib/systemd/system', '/usr/lib/systemd/system']);
  });

  it('begins with what systemctl set-property writes and ends with the last generators', async () => {
    const all = (await unitLoadPath({ root }))._unsafeUnwrap();
    expect(all[0]).toEqual({ path: '/etc/systemd/system.control', kind: 'control' });
    expect(all.at(-1)).toEqual({ path: '/run/systemd/generator.late', kind: 'generated' });
  });
});
