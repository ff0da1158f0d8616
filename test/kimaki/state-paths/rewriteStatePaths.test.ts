// @module-tag root
// @module-tag sqlite3
// @module-tag acl
// @module-tag slow
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findStatePaths } from '../../../src/kimaki/state-paths/findStatePaths.js';
import {
  refuseUnwritable,
  rewriteStatePaths,
  undoStatePaths,
} from '../../../src/kimaki/state-paths/rewriteStatePaths.js';
import type { StatePathPlan } from '../../../src/kimaki/state-paths/statePathPlan.js';
import { makeTree } from '../support/tree.js';

const WWW = 33;
const MOVES = [{ from: '/root/.kimaki', to: '/home/opencode/.kimaki' }];
let dir = '';
let database = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'state-'));
  await chmod(dir, 0o755);
  database = join(dir, 'kimaki.db');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const sql = (statements: string, file = database): string =>
  execFileSync('sqlite3', [file, statements], { encoding: 'utf8', uid: WWW, gid: WWW }).trim();

/** The state of a service that www-data stands for. */
async function state(): Promise<void> {
  await makeTree(dir, {
    'bin/kimaki': '#!/bin/sh\nKIMAKI_SHIM=/root/.kimaki/bin/kimaki exec /usr/lib/kimaki.js "$@"\n',
    'projects/a/project.json':
      '{ "directory": "/root/.kimaki/projects/a", "said": "look into /root/.kimaki/x",\n "u": "file:///root/.kimaki/p.ts", "e": "\\/root\\/.kimaki\\/q" }\n',
    'projects/link': { link: '/root/.kimaki/projects/a' },
    'projects/away': { link: '/root/work' },
    'notes.md': 'in /root/.kimaki/x I found\n',
  });
  await chmod(join(dir, 'bin/kimaki'), 0o755);
  await utimes(join(dir, 'bin/kimaki'), 1_700_000_000, 1_700_000_000.25);
  // Before 1970.
  await utimes(join(dir, 'projects/a/project.json'), -1, -86_400.25);
  await chown(dir, WWW, WWW);
  for (const path of ['bin', 'bin/kimaki', 'projects', 'projects/a', 'projects/a/project.json', 'notes.md'])
    await chown(join(dir, path), WWW, WWW);
  for (const path of ['projects/link', 'projects/away']) await lchown(join(dir, path), WWW, WWW);
  sql(`PRAGMA journal_mode=WAL;
    CREATE TABLE channels (id TEXT PRIMARY KEY, name TEXT, directory TEXT);
    INSERT INTO channels VALUES ('1001', 'site', '/var/www/site'), ('1002', 'sandbox', '/root/.kimaki/projects/sandbox'), ('1003', 'work', '/root/work'), ('1004', 'fs', '/rootfs/.kimaki');
    CREATE TABLE messages (id INTEGER PRIMARY KEY, text TEXT, "odd ""column" TEXT);
    INSERT INTO messages VALUES (1, 'go to /root/.kimaki/x', NULL), (2, '/root/.kimaki/line
two', 'x'), (3, 'it''s', '/root/.kimaki');
    CREATE TABLE kv (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID; INSERT INTO kv VALUES ('a', '/root/.kimaki');
    CREATE VIRTUAL TABLE search USING fts5(body); INSERT INTO search VALUES ('/root/.kimaki');`);
}

const plan = async (): Promise<StatePathPlan> =>
  (await findStatePaths({ roots: [dir], oldHomes: ['/root'], moves: MOVES }))._unsafeUnwrap();

async function snapshot(): Promise<unknown> {
  const text = async (path: string): Promise<unknown> => {
    const { mode, uid, gid, mtimeMs } = await lstat(join(dir, path));
    return [await readFile(join(dir, path), 'utf8'), mode, uid, gid, mtimeMs];
  };
  const dump = sql('.dump')
    .split('\n')
    .filter((line) => !line.includes('search'));
  return [
    await text('bin/kimaki'),
    await text('projects/a/project.json'),
    await text('notes.md'),
    await readlink(join(dir, 'projects/link')),
    dump,
  ];
}

describe('paths of the state', () => {
  it('are found by channel, and those that stay behind are named', async () => {
    await state();
    const found = await plan();
    const shown = found.paths.map((path) =>
      path.kind === 'database'
        ? `${path.table}.${path.column} ${path.label} ${path.after}`
        : `${path.kind} ${path.file.slice(dir.length + 1)}`,
    );
    expect(shown.sort()).toEqual([
      'channels.directory id=1002, name=sandbox /home/opencode/.kimaki/projects/sandbox',
      'link projects/link',
      'messages.odd "column id=3 /home/opencode/.kimaki',
      'text bin/kimaki',
      'text projects/a/project.json',
    ]);
    expect(found.stuck.map((line) => line.slice(dir.length + 1)).sort()).toEqual([
      'kimaki.db, channels.directory of id=1003, name=work: /root/work does not move',
      'notes.md:1: in /root/.kimaki/x I found',
      'projects/a/project.json:1: { "directory": "/root/.kimaki/projects/a", "said": "look into /root/.kimaki/x",',
      'projects/away: /root/work',
    ]);
    expect(found.notSearched).toEqual([]);
    // Nothing of root's beside the database, and no copy left.
    expect(execFileSync('find', [dir, '-user', 'root', '-o', '-name', '*-shm'], { encoding: 'utf8' })).toBe('');
    expect((await readdir('/var/tmp')).filter((name) => name.startsWith(`wca-db-${process.pid}-`))).toEqual([]);
  });

  it('follow their move, and nothing else changes', async () => {
    await state();
    const { paths } = await plan();
    (await rewriteStatePaths(paths))._unsafeUnwrap();
    expect(await readFile(join(dir, 'bin/kimaki'), 'utf8')).toBe(
      '#!/bin/sh\nKIMAKI_SHIM=/home/opencode/.kimaki/bin/kimaki exec /usr/lib/kimaki.js "$@"\n',
    );
    expect(await readFile(join(dir, 'projects/a/project.json'), 'utf8')).toBe(
      '{ "directory": "/home/opencode/.kimaki/projects/a", "said": "look into /root/.kimaki/x",\n "u": "file:///home/opencode/.kimaki/p.ts", "e": "\\/home\\/opencode\\/.kimaki\\/q" }\n',
    );
    expect(await readlink(join(dir, 'projects/link'))).toBe('/home/opencode/.kimaki/projects/a');
    expect(sql('SELECT directory FROM channels ORDER BY id')).toBe(
      '/var/www/site\n/home/opencode/.kimaki/projects/sandbox\n/root/work\n/rootfs/.kimaki',
    );
    expect(sql('SELECT text FROM messages WHERE id < 3')).toBe('go to /root/.kimaki/x\n/root/.kimaki/line\ntwo');
    expect((await plan()).paths).toEqual([]);
    expect(execFileSync('find', [dir, '-user', 'root'], { encoding: 'utf8' })).toBe('');
    // A second time changes nothing.
    const before = await snapshot();
    (await rewriteStatePaths(paths))._unsafeUnwrap();
    expect(await snapshot()).toEqual(before);
  });

  it('come back exactly, twice if need be, with what was written since', async () => {
    await state();
    const before = await snapshot();
    const { paths } = await plan();
    (await rewriteStatePaths(paths))._unsafeUnwrap();
    expect((await undoStatePaths(paths))._unsafeUnwrap()).toEqual([]);
    expect(await snapshot()).toEqual(before);
    expect((await undoStatePaths(paths))._unsafeUnwrap()).toEqual([]);
    expect(await snapshot()).toEqual(before);

    (await rewriteStatePaths(paths))._unsafeUnwrap();
    sql(
      "INSERT INTO channels VALUES ('1005', 'new', '/home/opencode/.kimaki/projects/new'); UPDATE channels SET directory = '/srv/moved' WHERE id = '1002'",
    );
    await writeFile(join(dir, 'bin/kimaki'), '#!/bin/sh\n# by hand\n');
    const left = (await undoStatePaths(paths))._unsafeUnwrap();
    expect(left.map((line) => line.slice(dir.length + 1))).toEqual([
      'kimaki.db: channels.directory of id=1002, name=sandbox was changed since and is left',
      'bin/kimaki was changed since and is left',
    ]);
    expect(sql("SELECT directory FROM channels WHERE id IN ('1002', '1005')")).toBe(
      '/srv/moved\n/home/opencode/.kimaki/projects/new',
    );
    expect(await readFile(join(dir, 'bin/kimaki'), 'utf8')).toBe('#!/bin/sh\n# by hand\n');
  });

  it('are not rewritten where they read otherwise by now', async () => {
    await state();
    const { paths } = await plan();
    await writeFile(join(dir, 'projects/a/project.json'), '{}');
    expect((await rewriteStatePaths(paths))._unsafeUnwrapErr()).toMatchObject({ code: 'STATE_PATH_CHANGED' });
  });

  it('in a database that a process has open are left alone', async () => {
    await state();
    const { paths } = await plan();
    const holder = spawn('sqlite3', [database], { uid: WWW, gid: WWW, stdio: ['pipe', 'pipe', 'inherit'] });
    holder.stdin.write('SELECT count(*) FROM channels;\n');
    await once(holder.stdout, 'data');
    expect((await rewriteStatePaths(paths.filter(({ kind }) => kind === 'database')))._unsafeUnwrapErr()).toMatchObject(
      { code: 'DATABASE_BUSY' },
    );
    holder.stdin.end();
    await once(holder, 'exit');
  });

  it('in a database of several owners, or of no account, are found, and not written', async () => {
    await state();
    await writeFile(`${database}-wal`, '');
    const { paths, notSearched } = await plan();
    expect(notSearched).toEqual([]);
    expect((await rewriteStatePaths(paths.filter(({ kind }) => kind === 'database')))._unsafeUnwrapErr()).toMatchObject(
      { code: 'DATABASE_OWNER' },
    );
    await chown(database, 54_321, 0);
    expect((await plan()).paths).toEqual(paths);
  });

  it('come back in a database of root’s whose log the service made anew', async () => {
    await state();
    for (const path of [dir, database]) await chown(path, 0, 0);
    const { paths } = await plan();
    (await rewriteStatePaths(paths))._unsafeUnwrap();
    for (const path of [dir, database]) await chown(path, WWW, WWW);
    const holder = spawn('sqlite3', [database], { uid: WWW, gid: WWW, stdio: ['pipe', 'pipe', 'inherit'] });
    holder.stdin.write("INSERT INTO channels VALUES ('1006', 'late', '/x');\nSELECT 'written';\n");
    await once(holder.stdout, 'data');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await chown(database, 0, 0);
    await chmod(dir, 0o700);
    await chown(dir, 0, 0);
    expect((await undoStatePaths(paths))._unsafeUnwrap()).toEqual([]);
    await chmod(dir, 0o755);
    expect(
      execFileSync('sqlite3', [database, 'SELECT directory FROM channels WHERE id IN (1002, 1006)'], {
        encoding: 'utf8',
      }).trim(),
    ).toBe('/root/.kimaki/projects/sandbox\n/x');
    expect(await readlink(join(dir, 'projects/link'))).toBe('/root/.kimaki/projects/a');
  });

  it('are not written as root into a database that another account could exchange', async () => {
    await state();
    await chown(dir, WWW, WWW);
    await chown(database, 0, 0);
    const { paths } = await plan();
    // A plan can know it, before anything is stopped.
    expect((await refuseUnwritable(paths))._unsafeUnwrapErr()).toMatchObject({ code: 'DATABASE_OWNER' });
    expect((await rewriteStatePaths(paths))._unsafeUnwrapErr()).toMatchObject({ code: 'DATABASE_OWNER' });
    await chown(database, WWW, WWW);
    expect(await refuseUnwritable(paths)).toBeOk();
  });

  it('that cannot be put back are told, and the rest is put back', async () => {
    await state();
    const { paths } = await plan();
    (await rewriteStatePaths(paths))._unsafeUnwrap();
    await writeFile(`${database}-wal`, '');
    const left = (await undoStatePaths(paths))._unsafeUnwrap();
    expect(left).toEqual([expect.stringContaining('to different accounts')]);
    expect(await readlink(join(dir, 'projects/link'))).toBe('/root/.kimaki/projects/a');
  });

  it('are told without a control character, whatever a channel is called', async () => {
    await state();
    sql("UPDATE channels SET name = char(27) || '[2J' || char(10) || 'x' WHERE id IN ('1002', '1003')");
    const { paths, stuck } = await plan();
    const labels = paths.flatMap((path) => (path.kind === 'database' ? [path.label] : []));
    expect(labels[0]).toBe('id=1002, name=\\x1b[2J\\x0ax');
    expect([...labels, ...stuck].join('')).not.toMatch(/\p{Cc}/u);
  });

  it('in what git keeps of its worktrees follow on both sides', async () => {
    await makeTree(dir, {
      'tree/.git': 'gitdir: /root/.kimaki/repo/.git/worktrees/tree\n',
      'repo/.git/worktrees/tree/gitdir': '/root/.kimaki/tree/.git\n',
      'repo/.git/config': '/root/.kimaki\n',
    });
    const { paths } = await plan();
    (await rewriteStatePaths(paths))._unsafeUnwrap();
    expect(await readFile(join(dir, 'tree/.git'), 'utf8')).toBe(
      'gitdir: /home/opencode/.kimaki/repo/.git/worktrees/tree\n',
    );
    expect(await readFile(join(dir, 'repo/.git/worktrees/tree/gitdir'), 'utf8')).toBe(
      '/home/opencode/.kimaki/tree/.git\n',
    );
  });

  it('are all found, however many there are and whatever merely mentions one', async () => {
    await makeTree(dir, {
      'a.log': '/root/.kimaki/x\n'.repeat(2000),
      ...Object.fromEntries(
        Array.from({ length: 700 }, (_, i) => [`storage/${i}.json`, '{"directory":"/root/.kimaki/p"}']),
      ),
    });
    const found = await plan();
    expect(found.paths).toHaveLength(700);
    const file = join(dir, 'storage/7.json');
    await chown(file, WWW, WWW);
    execFileSync('setfacl', ['-m', 'u:nobody:r', file]);
    await utimes(file, 1_700_000_000, 1_700_000_000.25);
    const look = async (): Promise<unknown> => {
      const { mode, uid, gid, nlink } = await lstat(file);
      return [mode, uid, gid, nlink, execFileSync('getfacl', ['-n', '-p', file], { encoding: 'utf8' })];
    };
    const before = await look();
    (await rewriteStatePaths(found.paths))._unsafeUnwrap();
    expect(await readFile(file, 'utf8')).toBe('{"directory":"/home/opencode/.kimaki/p"}');
    expect(await look()).toEqual(before);
    expect((await plan()).paths).toEqual([]);
    expect((await readdir(dir)).sort()).toEqual(['a.log', 'storage']);
    expect((await undoStatePaths(found.paths))._unsafeUnwrap()).toEqual([]);
    expect(await look()).toEqual(before);
    expect((await plan()).paths).toHaveLength(700);
  });
});
