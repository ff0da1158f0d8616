// @module-tag root
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkUnitTrust } from '../../../src/systemd/host-edit/checkUnitTrust.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wca-trust-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('checkUnitTrust', () => {
  it('trusts a unit of root’s, and the place of one that is not there yet', async () => {
    writeFileSync(join(folder, 'x.service'), '');
    expect(await checkUnitTrust(join(folder, 'x.service'))).toBeOk();
    expect(await checkUnitTrust(join(folder, 'y.service.d/new/a.conf'))).toBeOk();
  });

  it.each<[string, (file: string, directory: string) => void]>([
    ['everyone may write to', (file) => chmodSync(file, 0o646)],
    ['its group may write to', (file) => chmodSync(file, 0o664)],
    ['belongs to another user', (file) => chownSync(file, 33, 0)],
    ['lies in a directory that everyone may write to', (_, directory) => chmodSync(directory, 0o777)],
  ])('refuses a file that %s, with the path', async (_, spoil) => {
    const directory = join(folder, 'x.service.d');
    const file = join(directory, 'a.conf');
    mkdirSync(directory);
    writeFileSync(file, '');
    spoil(file, directory);
    const refused = (await checkUnitTrust(file))._unsafeUnwrapErr();
    expect(refused.code).toBe('UNTRUSTED_PATH');
    expect(refused.message).toContain(directory);
  });

  it('refuses a new file in a directory that others may write to, also a sticky one', async () => {
    chmodSync(folder, 0o1777);
    expect((await checkUnitTrust(join(folder, 'new.conf')))._unsafeUnwrapErr().code).toBe('UNTRUSTED_PATH');
  });

  it('does not take a dangling link for a file that is not there yet', async () => {
    symlinkSync('/nowhere/x', join(folder, 'x.service'));
    expect((await checkUnitTrust(join(folder, 'x.service')))._unsafeUnwrapErr().code).toBe('NOT_FOUND');
  });
});
