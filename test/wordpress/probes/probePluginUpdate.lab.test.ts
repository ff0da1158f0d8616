import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SITE, compareSnapshots, labAvailable, treeSnapshot } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { fsChmodMuPlugin } from '../../../src/wordpress/site/fsChmodMuPlugin.js';
import { cleanHost, inHost } from '../support/inHost.js';

const CONTENT = `${SITE}/wp-content`;
const PROBE = 'wordpress.probePluginUpdate(site, web)';
const OWN = { uid: 33, gid: 33 };

describe.skipIf(!labAvailable().ok)('a throw-away plugin, updated by WordPress', () => {
  let host: Host;
  beforeEach(async () => {
    host = await cleanHost();
    await host.ok(`chown -R www-data: ${SITE}`);
  });
  afterEach(() => host.down());

  const muPlugin = (text: string): Promise<void> =>
    writeFile(join(host.root, CONTENT, 'mu-plugins/lab-test.php'), text);

  it('is updated and leaves nothing behind, in files or database', async () => {
    const dump = 'mariadb-dump --skip-dump-date wp';
    const before = [treeSnapshot(host, [SITE, '/tmp']), await host.ok(dump)] as const;
    expect(await inHost(host, PROBE)).toMatchObject({
      ok: true,
      phase: 'update',
      codes: [],
      method: 'direct',
      version: '2.0.0',
      leftovers: [],
      directory: { ...OWN, mode: 0o755 },
      file: { ...OWN, mode: 0o644 },
    });
    expect(compareSnapshots(before[0], treeSnapshot(host, [SITE, '/tmp']))).toEqual([]);
    expect(await host.ok(dump)).toBe(before[1]);
  });

  it('gets setgid directories and group-writable files from the mu-plugin', async () => {
    await muPlugin(fsChmodMuPlugin().content);
    expect(await inHost(host, PROBE)).toMatchObject({
      ok: true,
      directory: { ...OWN, mode: 0o2775 },
      file: { ...OWN, mode: 0o664 },
    });
  });

  it.each([
    ['plugins belongs to root', `chown root: ${CONTENT}/plugins`, 'install', 'mkdir_failed_destination'],
    ['upgrade belongs to root', `chown root: ${CONTENT}/upgrade`, 'install', 'mkdir_failed_ziparchive'],
    ['WordPress belongs to root', `chown root: ${SITE}/wp-admin/includes/file.php`, 'install', 'wca_method_not_direct'],
    ['someone else has the name', `mkdir ${CONTENT}/plugins/wca-update-probe`, 'prepare', 'wca_in_the_way'],
  ])('says why not when %s', async (_, breakage, phase, code) => {
    await host.ok(breakage);
    const before = treeSnapshot(host, [SITE, '/tmp']);
    expect(await inHost(host, PROBE)).toMatchObject({ ok: false, phase, codes: [code], leftovers: [] });
    expect(compareSnapshots(before, treeSnapshot(host, [SITE, '/tmp']))).toEqual([]);
  });

  it('leaves nothing when it is killed in the middle, and nothing when the site dies', async () => {
    const dump = 'mariadb-dump --skip-dump-date wp';
    const before = treeSnapshot(host, [SITE, '/tmp']);
    const data = await host.ok(dump);
    await muPlugin(`<?php add_filter( 'upgrader_source_selection', function ( $source ) {
	if ( false !== strpos( $source, '2.0.0' ) ) { posix_kill( getmypid(), 9 ); }
	return $source;
} );`);
    expect(await inHost(host, PROBE)).toMatchObject({ code: 'PROBE_NO_ANSWER' });
    await muPlugin(`<?php add_filter( 'upgrader_source_selection', function ( $source ) { exit( 7 ); } );`);
    expect(await inHost(host, PROBE)).toMatchObject({ code: 'PROBE_NO_ANSWER', exitCode: 7 });
    await host.ok(`rm ${CONTENT}/mu-plugins/lab-test.php`);
    expect(compareSnapshots(before, treeSnapshot(host, [SITE, '/tmp']))).toEqual([]);
    expect(await host.ok(dump)).toBe(data);
  });

  it('keeps its hands off while another one is at work, and takes that one’s work away once it is dead', async () => {
    const pid = (await host.ok('pgrep -u www-data -o php-fpm')).trim();
    const work = `/tmp/wca-update-probe-${pid}-0123456789abcdef`;
    await host.ok(
      `mkdir ${work}; touch ${work}/x; chown -R www-data: ${work}; mkdir ${work}0 /tmp/wca-update-probe-${pid}-fedcba9876543210`,
    );
    expect(await inHost(host, PROBE)).toMatchObject({
      ok: false,
      phase: 'prepare',
      codes: ['wca_running'],
      leftovers: [],
    });
    const dead = work.replace(pid, '999999999');
    await host.ok(`mv ${work} ${dead}`);
    expect(await inHost(host, PROBE)).toMatchObject({ ok: true, leftovers: [] });
    // Those of another user, or of another name, are nobody's business here.
    expect(await host.ok('ls /tmp | grep -c wca-update-probe')).toBe('2');
    await host.ok('rmdir /tmp/wca-update-probe-*');
  });

  it('takes away what an earlier one left', async () => {
    const left = `${CONTENT}/plugins/wca-update-probe`;
    await host.ok(`mkdir -p ${left}/inc; touch ${left}/inc/x; chown -R www-data: ${left}`);
    const header = '<?php /* Throw-away plugin of a check whether updates work; delete it if you find it. */';
    await writeFile(join(host.root, left, 'wca-update-probe.php'), header);
    expect(await inHost(host, PROBE)).toMatchObject({ ok: true, leftovers: [] });
    expect(await host.ok(`ls ${CONTENT}/plugins`)).not.toContain('wca');
  });
});
