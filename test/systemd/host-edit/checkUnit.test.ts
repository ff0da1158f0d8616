// @module-tag systemd
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkUnit } from '../../../src/systemd/host-edit/checkUnit.js';

const GOOD = '[Service]\nExecStart=/bin/true\n';
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wca-check-'));
  mkdirSync(join(dir, 'wca-test.service.d'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** What is found in a file of this content. */
async function checked(name: string, text: string) {
  const path = join(dir, name);
  writeFileSync(path, text);
  return (await checkUnit(path))._unsafeUnwrap();
}

describe('checkUnit', () => {
  it('has nothing against a good unit file', async () => {
    const path = join(dir, 'wca-test.service');
    expect(await checked('wca-test.service', GOOD)).toEqual({
      ok: true,
      path,
      unit: 'wca-test.service',
      problems: [],
      complaints: [],
    });
  });

  it('tells a line of the text once, and what the unit as a whole lacks without a line', async () => {
    const text = 'nonsense\n[Service]\nUser=a:b\n';
    const { ok, problems } = await checked('wca-test.service', text);
    expect(ok).toBe(false);
    expect(problems.map(({ code, line }) => [code, line])).toEqual([
      ['ASSIGNMENT_OUTSIDE_SECTION', 1],
      ['NOT_LOADED', 3],
    ]);
    const lacking = await checked('wca-test.service', '[Service]\nType=simple\n');
    expect(lacking.problems[0]).toMatchObject({ code: 'NOT_LOADED', line: null });
  });

  it('judges a drop-in by itself and with its unit, whose name its directory has', async () => {
    mkdirSync(join(dir, 'systemd-journald.service.d'));
    const found = await checked('systemd-journald.service.d/a.conf', 'Foo=1\n[Service]\nUMask=0002\n');
    expect(found.unit).toBe('systemd-journald.service');
    expect(found.problems).toMatchObject([{ code: 'ASSIGNMENT_OUTSIDE_SECTION', line: 1 }]);
  });

  it('says that there is no such unit, file or name', async () => {
    expect(await checkUnit('wca-no-such-unit.service')).toBeErr({ code: 'UNIT_NOT_FOUND' });
    expect(await checkUnit(join(dir, 'wca-test.service.d/none.conf'))).toBeErr({ code: 'NOT_FOUND' });
    mkdirSync(join(dir, 'nonsense.d'));
    writeFileSync(join(dir, 'nonsense.d/a.conf'), GOOD);
    expect(await checkUnit(join(dir, 'nonsense.d/a.conf'))).toBeErr({ code: 'INVALID_UNIT_NAME' });
  });
});
