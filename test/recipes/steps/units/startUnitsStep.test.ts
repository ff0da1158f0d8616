import { expect, test } from 'vitest';
import { startUnitsStep } from '../../../../src/recipes/steps/units/startUnitsStep.js';

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
