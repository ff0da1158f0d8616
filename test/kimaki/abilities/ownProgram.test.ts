// @module-tag root
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findOwnProgram, isOwnProgram } from '../../../src/kimaki/abilities/ownProgram.js';
import { KIMAKI } from '../../../src/kimaki/bridges/index.js';
import { lookupIdentity } from '../../../src/posix/accounts/index.js';
import type { Identity } from '../../../src/posix/accounts/index.js';

let root = '';
let home = '';
let npm = '';
let identity: Identity;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'own-'));
  chmodSync(root, 0o755);
  home = join(root, 'home');
  npm = join(root, 'npm');
  const nobody = (await lookupIdentity('nobody'))._unsafeUnwrap();
  identity = { ...nobody, user: { ...nobody.user, home } };
  const places = ['', '.npm', '.npm/bin', '.npm/lib', '.npm/lib/node_modules', '.npm/lib/node_modules/kimaki'];
  for (const place of places.map((one) => join(home, one))) {
    mkdirSync(place);
    chownSync(place, identity.user.uid, identity.user.gid);
  }
  writeFileSync(join(home, '.npm/lib/node_modules/kimaki/bin.js'), '#!/bin/sh\n', { mode: 0o755 });
  symlinkSync('../lib/node_modules/kimaki/bin.js', join(home, '.npm/bin/kimaki'));
  says('$HOME/.npm');
});
afterEach(() => rmSync(root, { recursive: true }));

/** npm answers as the account, with its home. */
function says(prefix: string): void {
  writeFileSync(npm, `#!/bin/sh\n[ "$1 $2" = "prefix --global" ] && echo "${prefix}"\n`, { mode: 0o755 });
}

it("finds the command in the account's own prefix, which it can upgrade", async () => {
  expect(await findOwnProgram(KIMAKI, identity, { npm })).toBeOk({
    prefix: join(home, '.npm'),
    path: join(home, '.npm/bin/kimaki'),
    packages: join(home, '.npm/lib/node_modules'),
  });
});

it.each([
  ["a prefix of the system is not the account's", () => says('/usr'), 'which is not in its home'],
  ['nor is its home itself, or what is no path', () => says('relative'), 'which is not in its home'],
  ['npm that fails', () => writeFileSync(npm, '#!/bin/sh\nexit 3\n', { mode: 0o755 }), 'npm prefix --global fails'],
  ['npm that is missing', () => rmSync(npm), 'own to upgrade'],
  ['a command that is missing', () => rmSync(join(home, '.npm/bin/kimaki')), 'own to upgrade'],
  [
    'a command that leads to the package of the system',
    () => {
      rmSync(join(home, '.npm/bin/kimaki'));
      symlinkSync('/bin/true', join(home, '.npm/bin/kimaki'));
    },
    'does not lead to the package kimaki',
  ],
  ['packages of root', () => chownSync(join(home, '.npm/lib/node_modules'), 0, 0), 'is not its to write'],
])('%s is refused', async (_, breakIt, words) => {
  breakIt();
  const found = (await findOwnProgram(KIMAKI, identity, { npm }))._unsafeUnwrapErr();
  expect(found.code).toBe('NO_OWN_PROGRAM');
  expect(found.message).toContain(words);
});

it('a shim in the data directory is no program of its own', async () => {
  writeFileSync(join(home, 'kimaki'), '#!/bin/sh\n', { mode: 0o755 });
  expect(await isOwnProgram(join(home, 'kimaki'), home, 'kimaki')).toBe(false);
  expect(await isOwnProgram(join(home, '.npm/bin/kimaki'), home, 'kimaki')).toBe(true);
  expect(await isOwnProgram(join(home, '.npm/bin/kimaki'), '/', 'kimaki')).toBe(false);
});
