import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createOutput } from '../../../src/cli/createOutput.js';
import { renderInterrupted } from '../../../src/cli/render/renderInterrupted.js';

async function shown(more: Partial<Parameters<typeof renderInterrupted>[1]>): Promise<string> {
  const stderr = new PassThrough();
  const output = createOutput({ stdout: new PassThrough(), stderr }, { json: false, color: false, verbosity: 'quiet' });
  renderInterrupted(output, {
    runId: '000001-20260102T030405Z',
    changed: true,
    failed: false,
    rolledBack: false,
    interrupted: true,
    steps: [],
    undoErrors: [],
    remaining: [],
    durationMs: 1,
    ...more,
  });
  stderr.end();
  return text(stderr);
}

test('a run that waits is told with both ways on', async () => {
  const told = await shown({});
  for (const way of ['resume', 'rollback']) expect(told).toContain(`wca migrate-off-root ${way}`);
});

test('where no run was begun there is none to resume', async () => {
  const told = await shown({ runId: null, changed: false });
  expect(told).toContain('nothing was changed');
  expect(told).not.toContain('resume');
});

test('of a run that came to its end nothing is told', async () => {
  expect(await shown({ interrupted: false })).toBe('');
});
