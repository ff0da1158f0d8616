import { describe, expect, it } from 'vitest';
import type { HardenFacts, HardenedUnit } from '../../../src/recipes/hardenInstall/facts.js';
import { hardenSteps } from '../../../src/recipes/hardenInstall/hardenSteps.js';
import type { RecipeStep } from '../../../src/recipes/engine/index.js';
import type { RewriteUnitArgs } from '../../../src/recipes/steps/index.js';
import { exampleFacts } from '../migrateOffRoot/exampleFacts.js';

const { site, dispatch, fpm } = exampleFacts();
const SETTLED: HardenedUnit = { name: 'kimaki.service', active: true, edits: [], outdated: false };
const EDIT: RewriteUnitArgs = {
  unit: 'kimaki.service',
  path: '/etc/systemd/system/kimaki.service',
  request: {
    user: 'opencode',
    group: 'opencode',
    oldHomes: [],
    newHome: '/home/opencode',
    oldDataDir: '/home/opencode/.kimaki',
    newDataDir: '/home/opencode/.kimaki',
    binary: null,
    umask: '0002',
    moves: [],
    dropIn: false,
  },
  diff: '',
};

/** An install on which everything is as the migration left it. */
function facts(changes: Partial<HardenFacts> = {}): HardenFacts {
  return {
    options: {},
    unit: SETTLED,
    companions: [],
    activators: [],
    instance: '',
    user: 'opencode',
    home: '/home/opencode',
    dataDir: '/home/opencode/.kimaki',
    lockPort: null,
    site,
    fpm,
    dispatch: { ...dispatch, strategy: 'system-binary', file: null },
    restartSeconds: 10,
    listeningPorts: [],
    upgradeUnit: null,
    ...changes,
  };
}

function steps(changes: Partial<HardenFacts> = {}): readonly RecipeStep[] {
  return hardenSteps(facts(changes))._unsafeUnwrap();
}

const ids = (changes: Partial<HardenFacts> = {}): string[] => steps(changes).map(({ id }) => id);
const inWindow = (changes: Partial<HardenFacts>): string[] =>
  steps(changes)
    .filter(({ phase }) => phase === 'window')
    .map(({ id }) => id);

describe('the stop window', () => {
  it('is left out where no unit has to change and no process has another umask', () => {
    expect(ids()).toEqual(['fs-chmod', 'mu-plugin-modes', 'fpm-umask']);
  });

  it('stops, edits and starts a unit that has to change, and verifies the edit beforehand', () => {
    const unit = { ...SETTLED, edits: [EDIT] };
    expect(inWindow({ unit })).toEqual(['stop', 'unit-1', 'start']);
    expect(ids({ unit }).indexOf('unit-1-verified')).toBeLessThan(ids({ unit }).indexOf('stop'));
  });

  it('restarts a service whose process is outdated, without an edit', () => {
    expect(inWindow({ unit: { ...SETTLED, outdated: true } })).toEqual(['stop', 'start']);
  });

  it('leaves the agent running where only a companion has to change', () => {
    const worker = { ...SETTLED, name: 'worker.service', outdated: true };
    const start = steps({ companions: [worker] }).find(({ id }) => id === 'start');
    expect(start?.args).toMatchObject({ units: ['worker.service'], start: ['worker.service'], health: null });
  });

  it('starts only what was active before, and what triggers it', () => {
    const start = steps({
      unit: { ...SETTLED, outdated: true, active: false },
      activators: [
        { name: 'a.timer', active: true },
        { name: 'b.timer', active: false },
      ],
    }).find(({ id }) => id === 'start');
    expect(start?.args).toMatchObject({
      units: ['a.timer', 'b.timer', 'kimaki.service'],
      start: ['a.timer'],
      health: null,
    });
  });

  it('watches the restarted service for twice RestartSec, and for as long as the options say', () => {
    const unit = { ...SETTLED, outdated: true };
    const watched = (options: HardenFacts['options']) =>
      steps({ unit, options }).find(({ id }) => id === 'start')?.args;
    expect(watched({})).toMatchObject({ health: { unit: 'kimaki.service', umask: 0o002, watchSeconds: 20 } });
    expect(watched({ hold: 40 })).toMatchObject({ health: { watchSeconds: 40 } });
  });
});

it('makes the directory of the mu-plugins where there is none, before the mu-plugin', () => {
  expect(ids({ site: { ...site, writable: [] } }).slice(0, 2)).toEqual(['mu-plugins', 'fs-chmod']);
  expect(ids({ site: { ...site, writable: [] } })).not.toContain('mu-plugin-modes');
});

it('sets the command of the channel before the modes of the mu-plugins, and only where a file registers it', () => {
  const order = ids({ dispatch: { ...dispatch, strategy: 'system-binary' } });
  expect(order.indexOf('dispatch')).toBeGreaterThan(-1);
  expect(order.indexOf('dispatch')).toBeLessThan(order.indexOf('mu-plugin-modes'));
});

it('leaves the umask of php-fpm alone where there is none, and where it is asked to', () => {
  expect(ids({ fpm: null })).not.toContain('fpm-umask');
  expect(ids({ options: { noFpmUmask: true } })).not.toContain('fpm-umask');
});

it.each([{ user: 'ALL' }, { home: '/home/../root' }])('refuses %j, which cannot stand in a sudo rule', (changes) => {
  const refused = hardenSteps(facts({ ...changes, dispatch: { ...dispatch, strategy: 'sudo-hop' } }));
  expect(refused.isErr() && refused.error.code).toMatch(/^INVALID_/);
});
