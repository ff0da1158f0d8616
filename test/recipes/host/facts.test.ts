import { expect, test } from 'vitest';
import { instancesOf } from '../../../src/recipes/host/facts.js';
import { exampleFacts, togetherFacts } from '../migrateOffRoot/exampleFacts.js';

test('the facts of a plan are those of each of its instances', () => {
  expect(instancesOf(exampleFacts())).toEqual([exampleFacts()]);
  const instances = togetherFacts();
  expect(instancesOf({ options: { units: ['kimaki.service', 'kimaki-b.service'] }, instances })).toBe(instances);
});
