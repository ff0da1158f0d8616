import * as neverthrow from 'neverthrow';
import { expect, it } from 'vitest';
import * as sdk from '../src/index.js';
import * as migrateOffRoot from '../src/recipes/migrateOffRoot/index.js';

it('the root entry gives every subpath as a namespace', () => {
  for (const name of ['posix', 'systemd', 'wordpress', 'kimaki', 'recipes', 'migrateOffRoot'] as const) {
    expect(Object.keys(sdk[name]).length, name).toBeGreaterThan(0);
  }
  expect(sdk.migrateOffRoot.planMigration).toBe(migrateOffRoot.planMigration);
});

it('the root entry gives every name of neverthrow, so that a consumer needs no second install', () => {
  const wanted = Object.keys(neverthrow).filter((name) => name !== 'default' && name !== 'module.exports');
  expect(wanted.filter((name) => !(name in sdk))).toEqual([]);
  expect(sdk.ok(1)).toBeInstanceOf(neverthrow.Ok);
});
