import { describe, expect, test } from 'vitest';
import { contraryMode, judgeCore, staysClosed } from '../../../../src/recipes/migrateOffRoot/refuse/refuseSite.js';

const MU = '/var/www/site/wp-content/mu-plugins';
const config = {
  file: '/var/www/site/wp-config.php',
  line: 7,
  name: 'FS_CHMOD_DIR',
  written: '0755 & ~ umask()',
};

describe('a define of the modes', () => {
  const closed = { chmodDir: 0o755, chmodFile: null };

  test('is refused by what PHP makes of it, with its line', () => {
    expect(contraryMode([config], closed, MU)).toEqual({ ...config, comesTo: '0755', wanted: '02775' });
    const file = { ...config, name: 'FS_CHMOD_FILE', written: '0644 & ~ umask()' };
    expect(contraryMode([file], { chmodDir: null, chmodFile: 0o644 }, MU)).toMatchObject({ wanted: '0664' });
  });

  test('is none where it comes to a shared mode, or where the mu-plugin of the migration is loaded before it', () => {
    expect(contraryMode([config], { chmodDir: 0o2775, chmodFile: null }, MU)).toBeNull();
    expect(contraryMode([{ ...config, file: `${MU}/zz.php` }], closed, MU)).toBeNull();
    expect(contraryMode([{ ...config, file: `${MU}/aa.php` }], closed, MU)).toMatchObject({ file: `${MU}/aa.php` });
    expect(contraryMode([], closed, MU)).toBeNull();
  });
});

describe('WordPress core', () => {
  const core = {
    file: '/var/www/site/wp-admin/includes/file.php',
    owner: 0,
    isOfSite: true,
    web: { name: 'www-data', uid: 33 },
    includeCore: false,
  };
  const asks = { methodDefined: false, filesystemMethod: 'ftpext' };

  test('of root is refused, with the option that takes it along', () => {
    const refused = judgeCore(asks, core)._unsafeUnwrapErr();
    expect(refused.message).toContain('belongs to root and not to www-data');
    expect(JSON.stringify(refused.remedy)).toContain('includeCore');
    expect(judgeCore(asks, { ...core, includeCore: true })).toBeOk();
  });

  test('that the sweep does not reach is refused whatever is asked', () => {
    expect(judgeCore(asks, { ...core, includeCore: true, isOfSite: false })).toBeErr();
    expect(judgeCore(asks, { ...core, includeCore: true, owner: 1001 })).toBeErr();
  });

  test('is not asked about where the site says how it updates', () => {
    expect(judgeCore({ methodDefined: true, filesystemMethod: 'direct' }, core)).toBeOk();
    expect(judgeCore({ methodDefined: true, filesystemMethod: 'ssh2' }, { ...core, owner: 33 })).toBeErr();
    expect(judgeCore(asks, { ...core, owner: 33 })).toBeOk();
  });
});

test('what root owns in the site’s trees is given away, but for what the sweep leaves', () => {
  const trees = ['/var/www/site/wp-content'];
  const closed = '/var/www/site/wp-content/plugins/closed';
  const of = { trees, left: [closed] };
  expect(staysClosed('/var/www/site/wp-content/plugins/tiny/a.php', 0, of)).toBe(false);
  expect(staysClosed('/var/www/site/wp-content/plugins/tiny/.htaccess', 0, of)).toBe(false);
  expect(staysClosed('/var/www/site/wp-content/upgrade/.htaccess', 0, of)).toBe(true);
  expect(staysClosed(`${closed}/a.php`, 0, of)).toBe(true);
  expect(staysClosed('/var/www/site/wp-content/plugins/tiny/a.php', 1001, of)).toBe(true);
  expect(staysClosed('/opt/shared/a.php', 0, of)).toBe(true);
});
