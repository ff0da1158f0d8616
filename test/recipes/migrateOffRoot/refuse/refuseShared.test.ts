import { expect, test } from 'vitest';
import { sharedState } from '../../../../src/recipes/migrateOffRoot/refuse/refuseShared.js';

const DATA = '/root/.kimaki';
const other = { unit: 'kimaki-b.service', home: '/root', dataDir: '/root/.kimaki-b', isUsed: true };

test('a data directory of its own is shared with nobody, even in the home of another', () => {
  expect(sharedState(DATA, [DATA], [other])).toBeNull();
});

test('what else moves out of a home that another instance has too, is shared', () => {
  expect(sharedState(DATA, [DATA, '/root/.config/opencode'], [other])).toEqual({
    unit: 'kimaki-b.service',
    path: '/root/.config/opencode',
  });
  expect(sharedState(DATA, [DATA, '/root/.config/opencode'], [{ ...other, home: '/home/b' }])).toBeNull();
});

test('one data directory for two, or one inside the other, is shared', () => {
  for (const dataDir of [DATA, `${DATA}/b`])
    expect(sharedState(DATA, [DATA], [{ ...other, dataDir }])?.path).toBe(DATA);
  expect(sharedState('/srv/x/a', ['/srv/x/a'], [{ ...other, dataDir: '/srv/x' }])?.path).toBe('/srv/x/a');
  expect(sharedState(DATA, [DATA], [{ ...other, dataDir: '/root/.kimaki-old' }])).toBeNull();
});

test('an instance that neither runs nor would start is left out', () => {
  expect(sharedState(DATA, [DATA], [{ ...other, dataDir: DATA, isUsed: false }])).toBeNull();
});
