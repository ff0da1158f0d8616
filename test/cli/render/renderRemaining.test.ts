import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createOutput } from '../../../src/cli/createOutput.js';
import { renderRemaining } from '../../../src/cli/render/renderRemaining.js';

async function shown(report: Parameters<typeof renderRemaining>[1]): Promise<string> {
  const stderr = new PassThrough();
  renderRemaining(
    createOutput({ stdout: new PassThrough(), stderr }, { json: false, color: false, verbosity: 'quiet' }),
    report,
  );
  stderr.end();
  return text(stderr);
}

const MOVE = { id: 'move', title: 'move a to b', message: 'b is busy', byHand: ['mv -T -- b a'], journal: '/j' };

test('what is left is told with its reason and its commands, in order, even under -q', async () => {
  const told = await shown({ remaining: [MOVE], steps: [] });
  expect(told).toContain('1 steps are not undone');
  expect(told).toContain('  move (move a to b): b is busy\n    mv -T -- b a\n');
});

test('the option that a failure names is worded as it is typed', async () => {
  const error = { code: 'BOTH_EXIST', message: 'b is busy', remedy: { kind: 'option', option: 'force' } };
  const step = {
    id: 'move',
    title: 'move a to b',
    undo: 'move b back to a',
    phase: 'window',
    state: 'undo-failed',
    durationMs: 1,
    error,
  } as const;
  const told = await shown({ remaining: [MOVE], steps: [step] });
  expect(told).toContain('b is busy\n    next: add --force\n    mv -T -- b a\n');
});

test('where nothing is left nothing is told', async () => {
  expect(await shown({ remaining: [], steps: [] })).toBe('');
});
