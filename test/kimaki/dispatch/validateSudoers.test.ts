// @module-tag root
// @module-tag sudo
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { validateSudoers, validateSudoersWhole } from '../../../src/kimaki/dispatch/validateSudoers.js';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sudoers-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(dir, name), content, { mode: 0o440 });
  return join(dir, name);
}

it('accepts what visudo accepts', async () => {
  const path = await file('good', 'www-data ALL=(opencode) NOPASSWD: /bin/true *\n');
  expect(await validateSudoers(path)).toBeOk();
});

it('refuses a syntax error with the words of visudo and the path', async () => {
  const path = await file('bad', 'www-data ALL=(opencode NOPASSWD: /bin/true\n');
  const error = (await validateSudoers(path))._unsafeUnwrapErr();
  expect(error).toMatchObject({ code: 'SUDOERS_INVALID', path });
  expect(error.message).toContain('syntax error');
  expect(error.message).not.toContain('\n');
});

it('refuses a file that is not there', async () => {
  expect((await validateSudoers(join(dir, 'absent')))._unsafeUnwrapErr().code).toBe('SUDOERS_INVALID');
});

it('accepts the policy of this host as a whole', async () => {
  expect(await validateSudoersWhole()).toBeOk();
});
