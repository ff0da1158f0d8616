// @module-tag root
// @module-tag sqlite3
import { execFileSync, spawnSync } from 'node:child_process';
import { constants, mkdirSync, readdirSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { MigrationFacts } from '../../../../src/recipes/host/facts.js';
import { channelsOf, preflight } from '../../../../src/recipes/migrateOffRoot/run/preflight.js';
import { tempDir } from '../../tempDir.js';
import { exampleFacts } from '../exampleFacts.js';

const O_TMPFILE = 0o20200000;
const calls: { readonly path: string; readonly flags: number }[] = [];
let refusing = false;

/** The filesystem of the test knows files without a name; one that does not (NFS) answers so. */
const { open } = promises;
promises.open = (path, flags, mode) => {
  calls.push({ path: String(path), flags: Number(flags) });
  const unnamed = (Number(flags) & O_TMPFILE) === O_TMPFILE;
  return refusing && unnamed
    ? Promise.reject(Object.assign(new Error('no'), { code: 'EOPNOTSUPP' }))
    : open(path, flags, mode);
};
syncBuiltinESMExports();
afterAll(() => {
  promises.open = open;
  syncBuiltinESMExports();
});

/** Facts that are written to in this directory alone. */
function factsIn(dir: string): MigrationFacts {
  const facts = exampleFacts();
  const file = { path: join(dir, 'kimaki.service'), sha256: '', needsRewrite: true, diff: '' };
  return {
    ...facts,
    unit: { ...facts.unit, files: [file] },
    companions: [],
    site: { ...facts.site, muPluginsDir: join(dir), writable: [] },
    state: { ...facts.state, moves: [] },
    dispatch: { ...facts.dispatch, strategy: 'system-binary', file: null },
    agentsFile: null,
    agentPlaces: [],
  };
}

test.each([false, true])(
  'files can be made and given away, with or without a name (%s), and none is left',
  async (without) => {
    refusing = without;
    calls.length = 0;
    const dir = tempDir();
    expect(await preflight([factsIn(dir)], {})).toBeOk();
    expect(readdirSync(dir)).toEqual([]);
    const exclusive = constants.O_CREAT | constants.O_EXCL;
    expect(calls.filter(({ flags }) => (flags & exclusive) === exclusive).length > 0).toBe(without);
  },
);

test.each([false, true])(
  'a read-only filesystem is refused by the directory, with or without a name (%s)',
  async (without) => {
    refusing = without;
    const dir = tempDir();
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', dir]).status).toBe(0);
    onTestFinished(() => {
      spawnSync('umount', ['--lazy', dir]);
    });
    const refused = await preflight([factsIn(dir)], {});
    expect(refused).toBeErr({ code: 'NOT_WRITABLE' });
    expect(refused).toBeErr({ message: expect.stringContaining(dir) });
  },
);

test('a channel is asked of every instance: one that knows it is enough, and one whose channels cannot be told', async () => {
  const dir = tempDir();
  const known = [];
  for (const channel of ['1001', '2001']) {
    const dataDir = join(dir, channel);
    mkdirSync(dataDir);
    const made = `CREATE TABLE channel_directories (channel_id TEXT); INSERT INTO channel_directories VALUES ('${channel}')`;
    execFileSync('sqlite3', [join(dataDir, 'discord-sessions.db'), made]);
    const facts = factsIn(dir);
    known.push({ ...facts, unit: { ...facts.unit, dataDir } });
  }
  expect(await channelsOf({ database: 'discord-sessions.db' }, join(dir, '2001'))).toEqual(['2001']);
  expect(await preflight(known, { probeChannel: '2001' })).toBeOk();
  const refused = await preflight(known, { probeChannel: '3001' });
  expect(refused).toBeErr({ code: 'CHANNEL_NOT_FOUND' });
  expect(refused).toBeErr({ message: expect.stringContaining('1001') });
  expect(await channelsOf({ database: 'none.db' }, dir)).toEqual([]);
  expect(await preflight([...known, factsIn(dir)], { probeChannel: '3001' })).toBeOk();
});
