import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { awaitNoProcesses } from '../../../../src/recipes/steps/units/awaitNoProcesses.js';
import { tempDir } from '../../tempDir.js';

test('the grace time ends although the clock is set back meanwhile', async () => {
  const dir = tempDir();
  writeFileSync(join(dir, 'open'), '');
  const held = openSync(join(dir, 'open'), 'r');
  let now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => (now -= 60_000));
  onTestFinished(() => {
    vi.restoreAllMocks();
    closeSync(held);
  });
  const waited = await awaitNoProcesses(
    { paths: [dir], units: [], graceSeconds: 0 },
    new AbortController().signal,
    'run again',
  );
  expect(waited).toBeErr({ code: 'PROCESSES_LEFT' });
}, 20_000);
