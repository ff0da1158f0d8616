import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { runFilesIn } from '../../../../src/recipes/engine/journal/runFiles.js';
import { stepContext } from '../../../../src/recipes/engine/run/stepContext.js';

const FILES = runFilesIn('/var/lib/wca/runs/000001-fake');

test('a record lies in the directory of records, whatever its name, and no two steps share one', () => {
  const ctx = stepContext(FILES, 'move');
  expect(ctx.recordPath('changes')).toBe(`${FILES.records}/move_changes`);
  for (const name of ['../../etc/passwd', '/etc/passwd', 'a\nb', '..', ''])
    expect(dirname(ctx.recordPath(name)), name).toBe(FILES.records);
  // No id holds an underscore.
  expect(basename(stepContext(FILES, 'move.more').recordPath('x'))).not.toBe(basename(ctx.recordPath('more_x')));
});

test('without options nothing is forced, nothing is stopped, and progress goes nowhere', () => {
  const ctx = stepContext(FILES, 'move');
  expect({ force: ctx.force, aborted: ctx.signal.aborted, runDir: ctx.runDir }).toEqual({
    force: false,
    aborted: false,
    runDir: FILES.runDir,
  });
  expect(() => ctx.progress('half')).not.toThrow();
});

test('options are handed on', () => {
  const said: string[] = [];
  const signal = AbortSignal.abort();
  const ctx = stepContext(FILES, 'move', { force: true, signal, onProgress: (message) => said.push(message) });
  ctx.progress('half');
  expect(ctx.force).toBe(true);
  expect(ctx.signal).toBe(signal);
  expect(said).toEqual(['half']);
});
