import { beforeEach, expect, test, vi } from 'vitest';
import { errAsync, okAsync } from 'neverthrow';
import { rollbackMigration } from '../../../../src/recipes/migrateOffRoot/run/rollbackMigration.js';
import { exampleFacts } from '../exampleFacts.js';

const { rollbackRun, latestRun, standingRun, agentsAgain, lastDowntime } = vi.hoisted(() => ({
  rollbackRun: vi.fn(),
  latestRun: vi.fn(),
  standingRun: vi.fn(),
  agentsAgain: vi.fn(),
  lastDowntime: vi.fn(),
}));
vi.mock(import('../../../../src/recipes/engine/index.js'), async (original) => ({
  ...(await original()),
  rollbackRun,
  latestRun,
  standingRun,
}));
vi.mock(import('../../../../src/recipes/migrateOffRoot/run/agentsAgain.js'), () => ({ agentsAgain }));
vi.mock(import('../../../../src/recipes/migrateOffRoot/run/lastDowntime.js'), () => ({ lastDowntime }));

const AGENT = { unit: 'kimaki.service', ok: true, detail: 'it runs again' };
const BACK = { runId: 'r1', outcome: 'rolled-back', changed: true, toUndo: ['start', 'unit-1', 'stop'] };
const run = { state: { runId: 'r1', plan: { recipe: 'migrate-off-root', facts: exampleFacts() } } };

beforeEach(() => {
  rollbackRun.mockReturnValue(okAsync(BACK));
  latestRun.mockReturnValue(okAsync(run));
  standingRun.mockReturnValue(okAsync(null));
  agentsAgain.mockReset().mockResolvedValue([AGENT]);
  lastDowntime.mockReset().mockResolvedValue(2340);
});

const report = async (): Promise<unknown> => (await rollbackMigration({}))._unsafeUnwrap();

test('a rollback that undid a migration says whether what ran before runs again, and how long it was down', async () => {
  expect(await report()).toEqual({ ...BACK, agents: [AGENT], downtimeMs: 2340 });
  expect(agentsAgain.mock.calls[0]?.[0]).toMatchObject([{ unit: { name: 'kimaki.service' } }]);
  expect(lastDowntime).toHaveBeenCalledWith(['kimaki.service']);
});

test('an earlier run that is named is the one that is asked about', async () => {
  latestRun.mockReturnValue(okAsync({ state: { ...run.state, runId: 'r2' } }));
  standingRun.mockReturnValue(okAsync(run));
  expect(await report()).toMatchObject({ agents: [AGENT] });
});

test('an agent that was not stopped was not down', async () => {
  rollbackRun.mockReturnValue(okAsync({ ...BACK, toUndo: ['site-owner'] }));
  expect(await report()).toMatchObject({ agents: [AGENT], downtimeMs: null });
});

test.each([
  ['has nothing to undo', () => rollbackRun.mockReturnValue(okAsync({ ...BACK, changed: false }))],
  ['is not complete', () => rollbackRun.mockReturnValue(okAsync({ ...BACK, outcome: 'incomplete' }))],
  ['only says what it would do', () => rollbackRun.mockReturnValue(okAsync({ ...BACK, outcome: 'planned' }))],
  ['is of a run that cannot be read', () => latestRun.mockReturnValue(errAsync({ code: 'JOURNAL_CORRUPT' }))],
])('one that %s waits for no agent', async (_, arrange) => {
  arrange();
  expect(await report()).toMatchObject({ agents: [], downtimeMs: null });
  expect(agentsAgain).not.toHaveBeenCalled();
});

test('a refusal is passed on', async () => {
  rollbackRun.mockReturnValue(errAsync({ code: 'ROLLBACK_REFUSED', message: 'no' }));
  expect((await rollbackMigration({}))._unsafeUnwrapErr()).toMatchObject({ code: 'ROLLBACK_REFUSED' });
});
