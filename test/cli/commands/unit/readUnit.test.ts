// @module-tag linux
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readUnit } from '../../../../src/cli/commands/unit/readUnit.js';

it('reads a file by its path, through a link too, and names it as systemd would', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wca-read-unit-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'real'), '[Service]\nUser=x\n');
  symlinkSync('real', join(dir, 'a.service'));
  const { path, name, document } = (await readUnit(join(dir, 'a.service')))._unsafeUnwrap();
  expect({ path, name }).toEqual({ path: join(dir, 'a.service'), name: 'a.service' });
  expect(document.assignments.map(({ value }) => value)).toEqual(['x']);
});

it.each([
  ['./a.service', 'USAGE', 'is a relative path'],
  ['wca-no-such-unit.service', 'UNIT_WITHOUT_FILE', 'has no unit file'],
  ['../a.service', 'USAGE', 'is a relative path'],
  ['nonsense', 'INVALID_UNIT_NAME', 'nonsense'],
  ['/nonexistent/a.service', 'NOT_FOUND', '/nonexistent'],
])('refuses %j with %s', async (operand, code, message) => {
  const error = (await readUnit(operand))._unsafeUnwrapErr();
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
});
