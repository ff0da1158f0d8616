// @module-tag root
// @module-tag slow
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireHostLock } from '../../../src/posix/files/acquireHostLock.js';
import { runProgram } from '../../../src/posix/programs/runProgram.js';
import { freshPlace, run } from '../support/place.js';
import { bundle } from '../support/runModule.js';
import { descriptorsNow } from '../support/trees.js';

const SOURCE = join(import.meta.dirname, '../../../src/posix/files/acquireHostLock.ts');

/** A process that takes the lock and stays, and the line it printed: `held`, or the error's code. */
async function contender(program: string, lock: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [program, lock], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim()));
  });
  return { child, said };
}

async function contending(place: string): Promise<string> {
  return bundle(
    `import { acquireHostLock } from ${JSON.stringify(SOURCE)};
     const lock = await acquireHostLock(process.argv[2]);
     console.log(lock.isOk() ? 'held' : lock.error.code);
     setTimeout(() => {}, 60_000);`,
    place,
  );
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

describe('acquireHostLock', () => {
  it('makes the file 0600 with our pid, and frees the lock on release', async () => {
    const path = join(freshPlace(), 'lock');
    const first = (await acquireHostLock(path))._unsafeUnwrap();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    expect(await first.release()).toBeOk();
    const second = (await acquireHostLock(path))._unsafeUnwrap();
    expect(await second.release()).toBeOk();
    expect(await second.release()).toBeOk();
  });

  it('refuses a second holder and names the first one, also within one process', async () => {
    const path = join(freshPlace(), 'lock');
    const lock = (await acquireHostLock(path))._unsafeUnwrap();
    const refused = (await acquireHostLock(path))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: 'LOCKED', path, holderPid: process.pid });
    expect(refused.message).toContain(`process ${process.pid} holds the lock ${path}; wait for it to end`);
    expect(await lock.release()).toBeOk();
  });

  it('is one lock with flock(1) of any other program', async () => {
    const path = join(freshPlace(), 'lock');
    const lock = (await acquireHostLock(path))._unsafeUnwrap();
    const other = async (): Promise<number | null> =>
      (await runProgram('flock', ['-n', path, 'true']))._unsafeUnwrap().exitCode;
    expect(await other()).toBe(1);
    expect(await lock.release()).toBeOk();
    expect(await other()).toBe(0);
  });

  it('is not held by a dead process, however it died', async () => {
    const place = freshPlace();
    const path = join(place, 'lock');
    const { child, said } = await contender(await contending(place), path);
    expect(said).toBe('held');
    expect((await acquireHostLock(path))._unsafeUnwrapErr()).toMatchObject({ code: 'LOCKED', holderPid: child.pid });
    await ended(child);
    const lock = (await acquireHostLock(path))._unsafeUnwrap();
    expect(await lock.release()).toBeOk();
  });

  it('goes to exactly one of many that ask at once', async () => {
    const place = freshPlace();
    const program = await contending(place);
    const all = await Promise.all(Array.from({ length: 8 }, () => contender(program, join(place, 'lock'))));
    const said = all.map((one) => one.said).sort();
    await Promise.all(all.map((one) => ended(one.child)));
    expect(said).toEqual([...Array.from({ length: 7 }, () => 'LOCKED'), 'held']);
  });

  it('is not inherited by programs that run meanwhile', async () => {
    const path = join(freshPlace(), 'lock');
    const lock = (await acquireHostLock(path))._unsafeUnwrap();
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    expect(await lock.release()).toBeOk();
    const again = await acquireHostLock(path);
    child.kill('SIGKILL');
    expect(await again._unsafeUnwrap().release()).toBeOk();
  });

  it('takes no lock on what someone else could have put there', async () => {
    const place = freshPlace();
    const at = (name: string): string => join(place, name);
    writeFileSync(at('target'), 'keep', { mode: 0o600 });
    symlinkSync('target', at('link'));
    mkdirSync(at('directory'));
    run('mkfifo', ['-m', '600', at('fifo')]);
    writeFileSync(at('foreign'), '', { mode: 0o600 });
    chownSync(at('foreign'), 33, 33);
    writeFileSync(at('open'), '');
    chmodSync(at('open'), 0o666);
    writeFileSync(at('hard'), '', { mode: 0o600 });
    linkSync(at('hard'), at('hard2'));
    for (const name of ['link', 'fifo', 'foreign', 'open', 'hard']) {
      expect((await acquireHostLock(at(name)))._unsafeUnwrapErr().code, name).toBe('LOCK_FILE_UNSAFE');
    }
    expect((await acquireHostLock(at('directory')))._unsafeUnwrapErr()).toMatchObject({ code: 'IO', errno: 'EISDIR' });
    expect(readFileSync(at('target'), 'utf8')).toBe('keep');
  });

  it('leaves the lock file open once while it is held, however often it is refused, and then no more', async () => {
    const path = join(freshPlace(), 'lock');
    const lock = (await acquireHostLock(path))._unsafeUnwrap();
    const open = (): number => descriptorsNow().filter((one) => one.endsWith(` ${path}`)).length;
    for (let tries = 0; tries < 5; tries += 1) expect(await acquireHostLock(path)).toBeErr();
    expect(open()).toBe(1);
    expect(await lock.release()).toBeOk();
    expect(open()).toBe(0);
  });
});
