import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { TELL } from '../../../../../src/cli/commands/migrateOffRoot/runs/tell.js';
import { createOutput } from '../../../../../src/cli/createOutput.js';
import type { Output } from '../../../../../src/cli/createOutput.js';
import type { RunReport } from '../../../../../src/recipes/engine/index.js';
import type { MigrationReports } from '../../../../../src/cli/commands/migrateOffRoot/runs/request.js';
import { sampleReport } from '../../../samplePlan.js';

const RUN: RunReport = {
  runId: '1',
  changed: true,
  failed: false,
  rolledBack: false,
  interrupted: false,
  steps: [],
  undoErrors: [],
  remaining: [],
  durationMs: 1500,
};
const BACK: MigrationReports['rollback'] = {
  runId: '1',
  dryRun: false,
  changed: true,
  outcome: 'rolled-back',
  steps: [],
  toUndo: [],
  refusals: [],
  notes: [],
  undoErrors: [],
  remaining: [],
  durationMs: 1500,
  agents: [],
  downtimeMs: null,
};

const AGENT = { unit: 'kimaki.service', ok: true, detail: 'kimaki.service runs as root again' };

/** What a report makes a command say, and its status. */
async function said(
  tell: (output: Output) => number | Promise<number>,
  json = false,
): Promise<readonly [number, string]> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await tell(createOutput({ stdout, stderr }, { json, color: false, verbosity: 'normal' }));
  return [status, `${String(stdout.read() ?? '')}${String(stderr.read() ?? '')}`];
}

describe('the report of a run', () => {
  it.each([
    [{}, 0, 'done in 1.5 s; to undo'],
    [{ changed: false }, 0, 'already applied'],
    [{ interrupted: true }, 75, 'wca migrate-off-root resume'],
    [{ failed: true, rolledBack: true }, 73, 'everything was undone'],
    [{ failed: true, rolledBack: false }, 74, ''],
  ] as const)('of apply, %j, ends with %i', async (how, status, text) => {
    const [code, told] = await said((output) => TELL.apply(output, { ...RUN, ...how, downtimeMs: null }));
    expect(code).toBe(status);
    expect(told).toContain(text);
  });

  it.each([
    [{}, 0, 'finished'],
    [{ failed: true, rolledBack: true }, 73, 'everything was undone'],
  ] as const)('of resume, %j, ends with %i', async (how, status, text) => {
    const [code, told] = await said((output) => TELL.resume(output, { ...RUN, ...how }));
    expect(code).toBe(status);
    expect(told).toContain(text);
  });

  it.each([
    [{}, 0, 'rolled back in 1.5 s'],
    [{ changed: false }, 0, 'already rolled back'],
    [{ agents: [AGENT], downtimeMs: 2340 }, 0, '✓ kimaki.service runs as root again\ndowntime of the service: 2.34 s'],
    [
      { agents: [{ ...AGENT, ok: false, detail: 'it does not run' }] },
      1,
      'it does not run; look at it with: wca doctor',
    ],
    [{ outcome: 'interrupted' }, 75, ''],
    [{ outcome: 'incomplete' }, 74, ''],
  ] as const)('of rollback, %j, ends with %i', async (how, status, text) => {
    const [code, told] = await said((output) => TELL.rollback(output, { ...BACK, ...how }));
    expect(code).toBe(status);
    expect(told).toContain(text);
  });

  it('has what undoing left alone once, and not where nothing was undone', async () => {
    const steps = [sampleReport({ notes: ['/srv/x: left as it is, changed since'] })];
    const count = (told: string): number => told.split('/srv/x: left as it is').length - 1;
    const failed = {
      failed: true,
      rolledBack: true,
      error: { stepId: 'b', during: 'apply' as const, error: { code: 'X', message: 'm' } },
    };
    const told = await Promise.all([
      said((output) => TELL.apply(output, { ...RUN, ...failed, steps, downtimeMs: null })),
      said((output) => TELL.resume(output, { ...RUN, ...failed, steps })),
      said((output) => TELL.rollback(output, { ...BACK, steps })),
      said((output) => TELL.apply(output, { ...RUN, steps, downtimeMs: null })),
    ]);
    expect(told.map(([, text]) => count(text))).toEqual([1, 1, 1, 0]);
  });

  it('is one JSON document and nothing else with --json', async () => {
    const [, told] = await said((output) => TELL.apply(output, { ...RUN, downtimeMs: 3 }), true);
    expect(JSON.parse(told)).toEqual({ formatVersion: 1, ...RUN, downtimeMs: 3 });
  });
});
