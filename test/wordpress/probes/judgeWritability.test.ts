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
  return judgeWritability({ ...REPORT, wordpress, unwritable }).map(({ code, wordpressSays, blocks }) => [
    code,
    wordpressSays,
    blocks,
  ]);
}

test('a report in order has no fault', () => {
  expect(judgeWritability(REPORT)).toEqual([]);
});

test('files of others in a plugin keep WordPress up to 6.2 from updating it; later ones only its own directory does', () => {
  for (const old of ['5.9', '6.1.1', '6.2.9', '6.2-beta1']) {
    expect(judged('plugin:tiny', false, old)).toEqual([['PLUGIN_CLOSED', 'files_not_writable', true]]);
  }
  for (const late of ['6.3', '6.8.1', '7.1']) {
    expect(judged('plugin:tiny', false, late)).toEqual([['PLUGIN_CLOSED', null, false]]);
    expect(judged('theme:tiny', true, late)).toEqual([['THEME_CLOSED', 'files_not_writable', true]]);
  }
});

test('translations and leftovers of updates are told apart from plugins', () => {
  expect(judged('languages', false, '6.8')).toEqual([['LANGUAGES_CLOSED', null, true]]);
  expect(judged('upgrade', false, '6.8')).toEqual([['UPGRADE_LEFTOVER', 'copy_failed_ziparchive', true]]);
});

test('a name with a colon stays whole', () => {
  const unwritable = {
    count: 1,
    components: [{ component: 'plugin:a:b', count: 1, itself: true, path: '/p' }],
    paths: [],
  };
  expect(judgeWritability({ ...REPORT, unwritable })[0]?.message).toContain('plugin a:b');
});

test('no direct method and updates switched off are faults of WordPress itself', () => {
  const off = { ...REPORT, filesystemMethod: 'ftpext', fileModsDisallowed: true, methodDefined: true };
  expect(judgeWritability(off).map(({ code, component }) => [code, component])).toEqual([
    ['FILE_MODS_OFF', 'wordpress'],
    ['NOT_DIRECT', 'wordpress'],
  ]);
  expect(judgeWritability(off)[1]?.message).toContain('defines FS_METHOD');
});

test('a closed directory is named with what comes of it, also when it is not there', () => {
  const directories = [
    { name: 'plugins', path: '/c/plugins', exists: true, writable: false },
    { name: 'upgrade', path: '/c/upgrade', exists: false, writable: false },
    { name: 'uploads', path: '/c/uploads', exists: true, writable: true },
  ] as const;
  const faults = judgeWritability({ ...REPORT, directories });
  expect(faults.map(({ code, wordpressSays }) => [code, wordpressSays])).toEqual([
    ['PLUGINS_CLOSED', 'remove_old_failed'],
    ['UPGRADE_CLOSED', 'mkdir_failed_ziparchive'],
  ]);
  expect(faults[1]?.message).toContain('is not there and cannot be made');
});

test('closed entries of uploads are told without keeping an update', () => {
  expect(judgeWritability({ ...REPORT, uploads: { count: 147, path: '/c/uploads/2023' } })).toMatchObject([
    { code: 'UPLOAD_ENTRIES_CLOSED', component: 'uploads', path: '/c/uploads/2023', count: 147, blocks: false },
  ]);
});
