import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable } from '../lab/index.js';
import type { Host } from '../lab/index.js';
import { cleanHost, inHost, putUnits } from './support/inHost.js';

describe.skipIf(!labAvailable().ok)('verifyUnit on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
  });
  afterAll(() => host.down());

  it('sees the drop-ins that are installed for the unit', async () => {
    await putUnits(host, {
      'mine.service': '[Service]\nExecStart=/bin/true\n',
      'mine.service.d/more.conf': '[Service]\nExecStart=/bin/false\n',
    });
    const ask = (unit: string): Promise<unknown> =>
      inHost(host, `systemd.verifyUnit('mine.service', Buffer.from(${JSON.stringify(unit)}))`);
    expect(JSON.stringify(await ask('[Service]\nExecStart=/bin/true\n'))).toContain('more than one ExecStart=');
    expect(await ask('[Service]\nType=oneshot\nExecStart=/bin/true\n')).toEqual({ complaints: [] });
  });

  it('leaves /run and the unit as they were', async () => {
    expect((await readdir(join(host.root, 'run'))).filter((name) => name.startsWith('wca-'))).toEqual([]);
    expect(existsSync(join(host.root, 'etc/systemd/system/mine.service'))).toBe(true);
  });
});
