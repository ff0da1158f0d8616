// @module-tag linux
import { describe, expect, it } from 'vitest';
import { runChecked } from '../../../src/posix/programs/runChecked.js';

describe('runChecked', () => {
  it('answers like runProgram when the program succeeds', async () => {
    expect((await runChecked('echo', ['hi']))._unsafeUnwrap().stdout).toBe('hi\n');
  });

  it('turns an exit status into PROGRAM_FAILED with what the program said last', async () => {
    const ran = await runChecked('sh', ['-c', 'echo first >&2; echo "no such thing" >&2; exit 4']);
    expect(ran._unsafeUnwrapErr()).toMatchObject({
      code: 'PROGRAM_FAILED',
      exitCode: 4,
      stderr: 'first\nno such thing\n',
    });
    expect(ran._unsafeUnwrapErr().message).toMatch(/sh exited 4: no such thing$/);
  });

  it('turns a signal into PROGRAM_FAILED and names it', async () => {
    const ran = await runChecked('sh', ['-c', 'kill -KILL $$']);
    expect(ran._unsafeUnwrapErr()).toMatchObject({ code: 'PROGRAM_FAILED', exitCode: null });
    expect(ran._unsafeUnwrapErr().message).toContain('SIGKILL');
  });

  it('keeps only the end of a long standard error', async () => {
    const ran = await runChecked('sh', ['-c', 'head -c 100000 /dev/zero | tr "\\0" x >&2; echo the end >&2; exit 1']);
    const error = ran._unsafeUnwrapErr();
    if (error.code !== 'PROGRAM_FAILED') throw new Error(error.code);
    expect(error.stderr).toHaveLength(2000);
    expect(error.stderr.endsWith('the end\n')).toBe(true);
  });

  it('survives JSON', async () => {
    const error = (await runChecked('false', []))._unsafeUnwrapErr();
    expect(JSON.parse(JSON.stringify(error))).toEqual(error);
  });
});
