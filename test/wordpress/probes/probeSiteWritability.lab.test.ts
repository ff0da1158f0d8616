import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SITE, compareSnapshots, labAvailable, treeSnapshot } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import type { WritabilityReport } from '../../../src/wordpress/probes/probeSiteWritability.js';
import { cleanHost, inHost } from '../support/inHost.js';

const CONTENT = `${SITE}/wp-content`;
const FILE = `${SITE}/wp-admin/includes/file.php`;
/** A file of each kind to make root's. */
const PREPARE = `mkdir -p ${CONTENT}/plugins/tiny/inc ${CONTENT}/upgrade/left ${CONTENT}/languages
touch -d @1 ${CONTENT}/plugins/tiny/{tiny,inc/a}.php ${CONTENT}/upgrade/left/x ${CONTENT}/languages/de_DE.mo
chown -R www-data: ${SITE}`;

describe.skipIf(!labAvailable().ok)('WordPress asked what it could not write', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
  });
  afterAll(() => host.down());

  async function report(breakage: string): Promise<WritabilityReport> {
    await host.ok(`${PREPARE}\n${breakage}`);
    return (await inHost(host, 'wordpress.probeSiteWritability(site, web)')) as WritabilityReport;
  }

  const found = ({ unwritable }: WritabilityReport): readonly string[] =>
    unwritable.paths.map(({ path, component, why }) => `${component} ${path.slice(CONTENT.length + 1)} ${why}`).sort();
  const closed = ({ directories }: WritabilityReport): readonly string[] =>
    directories.filter(({ writable }) => !writable).map(({ name }) => name);

  it('finds nothing where everything is its own, and writes nothing to find that out', async () => {
    await host.ok(PREPARE);
    const dump = 'mariadb-dump --skip-dump-date wp';
    const before = [treeSnapshot(host, [SITE, '/tmp']), await host.ok(dump)] as const;
    const seen = await report('true');
    const after = [treeSnapshot(host, [SITE, '/tmp']), await host.ok(dump)] as const;
    expect(seen).toMatchObject({
      ok: true,
      filesystemMethod: 'direct',
      pluginsMethod: 'direct',
      methodDefined: false,
      chmodDir: null,
      unwritable: { count: 0, paths: [] },
    });
    expect(seen.wordpress).toMatch(/^6\./);
    expect(compareSnapshots(before[0], after[0])).toEqual([]);
    expect(after[1]).toBe(before[1]);
  });

  it('names every entry of a plugin that belongs to root', async () => {
    const seen = await report(`chown -R root: ${CONTENT}/plugins/tiny`);
    expect(seen.ok).toBe(false);
    expect(found(seen)).toEqual([
      'plugin:tiny plugins/tiny not-writable',
      'plugin:tiny plugins/tiny/inc not-writable',
      'plugin:tiny plugins/tiny/inc/a.php not-writable',
      'plugin:tiny plugins/tiny/readme.txt not-writable',
      'plugin:tiny plugins/tiny/tiny.php not-writable',
    ]);
  });

  it('names the files alone when only they belong to root', async () => {
    const seen = await report(`chown root: ${CONTENT}/plugins/tiny/inc/a.php`);
    expect(found(seen)).toEqual(['plugin:tiny plugins/tiny/inc/a.php not-writable']);
  });

  it('sees group write where root owns, and what WordPress would mend itself', async () => {
    const opened = `chown -R root:www-data ${CONTENT}/plugins/tiny; chmod -R g+w ${CONTENT}/plugins/tiny`;
    expect((await report(opened)).ok).toBe(true);
    expect((await report(`chmod a-w ${CONTENT}/plugins/tiny/tiny.php`)).ok).toBe(true);
  });

  it('counts a link to nothing and an unreadable directory', async () => {
    const seen = await report(
      `chmod 0700 ${CONTENT}/plugins/tiny/inc; chown root: ${CONTENT}/plugins/tiny/inc; ln -s gone ${CONTENT}/plugins/tiny/link`,
    );
    await host.ok(`rm -r ${CONTENT}/plugins/tiny`);
    expect(found(seen)).toEqual([
      'plugin:tiny plugins/tiny/inc not-writable',
      'plugin:tiny plugins/tiny/inc unreadable',
      'plugin:tiny plugins/tiny/link dangling-link',
    ]);
  });

  it('names what root left in upgrade and languages', async () => {
    const seen = await report(`chown -R root: ${CONTENT}/upgrade/left ${CONTENT}/languages/de_DE.mo`);
    expect(found(seen)).toEqual([
      'languages languages/de_DE.mo not-writable',
      'upgrade upgrade/left not-writable',
      'upgrade upgrade/left/x not-writable',
    ]);
  });

  it('names each directory that is closed', async () => {
    const here = (name: string): Promise<WritabilityReport> => report(`chown root: ${CONTENT}/${name}`);
    expect(closed(await here('upgrade'))).toEqual(['upgrade']);
    expect(closed(await here('themes'))).toEqual(['themes']);
    const plugins = await here('plugins');
    expect([closed(plugins), plugins.filesystemMethod, plugins.pluginsMethod]).toEqual([
      ['plugins'],
      'direct',
      'ftpext',
    ]);
    const month = await report(
      `mkdir -p ${CONTENT}/uploads/$(date +%Y/%m); chown root: ${CONTENT}/uploads/$(date +%Y/%m)`,
    );
    expect(closed(month)).toEqual(['uploads-now']);
  });

  it('tells that updates would stop when WordPress itself belongs to someone else', async () => {
    expect(await report(`chown root: ${FILE}`)).toMatchObject({
      ok: false,
      filesystemMethod: 'ftpext',
      unwritable: { count: 0 },
    });
  });

  it('counts all and lists as many as asked for', async () => {
    await host.ok(`${PREPARE}; chown -R root: ${CONTENT}/plugins/tiny`);
    const seen = (await inHost(
      host,
      'wordpress.probeSiteWritability(site, web, { maxPaths: 1 })',
    )) as WritabilityReport;
    expect([seen.unwritable.count, seen.unwritable.paths.length]).toEqual([4, 1]);
  });
});
