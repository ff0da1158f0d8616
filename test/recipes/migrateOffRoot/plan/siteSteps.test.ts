import { expect, test } from 'vitest';
import { muPluginsSteps, siteSteps as stepsOfSite } from '../../../../src/recipes/migrateOffRoot/plan/siteSteps.js';
import { migrationSteps } from '../../../../src/recipes/migrateOffRoot/plan/migrationSteps.js';
import type { MigrationFacts } from '../../../../src/recipes/host/facts.js';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import { exampleFacts } from '../exampleFacts.js';

const siteSteps = (facts: MigrationFacts): readonly RecipeStep[] =>
  stepsOfSite(facts, muPluginsSteps(facts.site), true);
const idsOf = (facts: MigrationFacts): readonly string[] => siteSteps(facts).map(({ id }) => id);

/** A site that has never had a mu-plugin. */
function withoutMuPlugins(): MigrationFacts {
  const facts = exampleFacts();
  const writable = facts.site.writable.filter((path) => path !== facts.site.muPluginsDir);
  return { ...facts, site: { ...facts.site, writable }, dispatch: { ...facts.dispatch, file: null } };
}

test('everything happens while the old service runs', () => {
  for (const step of siteSteps(exampleFacts())) expect(step.phase).toBe('before');
});

test('owners come before modes, and the mu-plugin before what it is to keep so', () => {
  expect(idsOf(exampleFacts())).toEqual([
    'site-owner',
    'agent-place-1',
    'fs-chmod',
    'shared-writing-1',
    'shared-writing-2',
  ]);
});

test('core is taken only when asked for, and after wp-content', () => {
  expect(idsOf(exampleFacts({ options: { includeCore: true } })).slice(0, 2)).toEqual(['site-owner', 'core-owner']);
});

test('a site without mu-plugins gets the directory first, and what looks into it waits', () => {
  const facts = withoutMuPlugins();
  expect(idsOf(facts)).toEqual(['site-owner', 'agent-place-1', 'mu-plugins', 'fs-chmod', 'shared-writing-1']);
  const steps = migrationSteps(facts)._unsafeUnwrap();
  expect(steps.find(({ id }) => id === 'mu-plugins')?.args).toMatchObject({
    path: facts.site.muPluginsDir,
    mode: 0o2775,
    uid: 33,
    gid: 33,
  });
  for (const id of ['fs-chmod', 'mu-plugin-modes'])
    expect(steps.find((step) => step.id === id)?.after).toBe('mu-plugins');
});

test('what the operator allowed reaches every sweep', () => {
  const options = { crossMounts: true, allowUnprotectedHardlinks: true, leaveUnsafe: true };
  const steps = migrationSteps(exampleFacts({ options: { ...options, includeCore: true } }))._unsafeUnwrap();
  const sweeps = steps.filter(({ kind }) => kind === 'posix.reclaim' || kind === 'posix.openToGroup');
  expect(sweeps.length).toBeGreaterThan(8);
  for (const { id, args } of sweeps) expect(args, id).toMatchObject(options);
  expect(steps.find(({ kind }) => kind === 'posix.fileMode')?.args).toMatchObject({ allowUnprotectedHardlinks: true });
});
