import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadedFromDisk } from '../../../src/kimaki/instance/loadedFromDisk.js';
import type { UnitState } from '../../../src/systemd/manager/index.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wca-loaded-'));
  for (const name of ['unit', 'a.conf', 'b.conf']) writeFileSync(join(dir, name), '');
  symlinkSync('unit', join(dir, 'alias'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** Whether a unit of these files is as systemd has it, which loaded the others. */
function loaded(
  files: readonly string[],
  fragment: string | null,
  dropIns: readonly string[],
  needDaemonReload = false,
) {
  const at = (name: string): string => join(dir, name);
  const state = {
    needDaemonReload,
    fragmentPath: fragment === null ? null : at(fragment),
    dropInPaths: dropIns.map(at),
  } as unknown as UnitState;
  return loadedFromDisk({ files: files.map((name) => ({ path: at(name) })), state });
}

describe('loadedFromDisk', () => {
  it('is so where systemd has loaded the same files', async () => {
    expect(await loaded(['unit', 'a.conf', 'b.conf'], 'unit', ['b.conf', 'a.conf'])).toBe(true);
  });

  it('is not so where a file was changed since', async () => {
    expect(await loaded(['unit'], 'unit', [], true)).toBe(false);
  });

  it('is not so with a drop-in that systemd does not know yet, or that is gone', async () => {
    expect(await loaded(['unit', 'a.conf'], 'unit', [])).toBe(false);
    expect(await loaded(['unit'], 'unit', ['a.conf'])).toBe(false);
    expect(await loaded(['unit', 'a.conf'], 'unit', ['b.conf'])).toBe(false);
    expect(await loaded(['unit'], null, [])).toBe(false);
  });

  it('takes two names of one file for one', async () => {
    expect(await loaded(['alias'], 'unit', [])).toBe(true);
    expect(await loaded(['unit', 'missing.conf'], 'unit', ['missing.conf'])).toBe(true);
  });
});
