import { expect, it } from 'vitest';
import { optionName, renderRemedy } from '../../../src/cli/render/renderRemedy.js';
import { PLAN_OPTIONS, VERIFY_OPTIONS } from '../../../src/cli/commands/migrateOffRoot/optionSpecs.js';
import { remedy } from '../../../src/posix/findings/index.js';
import type { Remedy } from '../../../src/posix/findings/index.js';

const CASES: readonly (readonly [Remedy, string])[] = [
  [remedy.text('look at it'), 'look at it'],
  [remedy.option('keepPaths'), 'add --keep-paths'],
  [remedy.option('user'), 'add --user USER'],
  [remedy.option('existingState', 'keep-source'), 'add --existing-state keep-source'],
  [remedy.command('chmod', '0644', '/srv/a b'), "chmod 0644 '/srv/a b'"],
  [remedy.recipe('migrateOffRoot', 'resume'), 'wca migrate-off-root resume'],
  [
    remedy.recipe('migrateOffRoot', 'plan', { unit: 'kimaki-a\\x2db.service' }),
    String.raw`wca migrate-off-root plan --unit 'kimaki-a\x2db.service'`,
  ],
  [
    remedy.call('reclaim', '/srv/x', { from: 'root', to: 'opencode:www-data' }),
    'wca reclaim /srv/x --from root --to opencode:www-data',
  ],
  [remedy.call('queryOwnership', '/srv/x', { by: 'root' }), 'wca owned /srv/x --by root'],
  [
    remedy.call('explainAccess', '/srv/x', { as: 'www-data', for: 'write' }),
    'wca access /srv/x --as www-data --for write',
  ],
  [
    remedy.call('editUnit', 'a.service', { 'Service.User': 'opencode', 'Service.UMask': '0002' }),
    'wca unit set a.service Service.User=opencode Service.UMask=0002',
  ],
  [remedy.call('listBlocks', '/srv/x.php'), 'wca block list /srv/x.php'],
  [remedy.when('it is a leftover', remedy.command('rm', '/tmp/x')), 'if it is a leftover: rm /tmp/x'],
  [
    remedy.inOrder(remedy.command('systemctl', 'daemon-reload'), remedy.recipe('migrateOffRoot', 'plan')),
    'systemctl daemon-reload && wca migrate-off-root plan',
  ],
  [
    remedy.inOrder(remedy.text('correct the line'), remedy.command('systemctl', 'daemon-reload')),
    'correct the line, then systemctl daemon-reload',
  ],
  [remedy.anyOf(remedy.option('user'), remedy.option('createUser')), 'add --user USER, or add --create-user'],
];

it.each(CASES)('words %j as it is typed', (way, text) => {
  expect(renderRemedy(way)).toBe(text);
});

it('names every option of the recipe as the command line does', () => {
  const names = new Set([...PLAN_OPTIONS, ...VERIFY_OPTIONS].map(({ name }) => `--${name}`));
  const members = ['keepPaths', 'createUser', 'leaveUnsafe', 'noFpmUmask', 'acceptSharedUmask', 'probeChannel'];
  expect(members.filter((member) => !names.has(optionName(member)))).toEqual([]);
});
