import { expect, it } from 'vitest';
import { remedy } from '../../../src/posix/findings/index.js';

it('is plain data that survives JSON', () => {
  const all = remedy.anyOf(
    remedy.option('createUser'),
    remedy.option('existingState', 'keep-source'),
    remedy.inOrder(remedy.command('systemctl', 'daemon-reload'), remedy.text('look again')),
    remedy.recipe('migrateOffRoot', 'resume'),
    remedy.when('it is a leftover', remedy.command('rm', '/tmp/x')),
    remedy.recipe('migrateOffRoot', 'plan', { unit: 'kimaki-shop.service' }),
    remedy.call('reclaim', '/srv/x', { from: 'root', to: 'opencode:www-data' }),
  );
  expect(JSON.parse(JSON.stringify(all))).toEqual(all);
});

it('has no member for what was not said', () => {
  expect(remedy.option('createUser')).toEqual({ kind: 'option', option: 'createUser' });
  expect(remedy.recipe('migrateOffRoot', 'resume')).toEqual({
    kind: 'recipe',
    recipe: 'migrateOffRoot',
    action: 'resume',
  });
});
