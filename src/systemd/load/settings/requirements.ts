import { booleanOf } from './readers/readBoolean.js';

/** What has been read of a unit's settings. */
interface SettingsRead {
  values(setting: string): readonly string[];
}

/**
 * What a unit lacks as a whole, a sentence each; with any of it systemd does not load the unit ("Refusing.").
 *
 * Source: `service_verify()`, `timer_verify()`, `path_verify()` and `socket_verify()` in systemd's src/core. What
 * mounts, swaps and automounts must have is not judged.
 */
export function requirementsOf(name: string, settings: SettingsRead): readonly string[] {
  const last = (setting: string): string | undefined => settings.values(setting).at(-1);
  const common =
    last('Unit.OnFailureJobMode') === 'isolate' && new Set(settings.values('Unit.OnFailure')).size > 1
      ? ['OnFailureJobMode=isolate allows for one unit in OnFailure=, and there are more']
      : [];
  if (name.endsWith('.service')) return [...common, ...serviceFaults(settings)];
  if (name.endsWith('.timer'))
    return [...common, ...lacking(settings, 'Timer', TIMER_TRIGGERS, 'no On…= to elapse at')];
  if (name.endsWith('.path')) return [...common, ...lacking(settings, 'Path', PATH_TRIGGERS, 'no path to watch')];
  if (name.endsWith('.socket')) return [...common, ...lacking(settings, 'Socket', LISTENS, 'no Listen…= to listen at')];
  return common;
}

const TIMER_TRIGGERS =
  'OnCalendar OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec OnClockChange OnTimezoneChange';
const PATH_TRIGGERS = 'PathExists PathExistsGlob PathChanged PathModified DirectoryNotEmpty';
const LISTENS =
  'ListenStream ListenDatagram ListenSequentialPacket ListenFIFO ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction';

function lacking(settings: SettingsRead, section: string, keys: string, fault: string): readonly string[] {
  return keys.split(' ').some((key) => settings.values(`${section}.${key}`).length > 0) ? [] : [fault];
}

function serviceFaults(settings: SettingsRead): readonly string[] {
  const last = (key: string): string | undefined => settings.values(`Service.${key}`).at(-1);
  const starts = settings.values('Service.ExecStart').length;
  const stops = settings.values('Service.ExecStop').length;
  const acts = (settings.values('Unit.SuccessAction').at(-1) ?? 'none') !== 'none';
  const busName = last('BusName');
  const type = last('Type') ?? (busName !== undefined ? 'dbus' : starts > 0 ? 'simple' : 'oneshot');
  const faults: string[] = [];
  if (starts === 0 && stops === 0 && !acts) faults.push('the service has neither ExecStart= nor ExecStop=');
  if (starts === 0 && type !== 'oneshot') faults.push('the service has no ExecStart=; only Type=oneshot works without');
  if (starts === 0 && !acts && booleanOf(last('RemainAfterExit') ?? 'no') !== true)
    faults.push('the service has no ExecStart=; only RemainAfterExit=yes works without');
  if (starts > 1 && type !== 'oneshot')
    faults.push('the service has more than one ExecStart=; only Type=oneshot may have several');
  if (type === 'oneshot' && ['always', 'on-success'].includes(last('Restart') ?? 'no'))
    faults.push('Type=oneshot does not allow Restart=always or Restart=on-success');
  if (type === 'oneshot' && last('ExitType') === 'cgroup') faults.push('Type=oneshot does not allow ExitType=cgroup');
  if (type === 'dbus' && busName === undefined) faults.push('Type=dbus needs a BusName=');
  if (last('PAMName') !== undefined && !['control-group', 'mixed'].includes(last('KillMode') ?? 'control-group'))
    faults.push('PAMName= needs KillMode=control-group or mixed');
  return faults;
}
