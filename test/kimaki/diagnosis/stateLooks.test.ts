// @module-tag root
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InstanceFinding } from '../../../src/kimaki/diagnosis/instanceFinding.js';
import { stateLooks } from '../../../src/kimaki/diagnosis/stateLooks.js';
import type { KimakiInstance } from '../../../src/kimaki/instance/index.js';
import { remedy } from '../../../src/posix/findings/index.js';
import { AGENT, exampleInstance } from '../support/exampleInstance.js';

const { uid, gid } = AGENT.user;
let home = '';
let dataDir = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wca-state-'));
  dataDir = join(home, '.kimaki');
  await chmod(home, 0o755);
  await mkdir(dataDir);
  await chown(dataDir, uid, gid);
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

const AGENT_HERE = (): typeof AGENT => ({ ...AGENT, user: { ...AGENT.user, home } });

/** What one look at an instance with its state here gives, and what it left out. */
async function looked(
  what: string,
  changes: Partial<KimakiInstance> = {},
  service: typeof AGENT | null = AGENT_HERE(),
) {
  const look = stateLooks().find((one) => one.what === what);
  if (look === undefined) throw new Error(`no look at ${what}`);
  const instance = exampleInstance('', { dataDir, home, accountHome: home, ...changes });
  const seen = (await look.look({ instance, instances: [], caller: null }, service))._unsafeUnwrap();
  const found: readonly InstanceFinding[] = 'found' in seen ? seen.found : seen;
  return { found, ids: found.map(({ id }) => id), leftOut: 'found' in seen ? seen.leftOut : [] };
}

describe('its data directory', () => {
  const WHAT = 'its data directory';

  it('is fine where the service owns it', async () => {
    expect((await looked(WHAT)).ids).toEqual([]);
  });

  it('is missing where there is none, or something else: the service would begin with empty data', async () => {
    await rm(dataDir, { recursive: true });
    const { found } = await looked(WHAT);
    expect(found).toMatchObject([{ id: 'data-directory-missing', severity: 'broken', evidence: [dataDir] }]);
    expect(found[0]?.what).toContain('does not exist');
    await symlink('/nowhere', dataDir);
    expect((await looked(WHAT)).found[0]?.what).toContain('is a symlink');
  });

  it('is closed where the service may not write in it, with the component that refuses', async () => {
    await chown(dataDir, 0, 0);
    await chmod(dataDir, 0o755);
    const { found } = await looked(WHAT);
    expect(found).toMatchObject([
      {
        id: 'data-directory-closed',
        evidence: [dataDir],
        remedy: remedy.inOrder(
          remedy.command('systemctl', 'stop', 'kimaki.service'),
          remedy.text('let opencode own it'),
          remedy.command('systemctl', 'start', 'kimaki.service'),
        ),
      },
    ]);
    await chmod(home, 0o700);
    expect((await looked(WHAT)).found[0]?.evidence).toEqual([home]);
  });

  it('holds databases that are the service’s own, with their logs', async () => {
    for (const name of ['a.db', 'a.db-wal', 'b.sqlite3', 'c.txt', 'a.dbx']) await writeFile(join(dataDir, name), '');
    await chown(join(dataDir, 'a.db'), uid, gid);
    const { found } = await looked(WHAT);
    expect(found.map(({ id, evidence }) => [id, evidence])).toEqual([
      ['database-owner', [join(dataDir, 'a.db-wal')]],
      ['database-owner', [join(dataDir, 'b.sqlite3')]],
    ]);
  });

  it('holds databases at any depth, packages passed over', async () => {
    await mkdir(join(dataDir, 'projects/a/node_modules/x'), { recursive: true });
    for (const name of ['projects/a/deep.db', 'projects/a/node_modules/x/other.db'])
      await writeFile(join(dataDir, name), '');
    const { found } = await looked(WHAT);
    expect(found.map(({ id, evidence }) => [id, evidence])).toEqual([
      ['database-owner', [join(dataDir, 'projects/a/deep.db')]],
    ]);
  });

  it('is not asked whether an unknown account can write it', async () => {
    await chown(dataDir, 0, 0);
    expect((await looked(WHAT, {}, null)).ids).toEqual([]);
  });
});

describe('state in other homes', () => {
  const WHAT = 'state in other homes';

  it('is none where the data directory is the only one', async () => {
    expect((await looked(WHAT)).ids).toEqual([]);
  });

  it('is a risk where two places hold state, and a note for the skeleton of an install', async () => {
    const other = join(home, 'other');
    await mkdir(join(other, '.kimaki/bin'), { recursive: true });
    await writeFile(join(other, '.kimaki/bin/kimaki'), '#!/bin/sh\n');
    expect((await looked(WHAT, { accountHome: other })).found).toMatchObject([
      { id: 'state-in-both-homes', severity: 'note', evidence: [join(other, '.kimaki'), dataDir] },
    ]);
    await writeFile(join(other, '.kimaki/discord-sessions.db'), 'x');
    expect((await looked(WHAT, { accountHome: other })).found).toMatchObject([{ severity: 'risk' }]);
  });
});

describe('what root left in its home', () => {
  const WHAT = 'what root left in its home';

  it('breaks a service of another account, and is given to it', async () => {
    const path = join(home, '.local/share/opencode');
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'log'), '');
    const { found } = await looked(WHAT);
    expect(found).toMatchObject([
      {
        id: 'foreign-files-in-home',
        severity: 'broken',
        remedy: remedy.call('reclaim', path, { from: 'root', to: 'opencode:opencode' }),
      },
    ]);
    expect(found[0]?.what).toContain('2 entries of');
  });

  it('is counted at any depth of a data directory outside the home too', async () => {
    const elsewhere = join(home, 'srv/data');
    await mkdir(join(elsewhere, 'a/b/c'), { recursive: true });
    for (const path of ['', 'a', 'a/b', 'a/b/c']) await chown(join(elsewhere, path), uid, gid);
    for (const name of ['a/b/c/one', 'a/b/two']) await writeFile(join(elsewhere, name), '');
    const { found } = await looked(WHAT, { dataDir: elsewhere });
    expect(found).toMatchObject([{ id: 'foreign-files-in-home', severity: 'broken', evidence: [elsewhere] }]);
    expect(found[0]?.what).toMatch(/^2 entries of .*, in the data directory of /);
  });

  it('is none where root is the one that runs in its own home', async () => {
    await writeFile(join(dataDir, 'log'), '');
    expect((await looked(WHAT, { user: 'root' })).ids).toEqual([]);
  });

  it('is a risk where root runs in the home of another account: it stops the service once it is that account', async () => {
    await writeFile(join(dataDir, 'log'), '');
    expect((await looked(WHAT, { user: 'root', accountHome: '/root' })).found).toMatchObject([
      { id: 'foreign-files-in-home', severity: 'risk' },
    ]);
  });
});

describe('the paths in its state', () => {
  const WHAT = 'the paths in its state';

  it('are a risk where they lead into the home of root, a few of them named', async () => {
    for (let n = 0; n < 5; n += 1) await symlink('/root/.kimaki/x', join(dataDir, `link${n}`));
    const { found } = await looked(WHAT);
    expect(found).toMatchObject([{ id: 'old-home-in-state', severity: 'risk' }]);
    expect(found[0]?.evidence).toHaveLength(5);
    expect(found[0]?.what).toMatch(/link0; .*link1; .*link2 and 2 more$/);
  });

  it('are fine for root, and what could not be searched is told', async () => {
    await symlink('/root/.kimaki/x', join(dataDir, 'link'));
    expect((await looked(WHAT, { user: 'root' })).ids).toEqual([]);
    await rm(join(dataDir, 'link'));
    await writeFile(join(dataDir, 'a.db'), 'no database');
    expect((await looked(WHAT)).leftOut.join()).toContain('a.db');
  });
});

it('root has no leftovers that are closed to it', async () => {
  const root = { ...AGENT, user: { ...AGENT.user, uid: 0 } };
  expect((await looked("root's leftovers in shared directories", {}, root)).ids).toEqual([]);
  expect((await looked("root's leftovers in shared directories", {}, null)).ids).toEqual([]);
});
