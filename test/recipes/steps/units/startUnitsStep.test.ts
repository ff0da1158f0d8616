// @module-tag slow
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { runFilesIn } from '../../../../src/recipes/engine/journal/runFiles.js';
import { stepContext } from '../../../../src/recipes/engine/run/stepContext.js';
import { startUnitsStep } from '../../../../src/recipes/steps/units/startUnitsStep.js';
import { tempDir } from '../../tempDir.js';

const health = { unit: 'b.service', user: 'opencode', umask: 2, watchSeconds: 15, ports: [], stateDir: null };

test('says what is started, and for how long it is watched', () => {
  const told = startUnitsStep.describe({ units: ['a.timer', 'b.service'], start: ['b.service'], health });
  expect(told._unsafeUnwrap()).toMatchObject({
    title: 'Unmask a.timer, b.service and start b.service',
    why: expect.stringContaining('for 15 s') as string,
  });
});

test('says that units stay stopped which were found stopped', () => {
  const told = startUnitsStep.describe({ units: ['a.service'], start: [], health: null })._unsafeUnwrap();
  expect(told.title).toBe('Unmask a.service and leave them stopped, as they were found');
  expect(told.why).toContain('was not running');
});

test.each([
  { units: ['a'], start: [] },
  { units: ['a'], start: [], health: { ...health, stateDir: 'state' } },
])('refuses %j, which lacks a value or has a relative path', (args) => {
  expect(startUnitsStep.checkArgs(args)).toBeErr({ code: 'INVALID_STEP_DATA' });
});

test('by hand, the units are stopped again', () => {
  const where = { id: 'start', journal: '/j', recordPath: (name: string) => name };
  const args = { units: ['a.timer', 'b c.service'], start: [], health: null };
  expect(startUnitsStep.byHand(args, null, where)).toEqual(["systemctl stop a.timer 'b c.service'"]);
});

test('a rollback is refused while a process outside of the units uses what would be moved back', async () => {
  const dir = tempDir();
  const stranger = spawn('sleep', ['600'], { cwd: dir, stdio: 'ignore' });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  await once(stranger, 'spawn');
  const ctx = stepContext(runFilesIn('/nowhere'), 'start');
  const units = ['wca-no-such-unit.service'];
  const args = { units, start: [], health: null, noProcesses: { paths: [dir], units, graceSeconds: 0 } };
  const refused = (await startUnitsStep.undoable(args, null, ctx))._unsafeUnwrapErr();
  expect(refused.code).toBe('STATE_IN_USE');
  expect(refused.message).toContain(`pid ${stranger.pid ?? 0} (sleep)`);
  expect(refused.message).toContain('outside of wca-no-such-unit.service');
  const elsewhere = { ...args, noProcesses: { ...args.noProcesses, paths: [tempDir()] } };
  expect(await startUnitsStep.undoable(elsewhere, null, ctx)).toBeOk();
  expect(await startUnitsStep.undoable({ units, start: [], health: null }, null, ctx)).toBeOk();
});

test('a service that was not running before is not watched', async () => {
  const ctx = stepContext(runFilesIn('/nowhere'), 'start');
  expect(await startUnitsStep.verify({ units: ['a.service'], start: [], health: null }, ctx)).toBeOk();
});

test('the account that is watched must be there', async () => {
  const ctx = stepContext(runFilesIn('/nowhere'), 'start');
  const watched = { ...health, user: 'wca-nobody-here' };
  expect(await startUnitsStep.verify({ units: ['b.service'], start: [], health: watched }, ctx)).toBeErr({
    code: 'USER_NOT_FOUND',
  });
});

test('several services are watched at the same time, and the first that fails is told', async () => {
  const ctx = stepContext(runFilesIn('/nowhere'), 'start');
  const args = {
    units: ['a.service', 'b.service'],
    start: ['a.service', 'b.service'],
    health: { ...health, unit: 'a.service' },
    others: [{ ...health, watchSeconds: 20, user: 'wca-nobody-here' }],
  };
  expect(startUnitsStep.describe(args)._unsafeUnwrap().why).toContain('of each must keep running for 20 s');
  const both = { ...args, health: { ...args.health, user: 'wca-nobody-there' } };
  expect(await startUnitsStep.verify(both, ctx)).toBeErr({
    code: 'USER_NOT_FOUND',
    message: expect.stringContaining('wca-nobody-there') as string,
  });
});
