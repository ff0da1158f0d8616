import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SITE, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import type { SiteDiagnosis } from '../../../src/wordpress/probes/diagnoseSite.js';
import { cleanHost, inHost } from '../support/inHost.js';

const CONTENT = `${SITE}/wp-content`;
const PLUGIN = `${CONTENT}/plugins/tiny`;
/** Everything WordPress's own, and the plugin in its first version. */
const CURED = `set -e; rm -rf ${PLUGIN} ${CONTENT}/upgrade
unzip -q /opt/lab/tiny-1.0.0.zip -d ${CONTENT}/plugins
mkdir -p ${CONTENT}/upgrade ${CONTENT}/languages
chown -R www-data: ${SITE}`;
const MONTH = '$(date +%Y/%m)';

/** What broke it; what WordPress itself says to an update, null when it goes through; what the diagnosis says. */
interface Row {
  readonly state: string;
  readonly breakage: string;
  readonly says: string | null;
  readonly faults: readonly (readonly [
    id: string,
    component: string,
    wordpressSays: string | null,
    blockedAt: string | null,
  ])[];
}

const ROWS: readonly Row[] = [
  {
    state: 'the whole plugin directory belongs to root',
    breakage: `chown -R root: ${PLUGIN}`,
    says: 'files_not_writable',
    faults: [['plugin-closed', 'plugin:tiny', 'files_not_writable', PLUGIN]],
  },
  {
    state: 'only its files belong to root',
    breakage: `find ${PLUGIN} -type f -exec chown root: {} +`,
    says: 'files_not_writable',
    faults: [['plugin-closed', 'plugin:tiny', 'files_not_writable', `${PLUGIN}/`]],
  },
  {
    state: 'plugins itself belongs to root',
    breakage: `chown root: ${CONTENT}/plugins`,
    says: 'remove_old_failed',
    faults: [['plugins-closed', 'plugins', 'remove_old_failed', `${CONTENT}/plugins`]],
  },
  {
    state: 'upgrade belongs to root',
    breakage: `chown root: ${CONTENT}/upgrade`,
    says: 'mkdir_failed_ziparchive',
    faults: [['upgrade-closed', 'upgrade', 'mkdir_failed_ziparchive', `${CONTENT}/upgrade`]],
  },
  {
    state: 'root has left something below upgrade',
    breakage: `mkdir -p ${CONTENT}/upgrade/tiny-2.0.0/tiny/inc; touch ${CONTENT}/upgrade/tiny-2.0.0/tiny/tiny.php; chown -R root: ${CONTENT}/upgrade/tiny-2.0.0`,
    says: 'copy_failed_ziparchive',
    faults: [['upgrade-leftover', 'upgrade', 'copy_failed_ziparchive', `${CONTENT}/upgrade/tiny-2.0.0`]],
  },
  {
    state: 'root owns it and the group may write',
    breakage: `chown -R root:www-data ${PLUGIN}; chmod -R g+w ${PLUGIN}`,
    says: null,
    faults: [],
  },
  {
    state: 'WordPress itself belongs to root',
    breakage: `chown root: ${SITE}/wp-admin/includes/file.php`,
    says: 'filesystem_method_ftpext',
    faults: [['not-direct', 'wordpress', null, null]],
  },
  {
    state: 'the month of uploads belongs to root',
    breakage: `mkdir -p ${CONTENT}/uploads/${MONTH}; chown root: ${CONTENT}/uploads/${MONTH}`,
    says: null,
    faults: [
      ['uploads-closed', 'uploads-now', null, `${CONTENT}/uploads/`],
      ['upload-entries-closed', 'uploads', null, `${CONTENT}/uploads/`],
    ],
  },
  {
    state: 'an old upload belongs to root',
    breakage: `mkdir -p ${CONTENT}/uploads/2019/01; touch ${CONTENT}/uploads/2019/01/a.png; chown -R root: ${CONTENT}/uploads/2019`,
    says: null,
    faults: [['upload-entries-closed', 'uploads', null, `${CONTENT}/uploads/2019`]],
  },
  {
    state: 'an attribute closes a file to everyone',
    breakage: `cp ${PLUGIN}/readme.txt ${PLUGIN}/x; chown www-data: ${PLUGIN}/x; chattr +i ${PLUGIN}/x`,
    says: 'files_not_writable',
    faults: [['plugin-closed', 'plugin:tiny', 'files_not_writable', `${PLUGIN}/x`]],
  },
];

describe.skipIf(!labAvailable().ok)('what keeps WordPress from its own files', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
  });
  afterAll(() => host.down());

  /** WordPress's own word on updating the plugin. */
  async function update(): Promise<unknown> {
    const ran = await host.run(['php', '/opt/lab/upgrade.php', '/opt/lab/tiny-2.0.0.zip'], { user: 'www-data' });
    return JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '');
  }
  const diagnose = async (): Promise<SiteDiagnosis> =>
    (await inHost(host, 'wordpress.diagnoseSite(site, web)')) as SiteDiagnosis;

  it.each(ROWS)(
    'is found, where $state, and gone once root’s files are given back',
    async ({ breakage, says, faults }) => {
      await host.ok(CURED);
      await host.ok(breakage);
      const before = await diagnose();
      expect(before.ok).toBe(faults.length === 0);
      expect(before.faults.map(({ id, subject, wordpressSays }) => [id, subject, wordpressSays])).toEqual(
        faults.map(([id, subject, wordpressSays]) => [id, subject, wordpressSays]),
      );
      for (const [index, [, , , blocked]] of faults.entries()) {
        const at = before.faults[index]?.blockedAt;
        if (blocked === null) expect(at).toBeNull();
        else expect(at).toMatchObject({ needs: 'write', path: expect.stringContaining(blocked) as string });
      }
      const updated = { codes: [], version: '2.0.0' };
      expect(await update()).toMatchObject(says === null ? updated : { codes: [says] });

      await host.ok(`chattr -i ${PLUGIN}/x 2>/dev/null; true`);
      await inHost(host, `posix.reclaim('${SITE}', { from: 0, to: { uid: 33, gid: 33 } })`);
      expect(await diagnose()).toMatchObject({ ok: true, faults: [] });
      // What WordPress itself took away before it failed is not brought back by giving files back.
      const there = (await host.run(['test', '-e', `${PLUGIN}/tiny.php`])).code === 0;
      if (!there) await host.ok(CURED);
      expect(await update()).toEqual(updated);
    },
  );

  it('is found where a missing plugin cannot be installed', async () => {
    await host.ok(`${CURED}; rm -r ${PLUGIN}; chown root: ${CONTENT}/plugins`);
    expect((await diagnose()).faults).toMatchObject([
      { id: 'plugins-closed', what: expect.stringContaining('mkdir_failed_destination') as string },
    ]);
    expect(await inHost(host, 'wordpress.probePluginUpdate(site, web)')).toMatchObject({
      phase: 'install',
      codes: ['mkdir_failed_destination'],
    });
    await inHost(host, `posix.reclaim('${SITE}', { from: 0, to: { uid: 33, gid: 33 } })`);
    expect(await inHost(host, 'wordpress.probePluginUpdate(site, web)')).toMatchObject({ ok: true });
  });
});
