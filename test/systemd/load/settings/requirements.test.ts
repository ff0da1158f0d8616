import { describe, expect, it } from 'vitest';
import { requirementsOf } from '../../../../src/systemd/load/settings/requirements.js';

/** What a unit with these settings lacks, as `Section.Key=value`. */
function faults(name: string, ...settings: readonly string[]): readonly string[] {
  const values = (setting: string): readonly string[] =>
    settings.filter((one) => one.startsWith(`${setting}=`)).map((one) => one.slice(setting.length + 1));
  return requirementsOf(name, { values });
}

const service = (...settings: readonly string[]): readonly string[] =>
  faults('a.service', ...settings.map((one) => (one.startsWith('Unit.') ? one : `Service.${one}`)));

describe('requirementsOf a service', () => {
  it.each([
    [['ExecStart=/a']],
    [['ExecStop=/a', 'RemainAfterExit=yes']],
    [['Type=oneshot', 'ExecStart=/a', 'ExecStart=/b']],
    [['Unit.SuccessAction=reboot']],
    [['Type=oneshot', 'ExecStart=/a', 'Restart=on-failure']],
    [['Type=dbus', 'BusName=a.b', 'ExecStart=/a']],
    [['ExecStart=/a', 'PAMName=login', 'KillMode=mixed']],
  ])('lacks nothing with %j', (settings) => {
    expect(service(...settings)).toEqual([]);
  });

  it.each([
    [[], 'neither ExecStart= nor ExecStop='],
    [['Type=simple', 'ExecStop=/a', 'RemainAfterExit=yes'], 'only Type=oneshot works without'],
    [['ExecStop=/a'], 'only RemainAfterExit=yes works without'],
    [['ExecStart=/a', 'ExecStart=/b'], 'more than one ExecStart='],
    [['BusName=a.b', 'ExecStart=/a', 'ExecStart=/b'], 'more than one ExecStart='],
    [['Type=oneshot', 'ExecStart=/a', 'Restart=always'], 'does not allow Restart='],
    [['Type=oneshot', 'ExecStart=/a', 'Restart=on-success'], 'does not allow Restart='],
    [['Type=oneshot', 'ExecStart=/a', 'ExitType=cgroup'], 'ExitType=cgroup'],
    [['Type=dbus', 'ExecStart=/a'], 'needs a BusName='],
    [['ExecStart=/a', 'PAMName=login', 'KillMode=process'], 'needs KillMode='],
  ])('with %j says %j', (settings, fault) => {
    expect(service(...settings).join('\n')).toContain(fault);
  });
});

describe('requirementsOf other units', () => {
  it('asks a timer, a path and a socket for something to act on', () => {
    expect(faults('a.timer')).toEqual(['no On…= to elapse at']);
    expect(faults('a.timer', 'Timer.OnBootSec=1')).toEqual([]);
    expect(faults('a.path')).toEqual(['no path to watch']);
    expect(faults('a.path', 'Path.PathExists=/a')).toEqual([]);
    expect(faults('a.socket')).toEqual(['no Listen…= to listen at']);
    expect(faults('a.socket', 'Socket.ListenStream=1')).toEqual([]);
    expect(faults('a.target')).toEqual([]);
  });

  it('allows one unit in OnFailure= with OnFailureJobMode=isolate', () => {
    const isolate = 'Unit.OnFailureJobMode=isolate';
    expect(faults('a.target', isolate, 'Unit.OnFailure=b.target', 'Unit.OnFailure=b.target')).toEqual([]);
    expect(faults('a.target', isolate, 'Unit.OnFailure=b.target', 'Unit.OnFailure=c.target')).toHaveLength(1);
  });
});
