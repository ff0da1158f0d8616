// @module-tag linux
// @module-tag slow
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/posix/programs/runProgram.js';
import { bundle } from '../support/runModule.js';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'run-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** Whether a process of this id is there and not a zombie. */
async function lives(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status !== '' && !status.includes(') Z ');
}

async function until(condition: () => Promise<boolean>, ms = 5_000): Promise<boolean> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return condition();
}

/** A shell that leaves a child behind in its group, writes the child's pid to `file` and waits. */
function parentAndChild(file: string): string[] {
  return ['-c', `sleep 300 & echo $! > '${file}'; wait`];
}

describe('runProgram', () => {
  it('answers exit status, output and errors of a program without treating the status as a failure', async () => {
    const ran = await runProgram('sh', ['-c', 'echo out; echo oops >&2; exit 3']);
    const value = ran._unsafeUnwrap();
    expect(value).toMatchObject({ exitCode: 3, signal: null, stdout: 'out\n', stderr: 'oops\n' });
    expect(value.command[0]).toMatch(/^\/(usr\/)?bin\/sh$/);
  });

  it('answers the signal that ended a program', async () => {
    const ran = await runProgram('sh', ['-c', 'kill -TERM $$']);
    expect(ran._unsafeUnwrap()).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });

  it('hands arguments over as they are, with no shell between', async () => {
    const hostile = ['$(id)', '; rm -rf /', "it's", '*', '', 'two words', 'line\nbreak', '-n'];
    const ran = await runProgram('printf', ['%s\\0', ...hostile]);
    expect(ran._unsafeUnwrap().stdout.split('\0').slice(0, -1)).toEqual(hostile);
  });

  it('gives nothing of its own environment, only the trusted PATH, LC_ALL=C and what was asked for', async () => {
    process.env.WCA_LEAK = 'leak';
    const ran = await runProgram('env', [], { env: { ONE: '1' } });
    delete process.env.WCA_LEAK;
    expect(ran._unsafeUnwrap().stdout.trim().split('\n').sort()).toEqual([
      'LC_ALL=C',
      'ONE=1',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ]);
  });

  it('looks a bare name up in the trusted PATH even when the program gets another PATH', async () => {
    await writeFile(join(dir, 'id'), '#!/bin/sh\necho planted\n', { mode: 0o755 });
    const ran = await runProgram('id', ['-u'], { env: { PATH: dir } });
    expect(ran._unsafeUnwrap().stdout).not.toContain('planted');
  });

  it('closes standard input, and feeds it when input is given', async () => {
    expect((await runProgram('cat', []))._unsafeUnwrap().stdout).toBe('');
    const big = 'x'.repeat(1_000_000);
    expect((await runProgram('wc', ['-c'], { input: big }))._unsafeUnwrap().stdout.trim()).toBe('1000000');
  });

  it('is not upset by a program that does not read its input', async () => {
    const ran = await runProgram('true', [], { input: 'x'.repeat(1_000_000) });
    expect(ran._unsafeUnwrap().exitCode).toBe(0);
  });

  it('runs in / unless told otherwise', async () => {
    expect((await runProgram('pwd', []))._unsafeUnwrap().stdout).toBe('/\n');
    expect((await runProgram('pwd', [], { cwd: dir }))._unsafeUnwrap().stdout).toBe(`${dir}\n`);
  });

  it('kills the program and its children when the time is over', async () => {
    const file = join(dir, 'timeout.pid');
    const ran = await runProgram('sh', parentAndChild(file), { timeoutMs: 400 });
    expect(ran._unsafeUnwrapErr()).toMatchObject({ code: 'PROGRAM_TIMEOUT', timeoutMs: 400 });
    const child = Number(await readFile(file, 'utf8'));
    expect(await until(async () => !(await lives(child)))).toBe(true);
  });

  it('answers in time though a child that left the group keeps the output open', async () => {
    const started = Date.now();
    const ran = await runProgram('setsid', ['--fork', 'sleep', '20'], { timeoutMs: 300 });
    expect(ran._unsafeUnwrapErr().code).toBe('PROGRAM_TIMEOUT');
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it('kills the program and its children when it is aborted', async () => {
    const file = join(dir, 'abort.pid');
    const controller = new AbortController();
    const running = runProgram('sh', parentAndChild(file), { signal: controller.signal });
    expect(await until(async () => (await readFile(file, 'utf8').catch(() => '')).trim() !== '')).toBe(true);
    controller.abort();
    expect((await running)._unsafeUnwrapErr().code).toBe('ABORTED');
    const child = Number(await readFile(file, 'utf8'));
    expect(await until(async () => !(await lives(child)))).toBe(true);
  });

  it('hears an abort that comes right after the call, before the program is there', async () => {
    const controller = new AbortController();
    const running = runProgram('sleep', ['300'], { signal: controller.signal });
    controller.abort();
    expect((await running)._unsafeUnwrapErr().code).toBe('ABORTED');
  });

  it('starts nothing when it is aborted before it begins', async () => {
    const ran = await runProgram('touch', [join(dir, 'never')], { signal: AbortSignal.abort() });
    expect(ran._unsafeUnwrapErr().code).toBe('ABORTED');
    await expect(stat(join(dir, 'never'))).rejects.toThrow('ENOENT');
  });

  it('ends a program that writes more than it may, on either output', async () => {
    for (const script of ['cat /dev/zero', 'cat /dev/zero >&2']) {
      const ran = await runProgram('sh', ['-c', script], { maxOutputBytes: 10_000 });
      expect(ran._unsafeUnwrapErr()).toMatchObject({ code: 'PROGRAM_OUTPUT_TOO_LARGE', maxOutputBytes: 10_000 });
    }
  });

  it('keeps output of exactly the allowed size', async () => {
    const ran = await runProgram('head', ['-c', '10000', '/dev/zero'], { maxOutputBytes: 10_000 });
    expect(ran._unsafeUnwrap().stdout).toHaveLength(10_000);
  });

  it('streams standard output in bytes, past the allowance, when someone takes it', async () => {
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
    };
    const ran = await runProgram('head', ['-c', '300000', '/dev/zero'], { maxOutputBytes: 10, onStdout: take });
    expect(ran._unsafeUnwrap().stdout).toBe('');
    expect(size).toBe(300_000);
  });

  it('gives the child the umask asked for and leaves its own as it was', async () => {
    const own = (): string => /^Umask:\t(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    const before = own();
    const ran = await runProgram('sh', ['-c', 'umask'], { umask: 0o077 });
    expect(ran._unsafeUnwrap().stdout.trim()).toBe('0077');
    expect(own()).toBe(before);
  });

  it('hands over open descriptors as 3 and on, and no others', async () => {
    const path = join(dir, 'inherited');
    writeFileSync(path, 'by handle');
    const given = openSync(path, 'r');
    const kept = openSync(path, 'r');
    const ran = await runProgram('sh', ['-c', 'cat <&3; for fd in /proc/self/fd/*; do readlink $fd; done'], {
      inherit: [given],
    });
    closeSync(given);
    closeSync(kept);
    const lines = ran._unsafeUnwrap().stdout.replace('by handle', '').split('\n');
    expect(lines.filter((line) => line === path)).toHaveLength(1);
  });

  it('says which program is not there, and that a relative path is none', async () => {
    expect((await runProgram('no-such-program-here', []))._unsafeUnwrapErr().code).toBe('PROGRAM_NOT_FOUND');
    expect((await runProgram('/no/such/program', []))._unsafeUnwrapErr().code).toBe('PROGRAM_NOT_FOUND');
    const relative = (await runProgram('./true', []))._unsafeUnwrapErr();
    expect(relative.message).toContain('absolute path');
  });

  it('says with the errno why a program that is there could not be started', async () => {
    const plain = join(dir, 'not-executable');
    await writeFile(plain, 'text', { mode: 0o644 });
    expect((await runProgram(plain, []))._unsafeUnwrapErr()).toMatchObject({
      code: 'PROGRAM_NOT_STARTED',
      errno: 'EACCES',
    });
    const orphan = join(dir, 'orphan');
    await writeFile(orphan, '#!/no/such/interpreter\n', { mode: 0o755 });
    expect((await runProgram(orphan, []))._unsafeUnwrapErr()).toMatchObject({
      code: 'PROGRAM_NOT_STARTED',
      errno: 'ENOENT',
    });
    const long = await runProgram('true', ['x'.repeat(200_000)]);
    expect(long._unsafeUnwrapErr()).toMatchObject({ code: 'PROGRAM_NOT_STARTED', errno: 'E2BIG' });
  });

  it('ends with an error, and not with the whole process, when there are too few handles for its pipes', async () => {
    const module = await bundle(
      `import { closeSync, openSync } from 'node:fs';
       import { countOwned, runProgram } from '${process.cwd()}/src/posix/index.js';
       await runProgram('true', []);
       const said: string[] = [];
       for (let spare = 0; spare <= 16; spare += 1) {
         const taken: number[] = [];
         try { for (;;) taken.push(openSync('/dev/null', 'r')); } catch { /* none is left */ }
         for (const fd of taken.splice(0, spare)) closeSync(fd);
         const ran = await runProgram('true', []);
         const counted = await countOwned('/etc/ssl', { by: 0 });
         for (const fd of taken) closeSync(fd);
         said.push(ran.isOk() ? 'ran' : ran.error.code, counted.isOk() ? 'counted' : 'not counted');
       }
       await new Promise((resolve) => setTimeout(resolve, 100));
       console.log(JSON.stringify(said));`,
      join(dir, 'few'),
    );
    const { stdout } = await promisify(execFile)('prlimit', ['--nofile=128', process.execPath, module]);
    const said = JSON.parse(stdout) as string[];
    expect(said.slice(0, 2)).toEqual(['PROGRAM_NOT_STARTED', 'not counted']);
    expect(said.slice(-2)).toEqual(['ran', 'counted']);
  });

  it('refuses an argument with a NUL byte instead of throwing', async () => {
    const ran = await runProgram('echo', ['a\0b']);
    expect(ran._unsafeUnwrapErr().code).toBe('PROGRAM_NOT_STARTED');
  });

  it('repeats no argument in an error, for it may be a secret', async () => {
    const ran = await runProgram('sleep', ['30', '--token', 'canary-4711'], { timeoutMs: 1 });
    const answer = ran.isErr() ? JSON.stringify(ran.error) : '';
    expect(answer).not.toContain('canary-4711');
  });

  it('throws what the callback throws, as it is, and ends the program', async () => {
    const own = new RangeError('from the caller');
    const onStdout = (): void => {
      throw own;
    };
    const started = performance.now();
    await expect(runProgram('sh', ['-c', 'echo x; sleep 30'], { onStdout })).rejects.toBe(own);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
