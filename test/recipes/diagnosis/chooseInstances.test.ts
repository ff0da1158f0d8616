import { expect, test } from 'vitest';
import { runningAgents } from '../../../src/recipes/diagnosis/chooseInstances.js';
import { exampleInstance } from '../../kimaki/support/exampleInstance.js';

const ROADIE = exampleInstance('', { unit: 'roadie.service' });
const FORMER = exampleInstance('', {}, { activeState: 'inactive', unitFileState: 'disabled' });

test('takes the running agent, and says of a disabled unit beside it that it is none', () => {
  const { chosen, former } = runningAgents([FORMER, ROADIE]);
  expect(chosen).toEqual([ROADIE]);
  expect(former).toHaveLength(1);
  expect(former[0]).toMatchObject({ id: 'unit-not-in-use', severity: 'note', subject: 'kimaki.service' });
  expect(former[0]?.what).toContain('not the running agent (roadie.service)');
});

test('takes all where none is in use, and all where all are', () => {
  expect(runningAgents([FORMER])).toEqual({ chosen: [FORMER], former: [] });
  expect(runningAgents([exampleInstance(), ROADIE]).former).toEqual([]);
});
