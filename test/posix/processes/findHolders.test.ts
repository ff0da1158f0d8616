// @module-tag root
// @module-tag slow
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHolders } from '../../../src/posix/processes/findHolders.js';
import type { Holder } from '../../../src/posix/processes/findHolders.js';
import { runModule } from '../support/runModule.js';

let dir = '';
let children: ChildProcess[] = [];
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'holders-')));
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  // Also what lies deeper than a path may be long.
  execFileSync('rm', ['-rf', dir]);
});

/** A process that has printed a line and now sleeps: what it was told to hold, it holds. */
async function start(command: string, args: readonly string[], cwd = '/'): Promise<number> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid ?? 0;
}

/** In a container some process of the host may be hidden from root; the tests ask for their own. */
const options = { onHidden: (): void => undefined };

async function heldBy(pid: number, ...paths: string[]): Promise<readonly Holder[]> {
  return (await findHolders(paths, options))._unsafeUnwrap().filter((holder) => holder.pid === pid);
}

describe('findHolders', () => {
  it('finds an open file, with who holds it', async () => {
    const pid = await start('sh', ['-c', `exec 5>'${dir}/open'; echo; exec sleep 60`]);
    expect(await heldBy(pid, dir)).toEqual([
      { pid, name: 'sleep', uid: process.getuid?.(), path: `${dir}/open`, kind: 'fd' },
    ]);
  });

  it('finds a working directory', async () => {
    await mkdir(join(dir, 'deep'));
    const pid = await start('sh', ['-c', 'echo; exec sleep 60'], join(dir, 'deep'));
    expect((await heldBy(pid, dir)).map(({ kind, path }) => ({ kind, path }))).toEqual([
      { kind: 'cwd', path: `${dir}/deep` },
    ]);
  });

  it('finds a working directory whose path is longer than the kernel tells, by what it is below', async () => {
    const go = `const name = 'd'.repeat(200); for (let n = 0; n < 30; n += 1) { fs.mkdirSync(name); process.chdir(name); }`;
    const hold = `fs.openSync('.'); fs.writeFileSync('file', ''); fs.openSync('file'); console.log();`;
    const program = `const fs = process.getBuiltinModule('fs'); ${go} ${hold} setInterval(() => undefined, 1000);`;
    const pid = await start(process.execPath, ['-e', program], dir);
    const held = await heldBy(pid, dir);
    expect(held.map(({ kind, path }) => [kind, path])).toEqual([
      ['cwd', dir],
      ['fd', dir],
    ]);
    expect(await heldBy(pid, join(dir, 'other'))).toEqual([]);
  });

  it('finds a running program, which is mapped too', async () => {
    await copyFile('/bin/sleep', join(dir, 'prog'));
    const pid = await start('sh', ['-c', `echo; exec '${dir}/prog' 60`]);
    let kinds: string[] = [];
    for (let tries = 0; tries < 100 && kinds.length < 2; tries += 1) {
      kinds = (await heldBy(pid, join(dir, 'prog'))).map((holder) => holder.kind).sort();
    }
    expect(kinds).toEqual(['exe', 'map']);
  });

  it('finds a file that was deleted and lives on', async () => {
    const pid = await start('sh', ['-c', `exec 5>'${dir}/gone'; echo; exec sleep 60`]);
    await unlink(join(dir, 'gone'));
    const expected = [`${dir}/gone (deleted)`];
    expect((await heldBy(pid, dir)).map((holder) => holder.path)).toEqual(expected);
    expect((await heldBy(pid, join(dir, 'gone'))).map((holder) => holder.path)).toEqual(expected);
  });

  it('compares whole names: a sibling that begins alike is not held', async () => {
    await mkdir(join(dir, 'state'));
    await mkdir(join(dir, 'state2'));
    const pid = await start('sh', ['-c', `exec 5>'${dir}/state2/open'; echo; exec sleep 60`]);
    expect(await heldBy(pid, join(dir, 'state'))).toEqual([]);
    expect(await heldBy(pid, `${dir}/state2/`)).toHaveLength(1);
  });

  it('finds what is held behind a link', async () => {
    await mkdir(join(dir, 'real'));
    await symlink('real', join(dir, 'link'));
    const pid = await start('sh', ['-c', `exec 5>'${dir}/real/open'; echo; exec sleep 60`]);
    expect(await heldBy(pid, join(dir, 'link'))).toHaveLength(1);
  });

  it('shows names with newlines and bytes that are not UTF-8 on one line', async () => {
    const script = `exec 5>"$(printf '${dir}/new\\nline\\377')"; echo; exec sleep 60`;
    const pid = await start('sh', ['-c', script]);
    expect((await heldBy(pid, dir)).map((holder) => holder.path)).toEqual([`${dir}/new\\x0aline\\xff`]);
  });

  it('lists a file once per kind however often it is open', async () => {
    await writeFile(join(dir, 'many'), 'x');
    const pid = await start('sh', ['-c', `exec 5<'${dir}/many' 6<'${dir}/many'; echo; exec sleep 60`]);
    expect(await heldBy(pid, dir)).toHaveLength(1);
  });

  it('is not upset by processes that come and go', async () => {
    await start('sh', ['-c', 'echo; while :; do /bin/true; done']);
    for (let round = 0; round < 20; round += 1) expect((await findHolders([dir], options))._unsafeUnwrap()).toEqual([]);
  });

  it('does not claim to know what a process holds that it may not look into', async () => {
    const script = `
      import { findHolders } from ${JSON.stringify(join(import.meta.dirname, '../../../src/posix/processes/findHolders.ts'))};
      const hidden = [];
      const strict = await findHolders(['/nowhere']);
      const told = await findHolders(['/nowhere'], { onHidden: (pid) => hidden.push(pid) });
      console.log(JSON.stringify([strict.isErr() && strict.error.errno, told.isOk(), hidden.includes(${process.pid})]));
    `;
    const answer = await runModule(script, dir, 33);
    expect(JSON.parse(answer)).toEqual(['EACCES', true, true]);
  });
});
