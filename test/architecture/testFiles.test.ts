import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { decisionsOf } from './decisions.js';
import { roomOf } from './rooms.js';
import { ROOT, allSources, localImports } from './sources.js';

/**
 * Modules that take decisions and have no test file of their own, each with the test that covers it. Only thin code
 * between parts that have their tests: whatever decides more gets its own file.
 */
const COVERED_ELSEWHERE: Readonly<Record<string, string>> = {
  'cli/commands/doctor.ts': 'test/cli/doctor.lab.test.ts',
  'cli/commands/migrateOffRoot/apply.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'cli/commands/migrateOffRoot/plan.ts': 'test/recipes/migrateOffRoot/plan.lab.test.ts',
  'cli/commands/migrateOffRoot/recover.ts': 'test/recipes/migrateOffRoot/killed.lab.test.ts',
  'cli/commands/migrateOffRoot/resume.ts': 'test/recipes/migrateOffRoot/killed.lab.test.ts',
  'cli/commands/migrateOffRoot/rollback.ts': 'test/recipes/migrateOffRoot/rollback.lab.test.ts',
  'cli/commands/migrateOffRoot/status.ts': 'test/recipes/migrateOffRoot/killed.lab.test.ts',
  'cli/commands/migrateOffRoot/unlessUnfinished.ts': 'test/recipes/migrateOffRoot/killed.lab.test.ts',
  'cli/commands/migrateOffRoot/verify.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'cli/commands/unit/cat.ts': 'test/cli/commands/unit/edit.test.ts',
  'cli/commands/unit/editFile.ts': 'test/cli/commands/unit/edit.test.ts',
  'cli/commands/unit/list.ts': 'test/cli/commands/unit/edit.test.ts',
  'kimaki/instance/readUnitFiles.ts': 'test/kimaki/instance/findSiteServices.test.ts',
  'posix/files/copyAttributes.ts': 'test/posix/files/replaceFile.test.ts',
  'posix/handles/openPath.ts': 'test/posix/handles/openRoot.test.ts',
  'posix/handles/pinned.ts': 'test/posix/handles/openRoot.test.ts',
  'posix/handles/pinnedTree.ts': 'test/posix/sweeps/batchedChanges.test.ts',
  'posix/moves/copyAcross.ts': 'test/posix/moves/moveTree.test.ts',
  'posix/moves/retireSource.ts': 'test/posix/moves/moveLeftovers.test.ts',
  'posix/programs/lackOfHandles.ts': 'test/posix/programs/runProgram.test.ts',
  'posix/sweeps/walkAll.ts': 'test/posix/sweeps/changeTree.test.ts',
  'recipes/hardenInstall/observeInstall.ts': 'test/recipes/hardenInstall/hardenInstall.lab.test.ts',
  'recipes/migrateOffRoot/observe/observe.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'recipes/migrateOffRoot/observe/observeAbilities.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'recipes/migrateOffRoot/observe/observeCompanions.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'recipes/migrateOffRoot/observe/observeRecovery.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'recipes/migrateOffRoot/observe/observeState.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'recipes/migrateOffRoot/plan/planMigration.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'recipes/migrateOffRoot/refuse/refusePrograms.ts': 'test/recipes/migrateOffRoot/guards.lab.test.ts',
  'recipes/migrateOffRoot/run/applyMigration.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'recipes/migrateOffRoot/run/rollbackMigration.ts': 'test/recipes/migrateOffRoot/rollback.lab.test.ts',
  'recipes/migrateOffRoot/run/recoverMigration.ts': 'test/recipes/migrateOffRoot/killed.lab.test.ts',
  'recipes/migrateOffRoot/run/resumeMigration.ts': 'test/recipes/migrateOffRoot/killed.lab.test.ts',
  'recipes/proof/checkOwnership.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'recipes/proof/readSubject.ts': 'test/recipes/migrateOffRoot/migration.lab.test.ts',
  'recipes/steps/files/sudoersStep.ts': 'test/recipes/steps/stepRegistry.test.ts',
  'recipes/steps/units/activeDependents.ts': 'test/recipes/steps/units/stopUnitsStep.lab.test.ts',
  'recipes/steps/units/assertNoProcessesStep.ts': 'test/recipes/steps/stepRegistry.test.ts',
  'recipes/steps/units/recoveryUnitStep.ts': 'test/recipes/steps/stepRegistry.test.ts',
};

const sources = allSources();
const importsOf = new Map(sources.map((source) => [source.path, localImports(source, 'values')]));
const deciding = sources
  .filter((source) => basename(source.path) !== 'index.ts' && decisionsOf(source) > 0)
  .map(({ path }) => path);

describe('a module that takes a decision', () => {
  it('has a test file of the same name at the same place, or stands in the list above', () => {
    const missing = deciding.filter((path) => ownTests(path).length === 0 && !(path in COVERED_ELSEWHERE));
    expect(missing).toEqual([]);
  });

  it('is what the test file of its name runs', () => {
    const wrong = deciding.filter((path) => {
      const tests = ownTests(path);
      return tests.length > 0 && !tests.some((test) => covers(test, path));
    });
    expect(wrong).toEqual([]);
  });
});

describe('the list of modules that are covered elsewhere', () => {
  it('holds only modules that are there, decide something and have no test file', () => {
    const needless = Object.keys(COVERED_ELSEWHERE).filter(
      (path) => !deciding.includes(path) || ownTests(path).length > 0,
    );
    expect(needless).toEqual([]);
  });

  it('names for each a test that is there and imports its room, or runs it on a host', () => {
    const wrong = Object.entries(COVERED_ELSEWHERE).filter(
      ([path, test]) => !existsSync(join(ROOT, test)) || !covers(test, path),
    );
    expect(wrong).toEqual([]);
  });

  it('does not grow', () => {
    expect(Object.keys(COVERED_ELSEWHERE).length).toBeLessThanOrEqual(40);
  });
});

/** The test files of a module's name, relative to the repository. */
function ownTests(path: string): readonly string[] {
  return ['.test.ts', '.lab.test.ts']
    .map((ending) => `test/${path.replace(/\.ts$/, ending)}`)
    .filter((test) => existsSync(join(ROOT, test)));
}

function isLabTest(test: string): boolean {
  return test.endsWith('.lab.test.ts');
}

/** A lab test runs it on a host; any other imports it, or what of its room runs it. */
function covers(test: string, path: string): boolean {
  if (isLabTest(test)) return true;
  const floor = `${path.split('/')[0] ?? ''}/index.ts`;
  return [...importedBy(test)].some(
    (imported) => (roomOf(imported) === roomOf(path) || imported === floor) && closureOf(imported).has(path),
  );
}

const found = new Map<string, readonly string[]>();

/** What a test file imports of `src/`, itself or by the helpers beside it; relative to `src/`. */
function importedBy(test: string): ReadonlySet<string> {
  const modules = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (path.startsWith('src/')) modules.add(path.slice('src/'.length));
    if (seen.has(path) || !path.startsWith('test/') || !existsSync(join(ROOT, path))) return;
    seen.add(path);
    const imported = found.get(path) ?? importsIn(path);
    found.set(path, imported);
    imported.forEach(visit);
  };
  visit(test);
  return modules;
}

function importsIn(path: string): readonly string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
  // Some bundle a module by its path, to run it in a process of its own.
  const bundled = [...text.matchAll(/\/(src\/[\w/-]+\.ts)'/g)].map(([, module = '']) => module);
  return [...localImports({ path, file }, 'values'), ...bundled];
}

const closures = new Map<string, ReadonlySet<string>>();

/** A module and everything it imports, directly or not. */
function closureOf(path: string): ReadonlySet<string> {
  const known = closures.get(path);
  if (known !== undefined) return known;
  const closure = new Set([path]);
  // A set goes on with what is added while it is walked.
  for (const one of closure) for (const next of importsOf.get(one) ?? []) closure.add(next);
  closures.set(path, closure);
  return closure;
}
