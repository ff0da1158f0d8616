import { afterEach, describe, expect, it } from 'vitest';
import { SITE, bootHost, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { rows } from '../../support/campaign.js';
import { installWithoutParentCheck, tryNginxRoad, tryStepRoad } from './nginxRoad.js';
import { brokenHost, endedWith, migrate } from './support.js';

const lab = labAvailable();
const PLUGIN = '/etc/nginx/sites-enabled/wca-fs-chmod.php';

describe.skipIf(!lab.ok)('www-data, who exchanges mu-plugins for a link to nginx’ enabled sites,', () => {
  let host: Host;
  afterEach(() => host.down());

  it('before the plan, has the plan refused, and no advice that would give the target away', async () => {
    host = await brokenHost();
    const content = `${SITE}/wp-content`;
    await host.ok(`mv ${content}/mu-plugins ${content}/mine; ln -s /etc/nginx/sites-enabled ${content}/mu-plugins`, {
      user: 'www-data',
    });
    const { stderr } = endedWith(await migrate(host, ['plan']), 65);
    expect(stderr).toContain('/etc/nginx/sites-enabled');
    // An operator who does what he is told must not give it away.
    expect(stderr).not.toContain('chown');
  });

  it.each(rows(['racing'] as const, ['once'] as const))(
    '%s before fs-chmod is written, gets nothing into it',
    async (how) => {
      host = await brokenHost();
      const road = await tryNginxRoad(host, how);
      expect(road.exchanges).toBeGreaterThanOrEqual(2);
      expect(road.harm).toEqual([]);
      if (how === 'once') expect(road.failure).toContain('symbolic link');
    },
  );

  it('at full speed between the check of the step and its act, gets nothing into it', async () => {
    host = await brokenHost();
    expect(await tryStepRoad(host, 3)).toMatchObject({ tries: 3, harmed: 0 });
  });

  it('gets a file of its own there without the check of parents and outside a unit, so that this is an attack', async () => {
    host = await bootHost();
    await installWithoutParentCheck(host);
    const road = await tryNginxRoad(host, 'once', ['--foreground']);
    expect(road.failure).toBeNull();
    expect(road.harm).toEqual([expect.stringContaining(`+ ${PLUGIN}: file 33:33`)]);
  });

  it('gets nothing there without the check of parents, because the unit of the run cannot write there', async () => {
    host = await bootHost();
    await installWithoutParentCheck(host);
    const road = await tryNginxRoad(host, 'once');
    expect(road.failure).toMatch(/EROFS|read-only/i);
    expect(road.harm).toEqual([]);
  });
});
