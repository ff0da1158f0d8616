import { expect, it } from 'vitest';
import { checkOtherInstances } from '../../../src/recipes/proof/checkOtherInstances.js';
import type { Subject } from '../../../src/recipes/proof/subject.js';
import { exampleInstance } from '../../kimaki/support/exampleInstance.js';

it('an instance of root on the same site is said to be not migrated, and never counts as passed or failed', async () => {
  const instance = exampleInstance();
  const other = exampleInstance('', { unit: 'kimaki-b.service', user: 'root', home: '/root' });
  const checks = await checkOtherInstances({ instance, neighbours: [other] } as unknown as Subject);
  expect(checks).toMatchObject([{ id: 'other-instance', ok: null, subject: 'kimaki-b.service' }]);
  expect(checks[0]?.detail).toContain('kimaki-b.service is not migrated');
  expect(checks[0]?.remedy).not.toBeNull();
  expect(await checkOtherInstances({ instance, neighbours: [] } as unknown as Subject)).toEqual([]);
});
