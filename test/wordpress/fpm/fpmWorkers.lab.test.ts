import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SITE, labAvailable } from '../../lab/index.js';
import { fpmUmaskDropIn } from '../../../src/wordpress/fpm/fpmUmaskDropIn.js';
import { cleanHost, inHost } from '../support/inHost.js';

const UNIT = 'php8.2-fpm.service';

describe.skipIf(!labAvailable().ok)('the workers of php-fpm', () => {
  it('show the umask that is really in force: a reload keeps the old one, a restart takes the new one', async () => {
    const host = await cleanHost();
    try {
      const worker = async (): Promise<unknown> => {
        const workers = (await inHost(host, `wordpress.fpmWorkers('${UNIT}')`)) as readonly { umask: number }[];
        expect(workers.length).toBeGreaterThan(0);
        const seen = workers.map(({ umask }) => umask);
        expect(new Set(seen).size).toBe(1);
        return workers[0];
      };
      const old = { user: 'www-data', euid: 33, pool: 'www', umask: 0o022 };
      expect(await worker()).toMatchObject(old);

      const { path, content } = fpmUmaskDropIn(UNIT)._unsafeUnwrap();
      await mkdir(dirname(join(host.root, path)), { recursive: true });
      await writeFile(join(host.root, path), content);
      await host.ok(`systemctl daemon-reload; systemctl reload ${UNIT}`);
      expect(await host.ok(`systemctl show -p UMask --value ${UNIT}`)).toBe('0002');
      expect(await worker()).toMatchObject(old);

      await host.ok(`systemctl restart ${UNIT}`);
      expect(await worker()).toMatchObject({ ...old, umask: 0o002 });

      // What a request has started lives on in the unit, with whatever umask it likes: sudo's, for one.
      const script = `<?php exec('sh -c "umask 077; exec sleep 600" > /dev/null 2>&1 & echo $!', $said); echo $said[0];`;
      await writeFile(join(host.root, SITE, 'starts-something.php'), script);
      const started = await host.ok('curl -s http://127.0.0.1/starts-something.php');
      expect(await host.ok(`grep -h Umask /proc/${started}/status; cat /proc/${started}/cgroup`)).toMatch(
        new RegExp(`0077\\n[^]*/${UNIT}`),
      );
      expect(await worker()).toMatchObject({ ...old, umask: 0o002 });

      await host.ok(`systemctl stop ${UNIT}`);
      expect(await inHost(host, `wordpress.fpmWorkers('${UNIT}')`)).toEqual([]);
      expect(await inHost(host, "wordpress.fpmWorkers('php9.9-fpm.service')")).toMatchObject({
        code: 'UNIT_NOT_FOUND',
      });
    } finally {
      await host.down();
    }
  });
});
