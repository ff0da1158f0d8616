// @module-tag root
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBlockingDropIn } from '../../../src/systemd/load/findBlockingDropIn.js';

let root = '';
let dropIns = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wca-blocking-'));
  dropIns = join(root, 'kimaki.service.d');
  mkdirSync(dropIns);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const fifo = (path: string): void => void execFileSync('mkfifo', [path]);
const found = async (): Promise<string | null> =>
  (await findBlockingDropIn([join(root, 'missing'), root]))?.path ?? null;

describe('findBlockingDropIn', () => {
  it('finds nothing in what systemd can read, and in directories that are not there', async () => {
    writeFileSync(join(dropIns, 'a.conf'), '');
    mkdirSync(join(dropIns, 'directory.conf'));
    symlinkSync('/dev/null', join(dropIns, 'mask.conf'));
    symlinkSync('nowhere', join(dropIns, 'dangling.conf'));
    expect(await found()).toBeNull();
  });

  it('finds a FIFO, which would stop PID 1, and says what to do', async () => {
    const path = join(dropIns, 'a.conf');
    fifo(path);
    const error = await findBlockingDropIn([root]);
    expect(error).toMatchObject({ code: 'NOT_A_REGULAR_FILE', path, found: 'fifo' });
    expect(error?.message).toContain('find out who made it, remove it, and run again');
  });

  it('finds what a link leads to', async () => {
    fifo(join(root, 'elsewhere'));
    symlinkSync('../elsewhere', join(dropIns, 'a.conf'));
    expect(await found()).toBe(join(dropIns, 'a.conf'));
  });

  it('finds a block device', async () => {
    execFileSync('mknod', [join(dropIns, 'a.conf'), 'b', '7', '200']);
    expect((await findBlockingDropIn([root]))?.found).toBe('block');
  });

  it.each(['.hidden.conf', 'a.conf~', 'a.txt', 'conf'])('passes over %s, which systemd does not read', async (name) => {
    fifo(join(dropIns, name));
    expect(await found()).toBeNull();
  });

  it('passes over what is in no directory of drop-ins', async () => {
    fifo(join(root, 'a.conf'));
    mkdirSync(join(root, 'kimaki.service.wants'));
    fifo(join(root, 'kimaki.service.wants/a.conf'));
    expect(await found()).toBeNull();
  });
});
