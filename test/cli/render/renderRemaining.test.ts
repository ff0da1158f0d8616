import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createOutput } from '../../../src/cli/createOutput.js';
import { renderRemaining } from '../../../src/cli/render/renderRemaining.js';

async function shown(remaining: Parameters<typeof renderRemaining>[1]): Promise<string> {
  const stderr = new PassThrough();
  renderRemaining(
    createOutput({ stdout: new PassThrough(), stderr }, { json: false, color: false, verbosity: 'quiet' }),
    remaining,
  );
  stderr.end();
  return text(stderr);
}

test('what is left is told with its reason and its commands, in order, even under -q', async () => {
  const told = await shown([
    { id: 'move', title: 'move a to b', message: 'b is busy', byHand: ['mv -T -- b a'], journal: '/j' },
  ]);
  expect(told).toContain('1 steps are not undone');
  expect(told).toContain('  move (move a to b): b is busy\n    mv -T -- b a\n');
});

test('where nothing is left nothing is told', async () => {
  expect(await shown([])).toBe('');
});
