import { expect, test } from 'vitest';
import { remedy } from '../../../../src/posix/findings/index.js';
import { interruptions, noticesOf } from '../../../../src/recipes/migrateOffRoot/plan/notices.js';
import { exampleFacts, togetherFacts } from '../exampleFacts.js';

const USE_SUDO = remedy.text('use sudo');
const nothing = { lost: [], left: [], sizes: [], copyMs: 0, warnings: [] };
type Told = Parameters<typeof noticesOf>[0][number];

/** What `noticesOf` reads of an observation. */
function told(more: Partial<Told>): ReturnType<typeof noticesOf> {
  const { state } = exampleFacts();
  const facts = exampleFacts({ state: { ...state, moves: [] } });
  const [subject, ...others] = noticesOf([{ facts, site: SITE, ...nothing, ...more }]);
  expect(subject).toEqual({ kind: 'subject', text: 'kimaki.service from root to opencode', remedy: null });
  return others;
}

const SITE: Told['site'] = {
  path: '/var/www/site',
  version: '6.8.1',
  contentDir: '/var/www/site/wp-content',
  pluginsDir: '/var/www/site/wp-content/plugins',
  themesDir: '/var/www/site/wp-content/themes',
  muPluginsDir: '/var/www/site/wp-content/mu-plugins',
  uploadsDir: '/var/www/site/wp-content/uploads',
  languagesDir: '/var/www/site/wp-content/languages',
  upgradeDir: '/var/www/site/wp-content/upgrade',
  configPath: null,
  workspace: null,
  multisite: false,
  host: null,
  owner: { user: 'www-data', uid: 33, group: 'www-data', gid: 33 },
  fpm: null,
  notes: [],
};

test('a host with nothing to tell has no notices', () => {
  expect(told({})).toEqual([]);
});

test('tell what is lost with the way to keep it, what is left with the reason, and every warning', () => {
  const notices = told({
    lost: [{ id: 'packages', what: 'install packages', because: 'apt needs root', remedy: USE_SUDO }],
    left: [{ path: '/root/.ssh', reason: 'a credential' }],
    warnings: ['look at this', 'and at that'],
  });
  expect(notices).toEqual([
    { kind: 'lost-ability', text: 'install packages: apt needs root', remedy: USE_SUDO },
    { kind: 'left-behind', text: '/root/.ssh: a credential', remedy: null },
    { kind: 'warning', text: 'look at this', remedy: null },
    { kind: 'warning', text: 'and at that', remedy: null },
  ]);
});

test('tell where what stands in the way is kept, and nothing of moves that meet nothing', () => {
  const facts = exampleFacts();
  const [move] = facts.state.moves;
  if (move === undefined) throw new Error('the example moves something');
  const free = { ...move, from: '/root/a', to: '/home/opencode/a', atTarget: 'nothing' as const, asidePath: null };
  const notices = told({ facts: { ...facts, state: { ...facts.state, moves: [free, move] } } });
  expect(notices).toEqual([
    {
      kind: 'left-behind',
      text: '/home/opencode/.kimaki is kept as /home/opencode/.kimaki.before-migration',
      remedy: null,
    },
  ]);
});

test('of several instances say which are moved together, and what they have in common once', () => {
  const [first, second] = togetherFacts();
  const both = [first, second].map((facts) => ({
    facts: { ...facts, state: { ...facts.state, moves: [] } },
    site: SITE,
    ...nothing,
    warnings: ['look at this', `${facts.unit.name} has a line`],
  }));
  const notices = noticesOf(both);
  expect(notices.map(({ kind, text }) => [kind, text])).toEqual([
    ['subject', 'kimaki.service, kimaki-b.service from root to opencode'],
    ['together', expect.stringContaining('kimaki.service, kimaki-b.service: all are stopped before anything moves')],
    ['warning', 'look at this'],
    ['warning', 'kimaki.service has a line'],
    ['warning', 'kimaki-b.service has a line'],
  ]);
});

test('of one that runs as the agent already name the account', () => {
  const facts = exampleFacts();
  const moved = { ...facts, unit: { ...facts.unit, loadedUser: 'opencode' } };
  expect(noticesOf([{ facts: moved, site: SITE, ...nothing }])[0]?.text).toBe('kimaki.service as opencode');
});

test('say how long the agent is down and what that is made of, and whom a restart touches, where either will happen', () => {
  const facts = exampleFacts({ fpm: { unit: 'php8.2-fpm.service', pool: 'www', otherPools: ['tenant'] } });
  const texts = (states: readonly ('needed' | 'satisfied')[], copyMs = 0): readonly string[] => {
    const kinds = ['systemd.stopUnits', 'systemd.serviceUmask'];
    const steps = states.map((state, index) => ({ kind: kinds[index] ?? '', state }));
    return interruptions(steps, [{ facts, copyMs }], 1200).map(({ kind, text }) => `${kind}: ${text}`);
  };
  expect(texts(['needed', 'needed'])).toEqual([
    'downtime: about 5 s: 3 s to stop and start, 2 s to look through the trees again, the state moves by renames',
    'restart: php8.2-fpm.service: requests in progress get a 502; its pools tenant get the umask too',
  ]);
  expect(texts(['needed', 'satisfied'], 61_000)).toEqual([
    'downtime: about 66 s: 3 s to stop and start, 2 s to look through the trees again, 61 s to copy the state',
  ]);
  expect(texts(['satisfied', 'satisfied'])).toEqual([]);
  const stopped = { ...facts, unit: { ...facts.unit, active: false } };
  expect(interruptions([{ kind: 'systemd.stopUnits', state: 'needed' }], [{ facts: stopped, copyMs: 0 }], 0)).toEqual(
    [],
  );
});
