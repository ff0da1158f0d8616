import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UnitState } from '../../../src/systemd/manager/showUnit.js';
import { labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { cleanHost, inHost, putUnits } from '../support/inHost.js';

const NASTY =
  String.raw`Environment=A=b "C=d e" "D=q\"x'y$z` + '`' + String.raw`b\\" "E=1\nUser=evil\nMainPID=1" F=é G= "H=a\tb"`;

describe.skipIf(!labAvailable().ok)('showUnit on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
    await putUnits(host, {
      'shown.service': [
        '[Service]',
        'User=nobody',
        'SupplementaryGroups=adm www-data',
        'UMask=0002',
        NASTY,
        'EnvironmentFile=-/root/a b',
        'WorkingDirectory=/tmp',
        'Restart=always',
        'RestartSec=1min 500ms',
        `ExecStart=/bin/sh -c "sleep 1000; echo 'x\\nMainPID=7'"`,
        '[Install]',
        'Alias=other.service',
        '',
      ].join('\n'),
      'shown.service.d/10 a.conf': '[Service]\nGroup=adm\n',
      'shown.timer': '[Timer]\nOnCalendar=yearly\n',
    });
    await host.ok('systemctl enable -q shown.service; systemctl start shown.service shown.timer');
  });
  afterAll(() => host.down());

  const show = async (unit: string): Promise<UnitState> =>
    (await inHost(host, `systemd.showUnit('${unit}')`)) as UnitState;

  it('gives what systemd has loaded, drop-ins included, with lists and variables taken apart', async () => {
    const mainPid = Number(await host.ok('systemctl show -p MainPID --value shown'));
    expect(await show('shown.service')).toMatchObject({
      id: 'shown.service',
      names: expect.arrayContaining(['shown.service', 'other.service']) as unknown,
      loadState: 'loaded',
      activeState: 'active',
      subState: 'running',
      fragmentPath: '/etc/systemd/system/shown.service',
      dropInPaths: ['/etc/systemd/system/shown.service.d/10 a.conf'],
      needDaemonReload: false,
      type: 'simple',
      user: 'nobody',
      group: 'adm',
      supplementaryGroups: ['adm', 'www-data'],
      umask: 0o002,
      mainPid,
      nRestarts: 0,
      restart: 'always',
      restartUsec: 60_500_000,
      result: 'success',
      execMainCode: null,
      controlGroup: '/system.slice/shown.service',
      workingDirectory: '/tmp',
      triggeredBy: ['shown.timer'],
      activeExitUsec: null,
      environment: { A: 'b', C: 'd e', D: 'q"x\'y$z`b\\', E: '1\nUser=evil\nMainPID=1', F: 'é', G: '', H: 'a\tb' },
      environmentFiles: [{ path: '/root/a b', optional: true }],
    });
  });

  it('follows aliases, and has the times of the last start and stop', async () => {
    const before = await show('other.service');
    expect(before.id).toBe('shown.service');
    await host.ok('systemctl restart shown.service');
    const after = await show('shown.service');
    expect(after.activeExitUsec).toBeGreaterThan(before.activeEnterUsec ?? Infinity);
    expect(after.activeEnterUsec).toBeGreaterThan(after.activeExitUsec ?? Infinity);
  });

  it('shows a timer, with what it triggers', async () => {
    expect(await show('shown.timer')).toMatchObject({
      activeState: 'active',
      subState: 'waiting',
      triggers: ['shown.service'],
      type: '',
      mainPid: 0,
    });
  });

  it('says when the files differ from what is loaded', async () => {
    await host.ok('sleep 0.1; touch /etc/systemd/system/shown.service');
    expect((await show('shown.service')).needDaemonReload).toBe(true);
    await host.ok('systemctl daemon-reload');
  });

  it('has no unit for a name without a file', async () => {
    expect(await show('nosuch.service')).toMatchObject({ code: 'UNIT_NOT_FOUND', unit: 'nosuch.service' });
  });

  it('gives the names of installed and loaded units', async () => {
    await host.ok('systemd-run -q --unit=shown-transient sleep 1000');
    expect(await inHost(host, "systemd.listUnits(['shown*', 'other*', 'nosuch*', 'getty@.service'])")).toEqual([
      'other.service',
      'shown-transient.service',
      'shown.service',
      'shown.timer',
    ]);
  });
});
