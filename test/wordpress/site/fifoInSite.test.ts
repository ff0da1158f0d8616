import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Identity } from '../../../src/posix/accounts/index.js';
import { runSitePhp } from '../../../src/wordpress/probes/runSitePhp.js';
import { fifoInSite } from '../../../src/wordpress/site/fifoInSite.js';
import { wpCli } from '../../../src/wordpress/wpcli/wpCli.js';
import * as v from 'valibot';

let site = '';
beforeEach(() => {
  site = join(mkdtempSync(join(tmpdir(), 'wca-fifo-')), 'html');
  mkdirSync(join(site, 'wp-content/mu-plugins'), { recursive: true });
  writeFileSync(join(site, 'wp-content/mu-plugins/a.php'), '<?php');
});
afterEach(() => {
  rmSync(dirname(site), { recursive: true });
});

const fifo = (name: string): string => {
  const path = join(site, name);
  execFileSync('mkfifo', [path]);
  return path;
};
const nobody = { user: { name: 'nobody', uid: 65534 }, group: { name: 'nogroup', gid: 65534 } } as unknown as Identity;

describe('fifoInSite', () => {
  it.each([
    'wp-config.php',
    '../wp-config.php',
    'wp-content/mu-plugins/b.php',
    'wp-content/object-cache.php',
    'wp-content/db.php',
  ])('finds %s', async (name) => {
    expect(await fifoInSite({ path: site })).toBeNull();
    const path = fifo(name);
    expect(await fifoInSite({ path: site })).toBe(path);
  });

  it('finds one behind a link, in directories elsewhere too, and passes over what PHP does not load', async () => {
    fifo('wp-content/mu-plugins/readme.txt');
    expect(await fifoInSite({ path: site })).toBeNull();
    mkdirSync(join(site, 'app/mu'), { recursive: true });
    symlinkSync(join(site, 'wp-content/mu-plugins/readme.txt'), join(site, 'app/mu/x.php'));
    expect(await fifoInSite({ path: site, muPluginsDir: join(site, 'app/mu') })).toBe(join(site, 'app/mu/x.php'));
  });

  it('keeps WordPress from being loaded, for a probe and for wp', async () => {
    const path = fifo('wp-content/mu-plugins/b.php');
    const probed = await runSitePhp({ path: site, host: null, fpm: null }, nobody, '', v.object({}));
    expect(probed).toBeErr();
    expect(probed._unsafeUnwrapErr()).toMatchObject({ code: 'PROBE_NO_ANSWER' });
    expect(probed._unsafeUnwrapErr().message).toContain(`${path} is a FIFO`);
    const ran = await wpCli({ path: site }, nobody, ['plugin', 'list'], { binary: '/bin/false' });
    expect(ran._unsafeUnwrapErr()).toMatchObject({ code: 'WP_FAILED' });
    expect(ran._unsafeUnwrapErr().message).toContain(`${path} is a FIFO`);
  });
});
