import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dispatchEnd, fpmRunner } from '../../../src/recipes/proof/fpmRunner.js';
import { tempDir } from '../tempDir.js';

test('an end in php-fpm is an end of the dispatch, by exit status or by signal', () => {
  expect(dispatchEnd({ end: 'exited', exitCode: 64, stdout: 'x', stderr: 'usage' })).toEqual({
    exitCode: 64,
    signal: null,
    stderr: 'usage',
  });
  expect(dispatchEnd({ end: 'signalled', signal: 9, stdout: '', stderr: 'x' })).toEqual({
    exitCode: null,
    signal: 'signal 9',
    stderr: 'x',
  });
});

test('a command that did not end, or was not started, has no exit status', () => {
  expect(dispatchEnd({ end: 'timeout' })).toEqual({ end: 'timeout', stderr: '' });
  expect(dispatchEnd({ end: 'not-started', reason: 'proc_open is disabled' })).toEqual({
    end: 'not-started',
    stderr: 'proc_open is disabled',
  });
});

test('a pool that cannot be asked is an error, and no broken command', async () => {
  const listen = join(tempDir(), 'nobody-listens.sock');
  const run = fpmRunner({ listen, user: 'www-data', group: 'www-data' });
  expect(await run(['/usr/bin/kimaki', '--version'], { env: {}, timeoutMs: 1_000 })).toBeErr({
    code: 'DISPATCH_NOT_RUN',
  });
});
