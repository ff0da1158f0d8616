import { expect, test } from 'vitest';
import { serviceUmaskStep } from '../../../../src/recipes/steps/units/serviceUmaskStep.js';

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
