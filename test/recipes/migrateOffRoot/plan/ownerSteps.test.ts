import { expect, test } from 'vitest';
import { siteOwnerSteps } from '../../../../src/recipes/migrateOffRoot/plan/ownerSteps.js';
import { step } from '../../../../src/recipes/engine/plan/step.js';
import { stopUnitsStep } from '../../../../src/recipes/steps/units/stopUnitsStep.js';
import { exampleFacts, migratedFacts } from '../exampleFacts.js';

const STOP = step(stopUnitsStep, { id: 'stop', phase: 'window', args: { units: [] } });
const FIRST = { when: 'first', again: true } as const;
const WINDOW = { when: 'window', stop: STOP } as const;
const CONTENT = '/var/www/site/wp-content';
const REPLACED = [
  `${CONTENT}/mu-plugins/wca-fs-chmod.php`,
  `${CONTENT}/mu-plugins/wp-coding-agents-channels.php`,
  '/var/www/site/AGENTS.md',
];

test('what other steps replace is in no sweep of the site, WordPress core included', () => {
  const facts = exampleFacts({
    agentPlaces: [{ path: '/var/www/site/.opencode', user: 'opencode', group: 'www-data' }],
    options: { includeCore: true },
  });
  const sweeps = [...siteOwnerSteps(facts, FIRST), ...siteOwnerSteps(facts, WINDOW)];
  const ofContent = sweeps.filter(({ id }) => id.startsWith('site-owner'));
  expect(ofContent.length).toBe(2);
  for (const { args } of ofContent) expect(args).toMatchObject({ exclude: REPLACED });
  expect(sweeps.find(({ id }) => id === 'core-owner')?.args).toMatchObject({
    root: '/var/www/site',
    exclude: [...REPLACED, '/var/www/site/.opencode'],
  });
});

test('what nothing replaces is swept', () => {
  const { dispatch } = exampleFacts();
  const [sweep] = siteOwnerSteps(exampleFacts({ dispatch: { ...dispatch, file: null }, agentsFile: null }), FIRST);
  expect(sweep?.args).toMatchObject({ exclude: [`${CONTENT}/mu-plugins/wca-fs-chmod.php`] });
});

test('what WordPress could not read stays root’s, unless that is asked for', () => {
  const [sweep] = siteOwnerSteps(exampleFacts(), FIRST);
  expect(sweep?.args).toMatchObject({
    from: 0,
    to: { user: 'www-data', group: 'www-data' },
    reader: 'www-data',
    keptNames: true,
  });
  const [all] = siteOwnerSteps(exampleFacts({ options: { private: 'reclaim' } }), FIRST);
  expect(all?.args).not.toHaveProperty('reader');
});

test('what the agent could not read does not become its own for its name, unless that is asked for', () => {
  const places = (options: object) =>
    siteOwnerSteps(
      exampleFacts({
        options,
        agentPlaces: [{ path: '/var/www/site/opencode.json', user: 'opencode', group: 'www-data' }],
      }),
      FIRST,
    ).filter(({ id }) => id.startsWith('agent-place'));
  expect(places({})[0]?.args).toMatchObject({ root: '/var/www/site/opencode.json', reader: 'opencode' });
  expect(places({ private: 'reclaim' })[0]?.args).not.toHaveProperty('reader');
});

test('a directory outside of wp-content has a sweep of its own', () => {
  const { site } = exampleFacts();
  const steps = siteOwnerSteps(
    exampleFacts({ site: { ...site, writable: [...site.writable, '/srv/uploads'] } }),
    WINDOW,
  ).filter(({ id }) => id.startsWith('site-owner'));
  expect(steps.map(({ id, after }) => [id, after])).toEqual([
    ['site-owner-again', 'stop'],
    ['site-owner-2-again', 'stop'],
  ]);
  expect(steps[1]?.args).toMatchObject({ root: '/srv/uploads' });
});

test('only a sweep that is made again may leave what is being written', () => {
  const swept = (args: object) => expect.objectContaining(args) as unknown;
  expect(siteOwnerSteps(exampleFacts(), FIRST)[0]?.args).toEqual(swept({ sweptAgain: true }));
  expect(siteOwnerSteps(exampleFacts(), WINDOW)[0]?.args).not.toHaveProperty('sweptAgain');
  expect(siteOwnerSteps(migratedFacts(), { when: 'first', again: false })[0]?.args).not.toHaveProperty('sweptAgain');
});
