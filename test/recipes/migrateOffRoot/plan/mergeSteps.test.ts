import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import { validateSteps } from '../../../../src/recipes/engine/plan/validateSteps.js';
import type { MigrationFacts } from '../../../../src/recipes/host/facts.js';
import { mergeSteps } from '../../../../src/recipes/migrateOffRoot/plan/mergeSteps.js';
import { migrationSteps } from '../../../../src/recipes/migrateOffRoot/plan/migrationSteps.js';
import { stepRegistry } from '../../../../src/recipes/steps/stepRegistry.js';
import { cases } from '../../../support/campaign.js';
import { exampleFacts, migratedFacts, togetherFacts } from '../exampleFacts.js';

const listsOf = (all: readonly MigrationFacts[]): readonly (readonly RecipeStep[])[] =>
  all.map((facts) => migrationSteps(facts, all)._unsafeUnwrap());
const merged = (all: readonly MigrationFacts[]): readonly RecipeStep[] => mergeSteps(listsOf(all));
const idsOf = (steps: readonly RecipeStep[]): readonly string[] => steps.map(({ id }) => id);
const effectOf = ({ kind, phase, args }: RecipeStep): string => JSON.stringify([kind, phase, args]);
/** Ids of the steps that must be undone before this one. */
const undoneFirst = (steps: readonly RecipeStep[], id: string): readonly string[] =>
  steps.filter(({ undoneBefore }) => undoneBefore?.includes(id) === true).map((one) => one.id);
const argsOf = (steps: readonly RecipeStep[], id: string): unknown => steps.find((one) => one.id === id)?.args;

describe('the steps of one instance', () => {
  it('are the list of that instance, with the same ids', () => {
    for (const facts of [exampleFacts(), migratedFacts()])
      expect(mergeSteps([migrationSteps(facts)._unsafeUnwrap()])).toEqual(migrationSteps(facts)._unsafeUnwrap());
    expect(mergeSteps([])).toEqual([]);
  });
});

describe('the steps of two instances with one home and one site', () => {
  const steps = merged(togetherFacts());
  const window = idsOf(steps.filter(({ phase }) => phase === 'window'));

  it('have one stop window: all are stopped, everything moves, every unit is edited, all are started', () => {
    expect(window).toEqual([
      'stop',
      'no-processes',
      'state-paths',
      'programs',
      'state-owner-1',
      'state-owner-2',
      'state-owner-3',
      'move-1-aside',
      'move-1',
      'move-2-parent-1',
      'move-2-parent-2',
      'move-2',
      'move-3',
      'home-owner',
      'leftover-1',
      'site-owner-again',
      'agent-place-1-again',
      '1.unit-1',
      '1.unit-2',
      '1.unit-3',
      '2.unit-1',
      'start',
    ]);
  });

  it('stop and start both units, with the worker of their site once', () => {
    const units = ['datamachine-worker.timer', 'datamachine-worker.service', 'kimaki.service', 'kimaki-b.service'];
    expect(argsOf(steps, 'stop')).toEqual({ units });
    expect(argsOf(steps, 'start')).toMatchObject({
      units,
      start: ['kimaki.service', 'kimaki-b.service', 'datamachine-worker.timer'],
      health: { unit: 'kimaki.service', ports: [29988], stateDir: '/home/opencode/.kimaki' },
      others: [{ unit: 'kimaki-b.service', ports: [31234], stateDir: '/home/opencode/.kimaki-b' }],
      noProcesses: {
        callers: [
          { program: '/usr/local/lib/wp-coding-agents/kimaki-dispatch-target', uid: null },
          { program: '/usr/local/lib/wp-coding-agents/kimaki-b-dispatch-target', uid: null },
        ],
      },
    });
    const edited = steps.filter(({ kind }) => kind === 'kimaki.rewriteUnit').map(({ args }) => args);
    expect(edited).toMatchObject([
      { unit: 'datamachine-worker.service' },
      { unit: 'kimaki.service' },
      { unit: 'kimaki.service' },
      { unit: 'kimaki-b.service' },
    ]);
  });

  it('have what both share once, and one safety unit for all services', () => {
    const ids = idsOf(steps);
    for (const id of [
      'recovery',
      'recovery-off',
      'site-owner',
      'fs-chmod',
      'hop-directory',
      'fpm-umask',
      'agents-file',
    ])
      expect(
        ids.filter((one) => one === id || one.endsWith(`.${id}`)),
        id,
      ).toEqual([id]);
    expect(argsOf(steps, 'recovery')).toMatchObject({
      services: ['kimaki.service', 'kimaki-b.service', 'datamachine-worker.service'],
    });
    expect(ids.filter((id) => id.includes('hop-'))).toEqual([
      'hop-directory',
      '1.hop-target',
      '1.hop-wrapper',
      '1.hop-sudoers',
      '2.hop-target',
      '2.hop-wrapper',
      '2.hop-sudoers',
    ]);
  });

  it('change the file of the channels once, and leave it out of every sweep', () => {
    expect(steps.filter(({ kind }) => kind === 'wordpress.channelCommand')).toHaveLength(1);
    expect(argsOf(steps, 'dispatch')).toMatchObject({
      label: 'bridge:kimaki',
      others: [{ label: 'bridge:kimaki-b', command: '/usr/local/bin/wp-coding-agents-kimaki-b-dispatch' }],
    });
    const [first, second] = togetherFacts();
    const unregistered = merged([first, { ...second, dispatch: { ...second.dispatch, file: null } }]);
    expect(unregistered.filter(({ id }) => id.startsWith('site-owner'))).toHaveLength(2);
    expect(argsOf(unregistered, 'site-owner')).toMatchObject({
      exclude: expect.arrayContaining([first.dispatch.file?.path]) as unknown,
    });
  });

  it('are undone with every service stopped before any state moves back, and every unit before that too', () => {
    const edits = steps.filter(({ kind }) => kind === 'kimaki.rewriteUnit').map(({ id }) => id);
    expect(edits).toHaveLength(4);
    for (const id of ['move-1', 'move-2', 'move-3']) expect(undoneFirst(steps, id)).toEqual([...edits, 'start']);
    expect(undoneFirst(steps, 'stop')).toEqual(['programs', 'move-1', 'move-2', 'move-3', ...edits]);
    expect(steps.find(({ id }) => id === 'start')?.ends).toEqual(['stop', 'no-processes']);
  });

  it('make the account with the groups of both sites', () => {
    const [first, second] = togetherFacts();
    const target = { ...first.target, uid: null, gid: null, homeMode: null };
    const options = { createUser: true };
    const site = { ...second.site, root: '/srv/b', group: 'www-b', user: 'www-b' };
    const created = merged([
      { ...first, options, target },
      { ...second, options, target, site },
    ]);
    expect(created[0]).toMatchObject({ kind: 'posix.createUser', args: { groups: ['www-data', 'www-b'] } });
    expect(created.slice(1).every(({ after }) => after !== undefined)).toBe(true);
  });
});

test('two that have nothing in common but the host are stopped and started together all the same', () => {
  const [first, second] = togetherFacts();
  const site = {
    ...second.site,
    root: '/srv/b',
    contentDir: '/srv/b/wp-content',
    muPluginsDir: '/srv/b/mu',
    writable: [],
  };
  const steps = merged([
    { ...first, companions: [] },
    { ...second, site, companions: [], agentsFile: null, dispatch: { ...second.dispatch, file: null } },
  ]);
  const ids = idsOf(steps);
  expect(ids.filter((id) => /(^|\.)(stop|start|recovery)$/.test(id))).toEqual(['recovery', 'stop', 'start']);
  expect(ids.filter((id) => id.endsWith('site-owner'))).toEqual(['1.site-owner', '2.site-owner']);
});

/** Instances that share what they happen to share: sites, moves, companions, secrets, ways of dispatch. */
const instances: fc.Arbitrary<readonly MigrationFacts[]> = fc
  .tuple(
    fc.record({ createUser: fc.boolean(), keepPaths: fc.boolean(), includeCore: fc.boolean(), moving: fc.boolean() }),
    fc.array(
      fc.record({
        site: fc.constantFrom('/var/www/site', '/srv/b'),
        migrated: fc.boolean(),
        active: fc.boolean(),
        hop: fc.boolean(),
        registered: fc.boolean(),
        stale: fc.boolean(),
        restart: fc.boolean(),
        worker: fc.boolean(),
        leftovers: fc.subarray(['/tmp/a', '/tmp/b', '/tmp/c']),
        secrets: fc.shuffledSubarray(['/etc/a/token', '/etc/b/token']),
        places: fc.shuffledSubarray(['/var/lib/a', '/var/lib/b']),
      }),
      { minLength: 2, maxLength: 4 },
    ),
  )
  .map(([{ createUser, moving, ...options }, drawn]) => {
    const [one, other] = togetherFacts();
    const moves = moving ? one.state.moves : [];
    return drawn.map((each, index): MigrationFacts => {
      const base = index === 0 ? one : other;
      const name = index === 0 ? 'kimaki.service' : `kimaki-${index}.service`;
      const files = base.unit.files.map((file) => ({
        ...file,
        path: `${file.path}-${index}`,
        needsRewrite: !each.migrated,
      }));
      return {
        ...base,
        options: { ...options, unit: name, createUser, allowRestart: each.restart },
        target: createUser ? { ...base.target, uid: null, gid: null, homeMode: null } : base.target,
        unit: {
          ...base.unit,
          name,
          instance: index === 0 ? '' : String(index),
          files,
          active: each.active,
          loadedUser: each.migrated ? 'opencode' : 'root',
          runningUid: each.migrated ? 1000 : 0,
        },
        companions: each.worker ? base.companions : [],
        site: {
          ...base.site,
          root: each.site,
          contentDir: `${each.site}/wp-content`,
          muPluginsDir: `${each.site}/mu`,
          writable: [`${each.site}/wp-content/plugins`],
        },
        state: {
          ...base.state,
          moves,
          stale: each.stale ? { roots: [`/s${index}`], oldHomes: ['/root'], moves: [] } : null,
        },
        dispatch: {
          ...base.dispatch,
          file: each.registered ? { path: `${each.site}/mu/channels.php`, sha256: 'd'.repeat(64) } : null,
          label: `bridge:kimaki-${index}`,
          strategy: each.hop ? 'sudo-hop' : 'system-binary',
        },
        leftovers: each.leftovers,
        secrets: each.secrets.map((path) => ({ path, user: 'opencode', group: 'opencode' })),
        agentPlaces: each.places.map((path) => ({ path, user: 'opencode', group: 'opencode' })),
      };
    });
  });

test('however instances overlap, the list is a recipe, keeps what each of them relies on, and goes back safely', () => {
  fc.assert(
    fc.property(instances, (all) => {
      const lists = listsOf(all);
      const steps = mergeSteps(lists);
      // Every reference leads to an earlier step; ids are unique.
      expect(validateSteps(steps, stepRegistry())).toBeOk();
      const phases = steps.map(({ phase }) => ['before', 'window', 'after'].indexOf(phase));
      expect(phases).toEqual([...phases].sort());

      const at = new Map(steps.map((one, index) => [one.id, index]));
      for (const list of lists) {
        const times = new Map<string, number>();
        const placed = list.map((one) => {
          const effect = effectOf(one);
          const time = times.get(effect) ?? 0;
          times.set(effect, time + 1);
          const found = steps.filter((each) => effectOf(each) === effect)[time];
          if (found === undefined) throw new Error(`${one.id} is lost`);
          return found;
        });
        const idIn = new Map(list.map(({ id }, index) => [id, placed[index]?.id ?? '']));
        const mapped = (ids: readonly string[] = []): readonly string[] => ids.map((id) => idIn.get(id) ?? '');
        for (const [index, one] of list.entries()) {
          expect(placed[index]?.undoneBefore ?? []).toEqual(expect.arrayContaining([...mapped(one.undoneBefore)]));
          expect(placed[index]?.ends ?? []).toEqual(expect.arrayContaining([...mapped(one.ends)]));
          if (one.after !== undefined) expect(placed[index]?.after).toBe(idIn.get(one.after));
        }
        // Secrets and places may be listed in another order by each; everything else keeps its instance's own.
        const order = placed.filter(({ kind }) => kind !== 'posix.reclaim').map(({ id }) => at.get(id) ?? -1);
        expect(order).toEqual([...order].sort((one, other) => one - other));
      }
      // Nothing is done twice, unless one instance does it twice.
      const most = Math.max(...lists.map((list) => mostOf(list.map(effectOf))));
      expect(mostOf(steps.map(effectOf))).toBeLessThanOrEqual(most);

      const window = steps.filter(({ phase }) => phase === 'window');
      if (window.length === 0) return;
      expect(window.filter(({ kind }) => kind === 'systemd.stopUnits')).toEqual([window[0]]);
      expect(window.filter(({ kind }) => kind === 'systemd.startUnits')).toEqual([window.at(-1)]);
      const names = all.map(({ unit }) => unit.name);
      for (const end of [window[0], window.at(-1)])
        expect((end?.args as { units: readonly string[] }).units).toEqual(expect.arrayContaining(names));
      // In undo order, the start comes before every move, and every unit before them.
      const undo = [...window].reverse().map(({ kind }) => kind);
      const lastOf = (kind: string): number => undo.lastIndexOf(kind);
      const moves = window.filter(({ kind }) => kind === 'posix.moveTree');
      const firstMove = undo.indexOf('posix.moveTree');
      if (firstMove !== -1) {
        expect(lastOf('systemd.startUnits')).toBeLessThan(firstMove);
        expect(lastOf('kimaki.rewriteUnit')).toBeLessThan(firstMove);
      }
      for (const { id } of moves.filter((one) => !one.id.endsWith('-aside'))) {
        expect(window.at(-1)?.undoneBefore).toContain(id);
        for (const edit of window.filter(({ kind }) => kind === 'kimaki.rewriteUnit'))
          expect(edit.undoneBefore).toContain(id);
      }
    }),
    { numRuns: cases(60, 2000) },
  );
}, 120_000);

function mostOf(texts: readonly string[]): number {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return Math.max(...times.values());
}
