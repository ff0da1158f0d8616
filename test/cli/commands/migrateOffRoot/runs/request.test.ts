import { describe, expect, it } from 'vitest';
import { readRequestOf, writesOf } from '../../../../../src/cli/commands/migrateOffRoot/runs/request.js';
import type { Json, Plan } from '../../../../../src/recipes/engine/index.js';
import { migrationSteps } from '../../../../../src/recipes/migrateOffRoot/plan/migrationSteps.js';
import { RECIPE } from '../../../../../src/recipes/migrateOffRoot/index.js';
import { exampleFacts, togetherFacts } from '../../../../recipes/migrateOffRoot/exampleFacts.js';

describe('a request to a unit', () => {
  it.each<Json>([
    { command: 'rollback', force: false, acceptChangedPrograms: false },
    {
      command: 'rollback',
      force: true,
      acceptChangedPrograms: true,
      runId: '000001-20260102T030405Z-migrate-off-root',
    },
    { command: 'resume', verification: { flow: 'x', waitScheduled: 60 } },
  ])('is read as it was written: %j', (request) => {
    expect(readRequestOf(request)).toBeOk(request);
  });

  it.each<Json>([
    null,
    {},
    { command: 'forget' },
    { command: 'rollback' },
    { command: 'rollback', force: true, acceptChangedPrograms: true, shell: 'sh' },
    { command: 'resume', verification: { flow: 1 } },
    { command: 'apply', plan: {}, verification: {} },
  ])('is refused: %j', (request) => {
    expect(readRequestOf(request)).toBeErr();
  });
});

describe('what a run may write', () => {
  const facts = exampleFacts();
  const steps = migrationSteps(facts)._unsafeUnwrap();
  const writes = writesOf({ recipe: RECIPE, facts, steps } as unknown as Plan);

  it('is the site, the new home, what moves, and the files of its steps', () => {
    expect(writes).toEqual(
      expect.arrayContaining([
        facts.site.root,
        facts.target.home,
        ...facts.state.moves.flatMap(({ from, to }) => [from, to]),
        '/etc/systemd/system/wca-recovery.service',
        ...facts.unit.files.filter(({ needsRewrite }) => needsRewrite).map(({ path }) => path),
      ]),
    );
  });

  it('is the state too where it stays outside of homes, for a message is sent into it', () => {
    const staying = { ...facts, state: { ...facts.state, moves: [], newDataDir: '/srv/kimaki' } };
    expect(writesOf({ recipe: RECIPE, facts: staying, steps: [] } as unknown as Plan)).toContain('/srv/kimaki');
  });

  it('is the same of each where several are moved together', () => {
    const [first, second] = togetherFacts();
    const instances = [{ ...first, site: { ...first.site, root: '/srv/a' } }, second];
    expect(writesOf({ recipe: RECIPE, facts: { options: {}, instances }, steps: [] } as unknown as Plan)).toEqual(
      expect.arrayContaining(['/srv/a', second.site.root, '/root/.kimaki', '/root/.kimaki-b']),
    );
  });

  it('is never a whole directory of the system, nor the old home', () => {
    for (const path of ['/', '/etc', '/usr', '/usr/local/bin', '/home', '/var', '/root'])
      expect(writes).not.toContain(path);
  });

  it('is what its steps name in a plan of another recipe', () => {
    expect(writesOf({ recipe: 'other', facts: null, steps: [] } as unknown as Plan)).toEqual([]);
  });
});
