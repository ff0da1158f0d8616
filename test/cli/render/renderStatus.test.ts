import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createOutput } from '../../../src/cli/createOutput.js';
import { renderStatus } from '../../../src/cli/render/renderStatus.js';

type Details = Parameters<typeof renderStatus>[1];

async function shown(more: Partial<Details>): Promise<string> {
  const stdout = new PassThrough();
  const output = createOutput(
    { stdout, stderr: new PassThrough() },
    { json: false, color: false, verbosity: 'normal' },
  );
  renderStatus(output, { ...DETAILS, ...more });
  stdout.end();
  return text(stdout);
}

const step = { phase: 'window', durationMs: 0 } as const;
const DETAILS: Details = {
  state: 'interrupted',
  runId: '000001-20260102T030405Z',
  direction: 'forward',
  runningPid: null,
  plan: { recipe: 'r', toolVersion: '1.2.3', createdAt: '', host: { machineId: 'm', hostname: 'one' }, digest: '' },
  options: null,
  startedAt: '2026-01-02T03:04:05.000Z',
  lastAt: '2026-01-02T03:16:08.000Z',
  appliedMs: null,
  steps: [
    { ...step, undo: '', id: 'hold', title: 'stop it', state: 'done', durationMs: 1234 },
    { ...step, undo: '', id: 'move', title: 'move it', state: 'intended' },
    { ...step, undo: '', id: 'start', title: 'start it', state: 'pending' },
  ],
  failure: null,
  rollback: null,
  verification: null,
  journal: '/var/lib/wca/runs/x/journal.jsonl',
  standing: null,
};

test('tells what was done, when, how long it took, what is left and how to go on', async () => {
  expect(await shown({})).toBe(`interrupted: run 000001-20260102T030405Z on one, wca 1.2.3
begun 2026-01-02T03:04:05.000Z, last record 2026-01-02T03:16:08.000Z (12 min 3 s later)
  done        hold                    1.2 s  stop it
  interrupted move                           move it
  to do       start                          start it
2 of 3 steps are left to do
journal: /var/lib/wca/runs/x/journal.jsonl
next: wca migrate-off-root resume, or wca migrate-off-root rollback to undo it
`);
});

test('on its way back it counts what is left to undo, and there is only one way on', async () => {
  const back = await shown({ direction: 'back' });
  expect(back).toContain('2 of 3 steps are left to undo');
  expect(back).toContain('next: wca migrate-off-root rollback\n');
});

test('what a living process carries on is not for anybody else to go on with', async () => {
  const running = await shown({ runningPid: 7 });
  expect(running).toContain('process 7 is carrying it out right now');
  expect(running).not.toContain('next:');
});

test('of a run that has ended nothing is left', async () => {
  expect(await shown({ state: 'applied' })).not.toContain('left to do');
  expect(await shown({ state: 'applied', lastAt: '2026-01-04T08:04:05.000Z' })).toContain('(2 d 5 h later)');
  expect(await shown({ state: 'rolled-back' })).not.toContain('next:');
});

test('an earlier run that is still applied is named, with its way back', async () => {
  const standing = { runId: '000001-20260101T000000Z', startedAt: '2026-01-01T00:00:00.000Z' };
  expect(await shown({ state: 'rolled-back', standing })).toContain(
    'wca migrate-off-root rollback --run 000001-20260101T000000Z\n',
  );
});
