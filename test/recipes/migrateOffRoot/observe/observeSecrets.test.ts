// @module-tag root
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { lookupIdentity } from '../../../../src/posix/accounts/index.js';
import type { Target } from '../../../../src/recipes/host/index.js';
import { observeSecrets } from '../../../../src/recipes/migrateOffRoot/observe/observeSecrets.js';
import { exampleInstance } from '../../../kimaki/support/exampleInstance.js';
import { tempDir } from '../../tempDir.js';
import { exampleFacts } from '../exampleFacts.js';

let dir = '';
let target: Target;
beforeEach(async () => {
  dir = join(tempDir(), 'etc');
  mkdirSync(dir);
  chmodSync(join(dir, '..'), 0o755);
  const likely = (await lookupIdentity('nobody'))._unsafeUnwrap();
  const { uid, gid, name } = likely.user;
  target = {
    facts: { ...exampleFacts().target, name, uid, gid },
    identity: likely,
    likely,
    group: 'nogroup',
    warnings: [],
  };
});

function file(name: string, mode: number, uid = 0, gid = 0): string {
  const path = join(dir, name);
  writeFileSync(path, 'x');
  chownSync(path, uid, gid);
  chmodSync(path, mode);
  return path;
}

function roadie(variables: string): ReturnType<typeof exampleInstance> {
  return exampleInstance(`Environment=${variables}`, { bridge: 'roadie', unit: 'roadie.service' });
}

test('gives a secret of root to the account, with the group that it has unless that is root', async () => {
  const web = (await lookupIdentity('www-data'))._unsafeUnwrap().group;
  const bot = file('bot-token', 0o600);
  const send = file('send-token', 0o640, 0, web.gid);
  const instance = roadie(`ROADIE_BOT_TOKEN_FILE=${bot} ROADIE_SERVICE_TOKEN_FILE=${send}`);
  expect(await observeSecrets(instance, target, [])).toBeOk([
    { path: bot, user: 'nobody', group: 'nogroup' },
    { path: send, user: 'nobody', group: 'www-data' },
  ]);
});

test('leaves what moves with the state, what is not there, and a file without a secret', async () => {
  const inside = file('bot-token', 0o600);
  const config = file('prompt.yaml', 0o644);
  const instance = roadie(
    `ROADIE_BOT_TOKEN_FILE=${inside} ROADIE_PROMPT_CONFIG=${config} ROADIE_SERVICE_TOKEN_FILE=${dir}/none`,
  );
  const move = { from: dir, to: '/home/x', atTarget: 'nothing', asidePath: null, parents: [] } as const;
  expect(await observeSecrets(instance, target, [move])).toBeOk([]);
});

test('refuses where the account will not be able to read a file that the unit names', async () => {
  const config = file('prompt.yaml', 0o600);
  expect(await observeSecrets(roadie(`ROADIE_PROMPT_CONFIG=${config}`), target, [])).toBeErr({
    code: 'FAILS_AS_AGENT',
    subject: config,
  });
  const bot = file('bot-token', 0o600);
  chmodSync(dir, 0o700);
  const refused = await observeSecrets(roadie(`ROADIE_BOT_TOKEN_FILE=${bot}`), target, []);
  expect(refused._unsafeUnwrapErr().message).toContain(dir);
});
