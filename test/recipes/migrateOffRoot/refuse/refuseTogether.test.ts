import { expect, test } from 'vitest';
import type { MigrationFacts } from '../../../../src/recipes/host/facts.js';
import { refuseTogether } from '../../../../src/recipes/migrateOffRoot/refuse/refuseTogether.js';
import { exampleFacts, togetherFacts } from '../exampleFacts.js';

const [first, second] = togetherFacts();

test('instances that keep out of each other’s way are moved together, and one alone meets nobody', () => {
  expect(refuseTogether([first, second])).toBeOk();
  expect(refuseTogether([exampleFacts()])).toBeOk();
  const none = (facts: MigrationFacts): MigrationFacts => ({ ...facts, unit: { ...facts.unit, lockPort: null } });
  expect(refuseTogether([none(first), none(second)])).toBeOk();
});

test('two that would end with one lock port are refused, naming both and the variable', () => {
  const unit = { ...second.unit, lockPort: first.unit.lockPort };
  const refused = refuseTogether([first, { ...second, unit }])._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'STATE_SHARED', subject: 'kimaki-b.service' });
  for (const word of ['kimaki.service', 'port 29988']) expect(refused.message).toContain(word);
  expect(JSON.stringify(refused.remedy)).toContain('KIMAKI_LOCK_PORT');
});

test('two that would be reached through one channel are refused, unless by one command', () => {
  const { label } = first.dispatch;
  const refused = refuseTogether([first, { ...second, dispatch: { ...second.dispatch, label } }])._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'DISPATCH_IMPOSSIBLE', subject: 'kimaki-b.service' });
  expect(refused.message).toContain('bridge:kimaki');
  expect(refuseTogether([first, { ...second, dispatch: first.dispatch }])).toBeOk();
  const elsewhere = { ...second.dispatch, label, file: { path: '/srv/b/channels.php', sha256: 'f'.repeat(64) } };
  expect(refuseTogether([first, { ...second, dispatch: elsewhere }])).toBeOk();
});

test('state of one inside the state of another one is refused', () => {
  const [move] = first.state.moves;
  if (move === undefined) throw new Error('the example moves something');
  const inside = { ...move, from: '/root/.kimaki/b', to: '/srv/b' };
  const state = { ...first.state, moves: [move, inside] };
  const refused = refuseTogether([{ ...first, state }, second])._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'MOVES_MEET', subject: '/root/.kimaki/b' });
  const twice = { ...first.state, moves: [move, { ...move, to: '/srv/b' }] };
  expect(refuseTogether([{ ...first, state: twice }, second])).toBeErr({ code: 'MOVES_MEET' });
});
