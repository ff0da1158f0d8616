// @module-tag root
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KIMAKI } from '../../../src/kimaki/bridges/index.js';
import { lostAbilities } from '../../../src/kimaki/abilities/lostAbilities.js';
import { readAbilityFacts } from '../../../src/kimaki/abilities/readAbilityFacts.js';
import type { AbilityFacts } from '../../../src/kimaki/abilities/lostAbilities.js';
import type { AbilityRequest } from '../../../src/kimaki/abilities/readAbilityFacts.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { makeTree } from '../support/tree.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp('/tmp/kimaki-abilities-');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function facts(changes: Partial<AbilityRequest> = {}): Promise<AbilityFacts> {
  const newIdentity = (await lookupIdentity('www-data'))._unsafeUnwrap();
  const request = {
    bridge: KIMAKI,
    oldUser: 'nobody-of-that-name',
    oldHome: join(dir, 'root'),
    newIdentity,
    moved: [],
    lockPort: 29988,
    execStart: '/k',
    npmPrefix: dir,
  };
  return (await readAbilityFacts({ ...request, ...changes }))._unsafeUnwrap();
}

it('names the keys and logins that are there, and keys of other names by their public half', async () => {
  await makeTree(dir, {
    'root/.ssh/id_rsa': 'k',
    'root/.ssh/fleet': 'k',
    'root/.ssh/fleet.pub': 'k',
    'root/.ssh/known_hosts': 'h',
    'root/.npmrc': 'n',
    'root/other': 'x',
  });
  expect((await facts()).present.toSorted()).toEqual(['.npmrc', '.ssh/fleet', '.ssh/id_rsa', '.ssh/known_hosts']);
});

it('asks whether the new user may write where packages are installed', async () => {
  expect((await facts()).npmPrefixWritable).toBe(false);
  await chmod(dir, 0o777);
  expect((await facts()).npmPrefixWritable).toBe(true);
  expect((await facts({ npmPrefix: join(dir, 'absent') })).npmPrefixWritable).toBeNull();
});

it('finds what the old user left in shared places, by name', async () => {
  const mine = (found: AbilityFacts): string[] => found.leftovers.filter((path) => path.startsWith(dir));
  expect(mine(await facts())).toEqual([dir]);
  await chmod(dir, 0o777);
  expect(mine(await facts())).toEqual([]);
});

it('sees --no-auto-upgrade as a word of its own', async () => {
  expect((await facts({ execStart: '/k --no-auto-upgrade --x' })).autoUpgradeOff).toBe(true);
  expect((await facts({ execStart: '/k --no-auto-upgrades' })).autoUpgradeOff).toBe(false);
});

it('gives what the judgement needs', async () => {
  await writeFile(join(dir, 'x'), '');
  expect(lostAbilities(await facts({ oldUser: 'root', lockPort: 80 })).map(({ id }) => id)).toContain('low-port');
});
