import { expect, it } from 'vitest';
import { migrationRemedy } from '../../../src/kimaki/identity/migrationRemedy.js';

it.each([
  [{ unit: 'kimaki.service', user: 'root' }, undefined],
  [{ unit: 'kimaki.service', user: 'opencode' }, undefined],
  [{ unit: 'kimaki-a.service', user: 'root' }, { unit: 'kimaki-a.service' }],
  [
    { unit: 'kimaki-a.service', user: 'agent' },
    { unit: 'kimaki-a.service', user: 'agent' },
  ],
])(
  'plans and applies the migration of %j, naming only what the recipe would not choose itself',
  (instance, options) => {
    const step = (action: string): object => ({
      kind: 'recipe',
      recipe: 'migrateOffRoot',
      action,
      ...(options === undefined ? {} : { options }),
    });
    expect(migrationRemedy(instance)).toEqual({ kind: 'in-order', remedies: [step('plan'), step('apply')] });
  },
);
