import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createOutput } from '../../src/cli/createOutput.js';
import { EXIT } from '../../src/cli/exitCodes.js';
import { fail } from '../../src/cli/fail.js';
import { remedy } from '../../src/posix/findings/index.js';
import type { CliError } from '../../src/cli/command.js';

const ERROR: CliError = { code: 'NEEDS_ROOT', message: 'this is uid 1000', remedy: remedy.text('run it with sudo') };

async function failed(error: CliError, json: boolean, exitCode?: 1) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  const status = fail(createOutput({ stdout, stderr }, { json, color: false, verbosity: 'normal' }), error, exitCode);
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { status, out, err };
}

it('shows an error on stderr and ends with the status of its code', async () => {
  const { status, out, err } = await failed(ERROR, false);
  expect(status).toBe(EXIT.needsRoot);
  expect(err).toContain('this is uid 1000');
  expect(err).toContain('run it with sudo');
  expect(out).toBe('');
});

it('gives it as JSON too, with the next act in words', async () => {
  const { out } = await failed(ERROR, true);
  const { error } = JSON.parse(out) as { error: object };
  expect(error).toMatchObject({ ...ERROR, next: expect.stringContaining('run it with sudo') as string });
  const plain = { code: 'IO', message: 'no' };
  const answered = JSON.parse((await failed(plain, true)).out) as { error: object };
  expect(answered.error).toEqual(plain);
});

it('ends with another status where the command says so', async () => {
  expect((await failed(ERROR, false, EXIT.no)).status).toBe(EXIT.no);
});
