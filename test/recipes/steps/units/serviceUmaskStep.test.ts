import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runFilesIn } from '../../../../src/recipes/engine/journal/runFiles.js';
import { stepContext } from '../../../../src/recipes/engine/run/stepContext.js';
import { serviceUmaskStep } from '../../../../src/recipes/steps/units/serviceUmaskStep.js';
import { tempDir } from '../../tempDir.js';

const ARGS = {
  unit: 'php8.2-fpm.service',
  umask: 0o002,
  path: '/etc/systemd/system/php8.2-fpm.service.d/umask.conf',
  content: '[Service]\nUMask=0002\n',
};

test('says which umask which unit gets, that it is restarted, and what is written', () => {
  const told = serviceUmaskStep.describe(ARGS)._unsafeUnwrap();
  expect(told.title).toBe('Set UMask=0002 for php8.2-fpm.service and restart it');
  expect(told.why).toContain('502');
  expect(told.diff).toContain('+UMask=0002');
});

test.each([{ umask: '0002' }, { path: 'umask.conf' }, { content: null }])('refuses %j', (wrong) => {
  expect(serviceUmaskStep.checkArgs({ ...ARGS, ...wrong })).toBeErr({ code: 'INVALID_STEP_DATA' });
});

/** The step on a drop-in of this content, where there is one. */
function onDropIn(content: string | null) {
  const path = join(tempDir(), 'umask.conf');
  if (content !== null) writeFileSync(path, content);
  return { args: { ...ARGS, path }, before: { file: null, directory: true } };
}

test('by hand, a drop-in that the run made is removed, and php-fpm restarted', () => {
  const where = { id: 'umask', journal: '/j', recordPath: (name: string) => name };
  const { args, before } = onDropIn(ARGS.content);
  expect(serviceUmaskStep.byHand(args, before, where)).toEqual([
    `rm -- ${args.path}`,
    'systemctl daemon-reload && systemctl restart php8.2-fpm.service',
  ]);
});

test.each([
  ['the drop-in as the run wrote it', ARGS.content, true],
  ['no drop-in, as before the run', null, true],
  ['a drop-in that was edited since', '[Service]\nUMask=0077\n', false],
])('it may be undone with %s: %#', async (_, content, may) => {
  const { args, before } = onDropIn(content);
  const files = runFilesIn('/nowhere');
  expect((await serviceUmaskStep.undoable(args, before, stepContext(files, 'umask'))).isOk()).toBe(may);
  const forced = stepContext(files, 'umask', { force: true });
  expect(await serviceUmaskStep.undoable(args, before, forced)).toBeOk();
});
