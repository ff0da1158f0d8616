import { expect, test } from 'vitest';
import { agentsAgain } from '../../../../src/recipes/migrateOffRoot/run/agentsAgain.js';
import { exampleFacts } from '../exampleFacts.js';

const { unit } = exampleFacts();
const WORKS = (): Promise<null> => Promise.resolve(null);

test('an agent at work as the account of then runs again', async () => {
  const asked: unknown[] = [];
  const problemOf = (...question: readonly string[]): Promise<null> => {
    asked.push(question);
    return Promise.resolve(null);
  };
  expect(await agentsAgain([{ unit: { ...unit, loadedUser: '' } }], { problemOf })).toEqual([
    { unit: 'kimaki.service', ok: true, detail: 'kimaki.service runs as root again' },
  ]);
  expect(asked).toEqual([['kimaki.service', 'root']]);
});

test('one that did not run before the migration is not asked about', async () => {
  expect(await agentsAgain([{ unit: { ...unit, active: false } }], { problemOf: WORKS })).toEqual([]);
});

test('one that needs some time is waited for', async () => {
  const answers = ['it is activating', 'its bot does not run', null];
  const problemOf = (): Promise<string | null> => Promise.resolve(answers.shift() ?? null);
  expect(await agentsAgain([{ unit }], { problemOf })).toMatchObject([{ ok: true }]);
  expect(answers).toEqual([]);
});

test.each([
  ['when time is up', { deadlineMs: 0 }],
  ['when the wait is broken off', { signal: AbortSignal.abort() }],
])('one that does not run is told with the reason %s', async (_, how) => {
  const problemOf = (): Promise<string> => Promise.resolve('it is failed');
  expect(await agentsAgain([{ unit }], { problemOf, ...how })).toEqual([
    { unit: 'kimaki.service', ok: false, detail: 'kimaki.service does not run as before: it is failed' },
  ]);
});
