import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { stepRegistry } from '../../../../src/recipes/steps/stepRegistry.js';
import { migrationSteps } from '../../../../src/recipes/migrateOffRoot/plan/migrationSteps.js';
import type { MigrationFacts } from '../../../../src/recipes/host/facts.js';
import { createRegistry } from '../../../../src/recipes/engine/plan/registry.js';
import { makePlan } from '../../../../src/recipes/engine/plan/makePlan.js';
import type { Registry } from '../../../../src/recipes/engine/plan/registry.js';
import type { Plan } from '../../../../src/recipes/engine/plan/plan.js';
import type { RecipeStep, StepKind } from '../../../../src/recipes/engine/plan/step.js';
import { validateSteps } from '../../../../src/recipes/engine/plan/validateSteps.js';
import { exampleFacts, migratedFacts } from '../exampleFacts.js';

const stepsOf = (facts: MigrationFacts): readonly RecipeStep[] => migrationSteps(facts)._unsafeUnwrap();
const idsOf = (steps: readonly RecipeStep[]): readonly string[] => steps.map(({ id }) => id);
/** Ids of the steps that must be undone before this one. */
const undoneFirst = (steps: readonly RecipeStep[], id: string): readonly string[] =>
  steps.filter(({ undoneBefore }) => undoneBefore?.includes(id) === true).map((one) => one.id);
const place = (steps: readonly RecipeStep[], id: string): number => {
  const at = idsOf(steps).indexOf(id);
  expect(at, `there is no step ${id}`).toBeGreaterThanOrEqual(0);
  return at;
};

describe('the steps of a migration', () => {
  it('are valid for the engine: known kinds, unique ids, references that lead somewhere', () => {
    for (const facts of [exampleFacts(), migratedFacts(), exampleFacts({ agentsFile: null, fpm: null })]) {
      expect(validateSteps(stepsOf(facts), stepRegistry())).toBeOk();
    }
  });

  it('do everything that can be done before the stop before it, and the rest after the start', () => {
    const phases = stepsOf(exampleFacts()).map(({ phase }) => phase);
    expect(phases).toEqual([...phases].sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other)));
    expect(new Set(phases)).toEqual(new Set(ORDER));
  });

  it('begin the window with the stop and end it with the start', () => {
    const window = stepsOf(exampleFacts()).filter(({ phase }) => phase === 'window');
    expect(window.at(0)?.kind).toBe('systemd.stopUnits');
    expect(window.at(-1)?.kind).toBe('systemd.startUnits');
  });

  it('set aside what stands in the way, then move, then edit the units, the fragment of the service last', () => {
    const steps = stepsOf(exampleFacts());
    const rewrites = steps.filter(({ kind }) => kind === 'kimaki.rewriteUnit');
    expect(rewrites).toHaveLength(3);
    expect(rewrites.at(-1)?.args).toMatchObject({ path: '/etc/systemd/system/kimaki.service' });
    expect(place(steps, 'move-1-aside')).toBeLessThan(place(steps, 'move-1'));
    expect(place(steps, 'move-1')).toBeLessThan(place(steps, rewrites[0]?.id ?? ''));
  });

  it('let WordPress reach the agent last, so that a rollback closes that way before the state moves back', () => {
    const ids = stepsOf(exampleFacts()).map(({ id }) => id);
    const opened = ['start', 'hop-directory', 'hop-target', 'hop-wrapper', 'hop-sudoers', 'dispatch'];
    expect(ids.filter((id) => opened.includes(id))).toEqual(opened);
  });

  it('verify every edit aside before anything is stopped', () => {
    const verified = stepsOf(exampleFacts()).filter(({ kind }) => kind === 'kimaki.verifyRewrite');
    expect(verified.map(({ phase }) => phase)).toEqual(['before', 'before', 'before']);
  });

  it('stop the service last and start it first, so that it is away for the shortest time', () => {
    const stop = stepsOf(exampleFacts()).find(({ id }) => id === 'stop');
    expect(stop?.args).toEqual({
      units: ['datamachine-worker.timer', 'datamachine-worker.service', 'kimaki.service'],
    });
  });

  it('have a rule for restarting the unit only where that was asked for', () => {
    const restarts = (facts: MigrationFacts): readonly RecipeStep[] =>
      stepsOf(facts).filter(({ id }) => id === 'restart-rule');
    expect(restarts(exampleFacts())).toEqual([]);
    const [only, ...others] = restarts(exampleFacts({ options: { allowRestart: true } }));
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: 'kimaki.sudoers', phase: 'before' });
    expect(only?.args).toMatchObject({
      path: '/etc/sudoers.d/wp-coding-agents-kimaki-restart',
      content: expect.stringContaining(
        'opencode ALL=(root) NOPASSWD: /usr/bin/systemctl restart kimaki.service\n',
      ) as string,
    });
  });

  it('never take the state back while the unit of the new side stands', () => {
    const steps = stepsOf(exampleFacts());
    const rewrites = idsOf(steps.filter(({ kind }) => kind === 'kimaki.rewriteUnit'));
    expect(undoneFirst(steps, 'move-1')).toEqual([...rewrites, 'start']);
    expect(undoneFirst(steps, 'stop')).toEqual(['programs', 'move-1', ...rewrites]);
  });

  it('never remove the account while a unit says User= of it or the state is in its home', () => {
    const { target } = exampleFacts();
    const steps = stepsOf(
      exampleFacts({ options: { createUser: true }, target: { ...target, uid: null, gid: null, homeMode: null } }),
    );
    const rewrites = idsOf(steps.filter(({ kind }) => kind === 'kimaki.rewriteUnit'));
    expect(undoneFirst(steps, 'user')).toEqual(['programs', 'move-1', ...rewrites, 'start']);
  });

  it('leave the files that other steps replace out of the sweeps, whose undo would not know the new inodes', () => {
    const sweeps = stepsOf(exampleFacts()).filter(({ id }) => id.startsWith('site-owner'));
    expect(sweeps).toHaveLength(2);
    for (const { args } of sweeps) {
      const replaced = ['/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php', '/var/www/site/AGENTS.md'];
      expect(args).toMatchObject({ exclude: expect.arrayContaining(replaced) as unknown });
    }
  });

  it('stop nothing on a host that is migrated already', () => {
    const kinds = stepsOf(migratedFacts()).map(({ kind }) => kind);
    expect(kinds).not.toContain('systemd.stopUnits');
    expect(kinds).not.toContain('posix.moveTree');
    expect(stepsOf(migratedFacts()).some(({ phase }) => phase === 'window')).toBe(false);
  });

  it('install the hop only where it is needed, its sudo rule after what the rule names', () => {
    const steps = stepsOf(exampleFacts());
    expect(place(steps, 'hop-target')).toBeLessThan(place(steps, 'hop-sudoers'));
    expect(steps.find(({ id }) => id === 'hop-sudoers')?.kind).toBe('kimaki.sudoers');
    const { dispatch } = exampleFacts();
    const direct = stepsOf(
      exampleFacts({ dispatch: { ...dispatch, strategy: 'system-binary', command: '/usr/bin/kimaki' } }),
    );
    expect(idsOf(direct).filter((id) => id.startsWith('hop-'))).toEqual([]);
  });

  it('look at what needs an account only after it was made', () => {
    const { target } = exampleFacts();
    const steps = stepsOf(
      exampleFacts({ options: { createUser: true }, target: { ...target, uid: null, gid: null, homeMode: null } }),
    );
    expect(steps[0]?.kind).toBe('posix.createUser');
    expect(steps.slice(1).every(({ after }) => after !== undefined)).toBe(true);
  });

  it('leave php-fpm alone when asked to', () => {
    expect(idsOf(stepsOf(exampleFacts({ options: { noFpmUmask: true } })))).not.toContain('fpm-umask');
  });

  it('refuse a name that cannot stand in a sudo rule', () => {
    const { target } = exampleFacts();
    expect(migrationSteps(exampleFacts({ target: { ...target, name: 'open code' } }))).toBeErr();
  });
});

/** Every kind of a migration, on a host that answers every check alike and can do nothing. */
function hostThat(finds: 'needed' | 'satisfied'): Registry {
  const real = stepRegistry();
  const cannot = (): ReturnType<StepKind['apply']> => errAsync({ code: 'FAKE', message: 'this host only answers' });
  const kinds = real.kinds.flatMap((name) => real.get(name) ?? []);
  return createRegistry(
    kinds.map((kind) => ({
      ...kind,
      check: () => okAsync(finds === 'needed' ? { state: 'needed', before: null } : { state: 'satisfied' }),
      apply: cannot,
      verify: cannot,
      undoable: () => errAsync({ code: 'FAKE', message: 'this host only answers' }),
      byHand: () => [],
      writes: () => [],
      tidy: cannot,
      undo: () => errAsync({ code: 'FAKE', message: 'this host only answers' }),
    })),
  );
}

async function planOf(facts: MigrationFacts, finds: 'needed' | 'satisfied'): Promise<Plan> {
  const plan = await makePlan({
    recipe: 'migrate-off-root',
    facts,
    notices: [],
    steps: stepsOf(facts),
    registry: hostThat(finds),
    host: { machineId: 'm', hostname: 'h' },
    toolVersion: '0',
    now: new Date(0),
  });
  return plan._unsafeUnwrap();
}

describe('the plan of it', () => {
  it('never guesses what is seen only after an earlier step', async () => {
    const { steps } = await planOf(exampleFacts(), 'needed');
    const later = steps.filter(({ state }) => state === 'later').map(({ id }) => id);
    expect(later).toEqual(
      expect.arrayContaining(['no-processes', 'move-1', 'home-owner', 'site-owner-again', 'start', 'hop-target']),
    );
    expect(steps.filter(({ state }) => state === 'satisfied')).toEqual([]);
    for (const { title, why } of steps) expect([title, why].every((words) => /\S/.test(words))).toBe(true);
  });

  it('checks nothing but the account where that is still to be made', async () => {
    const { target } = exampleFacts();
    const facts = exampleFacts({
      options: { createUser: true },
      target: { ...target, uid: null, gid: null, homeMode: null },
    });
    const { steps } = await planOf(facts, 'needed');
    expect(steps.map(({ state }) => state)).toEqual(['needed', ...steps.slice(1).map(() => 'later')]);
  });

  it('is the same for the same facts, and has nothing to do where everything is so already', async () => {
    expect((await planOf(exampleFacts(), 'needed')).digest).toBe((await planOf(exampleFacts(), 'needed')).digest);
    expect((await planOf(migratedFacts(), 'satisfied')).changed).toBe(false);
  });
});

const ORDER: readonly RecipeStep['phase'][] = ['before', 'window', 'after'];

it('sweeps a tree a second time only where there is a stop window', () => {
  const again = (facts: MigrationFacts): readonly string[] =>
    migrationSteps(facts)
      ._unsafeUnwrap()
      .filter(({ args }) => JSON.stringify(args).includes('Again":true'))
      .map(({ id }) => id);
  expect(again(exampleFacts())).toContain('site-owner');
  expect(again(migratedFacts())).toEqual([]);
});
