import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SITE, compareSnapshots, labAvailable, treeSnapshot } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { cleanHost, inHost } from '../support/inHost.js';

const UPLOADS = `${SITE}/wp-content/uploads`;
const PROBE = 'wordpress.probeUploads(site, web)';

describe.skipIf(!labAvailable().ok)('an upload by WordPress', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
    await host.ok(`chown -R www-data: ${SITE}; rm -rf ${UPLOADS}/*`);
  });
  afterAll(() => host.down());

  it('works where uploads is its own, and takes the file and its directories back', async () => {
    const before = treeSnapshot(host, [SITE]);
    expect(await inHost(host, PROBE)).toMatchObject({ ok: true, message: '', file: { uid: 33 }, leftovers: [] });
    expect(compareSnapshots(before, treeSnapshot(host, [SITE]))).toEqual([]);
  });

  it('takes away what a killed one left, and nothing else', async () => {
    const month = `${UPLOADS}/$(date +%Y/%m)`;
    await host.ok(
      `mkdir -p ${month}; cd ${month}; touch wca-upload-probe-0123456789ab.txt wca-upload-probe-x.txt wca-upload-probe-ba9876543210.txt; chown -R www-data: ${UPLOADS}; chown root: wca-upload-probe-ba9876543210.txt`,
    );
    expect(await inHost(host, PROBE)).toMatchObject({ ok: true, leftovers: [] });
    expect(await host.ok(`ls ${month}`)).toBe('wca-upload-probe-ba9876543210.txt\nwca-upload-probe-x.txt');
    await host.ok(`rm -r ${UPLOADS}/*`);
  });

  it('fails in a month that belongs to root, with the words of WordPress', async () => {
    await host.ok(`mkdir -p ${UPLOADS}/$(date +%Y/%m); chown -R root: ${UPLOADS}/$(date +%Y)`);
    const probe = await inHost(host, PROBE);
    expect(probe).toMatchObject({ ok: false, file: null, directory: { uid: 0 }, leftovers: [] });
    expect(JSON.stringify(probe)).toContain('Could not write file');
  });
});
