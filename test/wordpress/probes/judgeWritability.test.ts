import { expect, test } from 'vitest';
import { judgeWritability } from '../../../src/wordpress/probes/judgeWritability.js';
import type { WritabilityReport } from '../../../src/wordpress/probes/probeSiteWritability.js';

const REPORT: WritabilityReport = {
  ok: true,
  wordpress: '6.1.1',
  filesystemMethod: 'direct',
  pluginsMethod: 'direct',
  methodDefined: false,
  chmodDir: null,
  chmodFile: null,
  fileModsDisallowed: false,
  directories: [],
  unwritable: { count: 0, components: [], paths: [] },
  uploads: { count: 0, path: null },
};

/** With one component of these entries closed. */
function judged(component: string, itself: boolean, wordpress: string): unknown {
  const unwritable = { count: 3, components: [{ component, count: 3, itself, path: '/p/x' }], paths: [] };
  return judgeWritability({ ...REPORT, wordpress, unwritable }).map(({ id, wordpressSays, severity }) => [
    id,
    wordpressSays,
    severity,
  ]);
}

test('a report in order has no fault', () => {
  expect(judgeWritability(REPORT)).toEqual([]);
});

test('files of others in a plugin keep WordPress up to 6.2 from updating it; later ones only its own directory does', () => {
  for (const old of ['5.9', '6.1.1', '6.2.9', '6.2-beta1']) {
    expect(judged('plugin:tiny', false, old)).toEqual([['plugin-closed', 'files_not_writable', 'broken']]);
  }
  for (const late of ['6.3', '6.8.1', '7.1']) {
    expect(judged('plugin:tiny', false, late)).toEqual([['plugin-closed', null, 'risk']]);
    expect(judged('theme:tiny', true, late)).toEqual([['theme-closed', 'files_not_writable', 'broken']]);
  }
});

test('translations and leftovers of updates are told apart from plugins', () => {
  expect(judged('languages', false, '6.8')).toEqual([['languages-closed', null, 'broken']]);
  expect(judged('upgrade', false, '6.8')).toEqual([['upgrade-leftover', 'copy_failed_ziparchive', 'broken']]);
});

test('a name with a colon stays whole', () => {
  const unwritable = {
    count: 1,
    components: [{ component: 'plugin:a:b', count: 1, itself: true, path: '/p' }],
    paths: [],
  };
  expect(judgeWritability({ ...REPORT, unwritable })[0]?.what).toContain('plugin a:b');
});

test('no direct method and updates switched off are faults of WordPress itself', () => {
  const off = { ...REPORT, filesystemMethod: 'ftpext', fileModsDisallowed: true, methodDefined: true };
  expect(judgeWritability(off).map(({ id, subject }) => [id, subject])).toEqual([
    ['file-mods-off', 'wordpress'],
    ['not-direct', 'wordpress'],
  ]);
  expect(judgeWritability(off)[1]?.what).toContain('defines FS_METHOD');
});

test('a closed directory is named with what comes of it, also when it is not there', () => {
  const directories = [
    { name: 'plugins', path: '/c/plugins', exists: true, writable: false },
    { name: 'upgrade', path: '/c/upgrade', exists: false, writable: false },
    { name: 'uploads', path: '/c/uploads', exists: true, writable: true },
  ] as const;
  const faults = judgeWritability({ ...REPORT, directories });
  expect(faults.map(({ id, wordpressSays }) => [id, wordpressSays])).toEqual([
    ['plugins-closed', 'remove_old_failed'],
    ['upgrade-closed', 'mkdir_failed_ziparchive'],
  ]);
  expect(faults[1]?.what).toContain('does not exist and cannot be created');
});

test('closed entries of uploads are told without keeping an update', () => {
  expect(judgeWritability({ ...REPORT, uploads: { count: 147, path: '/c/uploads/2023' } })).toMatchObject([
    { id: 'upload-entries-closed', subject: 'uploads', path: '/c/uploads/2023', count: 147, severity: 'risk' },
  ]);
});
