import { expect, test } from 'vitest';
import { exampleInstance } from '../../../kimaki/support/exampleInstance.js';
import { refusePort, sharedState } from '../../../../src/recipes/migrateOffRoot/refuse/refuseShared.js';

const DATA = '/root/.kimaki';
const other = { unit: 'kimaki-b.service', home: '/root', dataDir: '/root/.kimaki-b', isUsed: true };

test('a data directory of its own is shared with nobody, even in the home of another', () => {
  expect(sharedState([DATA], [DATA], [other])).toBeNull();
});

test('nor is that of another one that moves along', () => {
  const neighbour = { ...other, unit: 'kimaki-c.service', dataDir: '/root/.kimaki-c' };
  expect(sharedState([DATA, '/root/.kimaki-b'], [DATA, '/root/.kimaki-b'], [neighbour])).toBeNull();
  expect(sharedState([DATA], [DATA, '/root/.kimaki-b'], [neighbour])?.path).toBe('/root/.kimaki-b');
});

test('what else moves out of a home that another instance has too, is shared', () => {
  expect(sharedState([DATA], [DATA, '/root/.config/opencode'], [other])).toEqual({
    unit: 'kimaki-b.service',
    path: '/root/.config/opencode',
  });
  expect(sharedState([DATA], [DATA, '/root/.config/opencode'], [{ ...other, home: '/home/b' }])).toBeNull();
});

test('one data directory for two, or one inside the other, is shared', () => {
  for (const dataDir of [DATA, `${DATA}/b`])
    expect(sharedState([DATA], [DATA], [{ ...other, dataDir }])?.path).toBe(DATA);
  expect(sharedState(['/srv/x/a'], ['/srv/x/a'], [{ ...other, dataDir: '/srv/x' }])?.path).toBe('/srv/x/a');
  expect(sharedState([DATA], [DATA], [{ ...other, dataDir: '/root/.kimaki-old' }])).toBeNull();
});

test('an instance that neither runs nor would start is left out', () => {
  expect(sharedState([DATA], [DATA], [{ ...other, dataDir: DATA, isUsed: false }])).toBeNull();
});

test('a port that becomes that of another instance is refused, one that was shared before is the business of doctor', () => {
  const moved = exampleInstance('', { unit: 'kimaki-b.service', lockPort: 31234 });
  const plain = exampleInstance();
  const refused = refusePort(moved, 29988, [plain])._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'STATE_SHARED', subject: 'kimaki-b.service' });
  expect(refused.message).toContain('port 29988 afterwards');
  expect(refused.message).toContain('that of kimaki.service');
  expect(JSON.stringify(refused.remedy)).toContain('KIMAKI_LOCK_PORT');
  expect(refusePort(moved, 31234, [plain])).toBeOk();
  expect(refusePort({ ...moved, lockPort: 29988 }, 29988, [plain])).toBeOk();
  const disabled = exampleInstance('', {}, { activeState: 'inactive', unitFileState: 'disabled' });
  expect(refusePort(moved, 29988, [disabled])).toBeOk();
  expect(refusePort({ ...moved, lockPort: null }, null, [exampleInstance('', { lockPort: null })])).toBeOk();
});
