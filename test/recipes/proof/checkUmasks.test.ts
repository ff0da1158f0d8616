import { expect, it } from 'vitest';
import { judgeUnitUmasks, judgeWorkerUmasks } from '../../../src/recipes/proof/checkUmasks.js';

it('units pass when each has UMask=0002, and the first other one is named', () => {
  const right = { unit: 'kimaki.service', umask: 0o002 };
  expect(judgeUnitUmasks([right])).toMatchObject({ ok: true, subject: 'kimaki.service' });
  expect(judgeUnitUmasks([right, { unit: 'worker.service', umask: 0o022 }])).toMatchObject({
    ok: false,
    subject: 'worker.service',
    detail: 'worker.service has UMask=0022; 0002 is wanted',
  });
});

it('workers of php-fpm pass with 0002, fail with another umask, and are not checked where it was left on purpose', () => {
  const other = [
    { pid: 1, umask: 0o002 },
    { pid: 2, umask: 0o022 },
  ];
  expect(judgeWorkerUmasks('fpm.service', [{ pid: 1, umask: 0o002 }], false).ok).toBe(true);
  expect(judgeWorkerUmasks('fpm.service', other, false)).toMatchObject({ ok: false, subject: 'fpm.service' });
  expect(judgeWorkerUmasks('fpm.service', other, true).ok).toBeNull();
  expect(judgeWorkerUmasks('fpm.service', [], false).ok).toBeNull();
});
