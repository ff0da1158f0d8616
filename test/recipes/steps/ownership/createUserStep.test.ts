import { expect, test } from 'vitest';
import { createUserStep } from '../../../../src/recipes/steps/ownership/createUserStep.js';

test('tells the account, its home and its groups, and the same every time', () => {
  const args = { name: 'opencode', home: '/home/opencode', shell: '/bin/bash', groups: ['www-data', 'adm'] };
  const described = createUserStep.describe(args)._unsafeUnwrap();
  expect(described.title).toBe('Create the user opencode (home /home/opencode, groups www-data, adm)');
  expect(described.why).toMatch(/\S/);
  expect(createUserStep.describe({ ...args })._unsafeUnwrap()).toEqual(described);
});
