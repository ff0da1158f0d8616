import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { cleanHost, inHost, putUnits } from '../support/inHost.js';

const UNITS = ['held.service', 'held.timer'];

describe.skipIf(!labAvailable().ok)('a hold on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
    await putUnits(host, {
      'held.service': '[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n',
      'held.timer': '[Timer]\nOnActiveSec=1h\n',
      'puller.service': '[Unit]\nWants=held.service\n[Service]\nType=oneshot\nExecStart=/bin/true\n',
    });
    await host.ok('systemctl enable -q held.service; systemctl start held.service held.timer');
  });
  afterAll(() => host.down());

  const hold = (units: readonly string[] = UNITS): Promise<unknown> =>
    inHost(host, `systemd.maskUnits(${JSON.stringify(units)})`);
  const release = (units: readonly string[] = UNITS): Promise<unknown> =>
    inHost(host, `systemd.unmaskUnits(${JSON.stringify(units)})`);
  const state = async (unit: string): Promise<string> =>
    (await host.run(['systemctl', 'is-active', unit])).stdout.trim();

  it('keeps a unit with a file in /etc from starting, in whatever way, where mask --runtime does not', async () => {
    await host.ok(['systemctl', 'stop', ...UNITS]);
    await host.ok('systemctl mask --runtime -q held.service; systemctl start held.service');
    expect(await state('held.service')).toBe('active');
    await host.ok('systemctl unmask --runtime -q held.service; systemctl stop held.service');

    expect(await hold()).toBe('done');
    for (const unit of UNITS) {
      expect((await host.run(['systemctl', 'start', unit])).code).not.toBe(0);
      expect(await inHost(host, `systemd.startUnit('${unit}')`)).toMatchObject({ code: 'UNIT_MASKED', unit });
    }
    await host.ok('systemctl start puller.service');
    expect((await host.run('systemctl restart held.service')).code).not.toBe(0);
    expect([await state('held.service'), await state('held.timer')]).toEqual(['inactive', 'inactive']);
  });

  it('holds again what is held, and lets go as if nothing had been', async () => {
    expect(await hold()).toBe('done');
    expect(await release()).toBe('done');
    expect(await release()).toBe('done');
    expect(existsSync(join(host.root, 'run/systemd/system.control/held.service'))).toBe(false);
    expect(await inHost(host, "systemd.startUnit('held.service')")).toBe('done');
    expect(await state('held.service')).toBe('active');
  });

  it('leaves a running unit running, to be stopped and not started again', async () => {
    expect(await hold(['held.service'])).toBe('done');
    expect(await state('held.service')).toBe('active');
    expect(await inHost(host, "systemd.stopUnit('held.service')")).toBe('done');
    expect(await inHost(host, "systemd.showUnit('held.service')")).toMatchObject({
      loadState: 'masked',
      activeState: 'inactive',
    });
    expect(await release(['held.service'])).toBe('done');
  });

  it('takes effect of edits made meanwhile when it ends', async () => {
    expect(await hold(['held.service'])).toBe('done');
    await host.ok('sed -i "s/^ExecStart/UMask=0002\\nExecStart/" /etc/systemd/system/held.service');
    expect(await release(['held.service'])).toBe('done');
    expect(await inHost(host, "systemd.showUnit('held.service')")).toMatchObject({
      umask: 0o002,
      needDaemonReload: false,
    });
  });

  it('touches nothing of others: a file in its place is refused, its own links are taken back', async () => {
    await host.ok('mkdir -p /run/systemd/system.control; echo "[Service]" > /run/systemd/system.control/held.timer');
    expect(await hold()).toMatchObject({ code: 'MASK_IN_THE_WAY', path: '/run/systemd/system.control/held.timer' });
    expect(await release()).toBe('done');
    expect(lstatSync(join(host.root, '/etc/systemd/system/held.service')).isFile()).toBe(true);
    expect(await host.ok('ls /run/systemd/system.control')).toBe('held.timer');
    await host.ok('rm /run/systemd/system.control/held.timer; systemctl daemon-reload');
  });

  it('leaves a mask that an administrator made', async () => {
    await host.ok('ln -sf /dev/null /etc/systemd/system/held.timer; systemctl daemon-reload');
    expect(await release(['held.timer'])).toBe('done');
    expect(await inHost(host, "systemd.startUnit('held.timer')")).toMatchObject({ code: 'UNIT_MASKED' });
  });

  it('is over after a reboot', async () => {
    expect(await hold(['held.service'])).toBe('done');
    await host.reboot();
    expect(await host.waitFor('systemctl is-active held.service')).toBe('active');
  });
});
