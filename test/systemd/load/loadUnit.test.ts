// @module-tag root
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadUnit } from '../../../src/systemd/load/loadUnit.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wca-load-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const UNIT = '[Service]\nExecStart=/bin/true\nUser=root\n';

describe('loadUnit', () => {
  it('follows the load path of a root: the file of /etc, and drop-ins of all directories by name', async () => {
    write('usr/lib/systemd/system/x.service', UNIT);
    write('etc/systemd/system/x.service.d/10-a.conf', '[Service]\nUser=first\n');
    write('usr/lib/systemd/system/x.service.d/20-b.conf', '[Service]\nUser=opencode\n');
    const { files, unit } = (await loadUnit('x.service', { root: folder }))._unsafeUnwrap();
    expect(files.kind).toBe('vendor');
    const user = unit.settings.find(({ key }) => key === 'User')?.values;
    const path = join(folder, 'usr/lib/systemd/system/x.service.d/20-b.conf');
    expect(user).toEqual([{ value: 'opencode', path, line: 2 }]);
  });

  it('takes a path for a file that is searched first, with the drop-ins beside it', async () => {
    write('x.service', UNIT);
    write('x.service.d/a.conf', '[Service]\nUser=opencode\n');
    const { files, unit } = (await loadUnit(join(folder, 'x.service')))._unsafeUnwrap();
    expect(files.kind).toBe('given');
    expect(unit.settings.find(({ key }) => key === 'User')?.values).toMatchObject([{ value: 'opencode' }]);
  });

  it('says that a link to /dev/null and an empty file mask the unit, and that a missing one is not found', async () => {
    symlinkSync('/dev/null', join(folder, 'x.service'));
    write('y.service', '');
    for (const name of ['x.service', 'y.service']) {
      expect((await loadUnit(join(folder, name)))._unsafeUnwrap().unit.loadState).toBe('masked');
    }
    expect((await loadUnit('wca-no-such.service'))._unsafeUnwrap().unit.loadState).toBe('not-found');
  });

  it('opens nothing but regular files, and lets no installed unit speak for one that is none', async () => {
    execFileSync('mkfifo', [join(folder, 'dbus.service')]);
    mkdirSync(join(folder, 'ssh.service'));
    symlinkSync('/dev/zero', join(folder, 'cron.service'));
    for (const name of ['dbus.service', 'ssh.service', 'cron.service']) {
      const refused = (await loadUnit(join(folder, name)))._unsafeUnwrapErr();
      expect(refused).toMatchObject({ code: 'NOT_A_REGULAR_FILE', path: join(folder, name) });
    }
  });
});
