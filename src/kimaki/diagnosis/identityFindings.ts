import { privilegedGroups } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { remedy } from '../../posix/findings/index.js';
import type { Severity } from '../../posix/findings/index.js';
import type { UnitState } from '../../systemd/manager/index.js';
import { migrationRemedy } from '../identity/index.js';
import type { KimakiInstance } from '../instance/index.js';
import { editing, findingsOf } from './instanceFinding.js';
import type { InstanceFinding } from './instanceFinding.js';

/** The account of an instance, as configured, loaded and running; pure. `service`: the configured account, null when there is none. */
export function identityFindings(instance: KimakiInstance, service: Identity | null): readonly InstanceFinding[] {
  const { unit, users, home, accountHome, homeSource, state, fragmentPath } = instance;
  const { configured, loaded, running } = users;
  const about = findingsOf(instance);
  const restart = remedy.command('systemctl', 'restart', unit);
  const ran = running === null ? null : (running.name ?? String(running.uid));
  const pid = running?.pid ?? 0;
  const found: InstanceFinding[] = [];
  if ([configured, loaded].includes('root') || running?.uid === 0) {
    const now = ran === null ? 'not running' : `runs as ${ran}`;
    const what = `${unit} is configured as ${configured}, loaded as ${loaded} and ${now}`;
    found.push(about('runs-as-root', 'broken', what, migrationRemedy(instance)));
  }
  if (configured !== loaded || (running !== null && ran !== loaded && running.uid !== service?.user.uid)) {
    const now = ran === null ? 'no process runs' : `process ${pid} runs as ${ran}`;
    const what = `the files of ${unit} say ${configured}, systemd has loaded ${loaded}, and ${now}`;
    const way = remedy.inOrder(
      remedy.command('systemctl', 'cat', unit),
      remedy.command('systemctl', 'daemon-reload'),
      restart,
    );
    found.push(about('identities-differ', 'broken', what, way));
  }
  const lacking =
    service === null || running?.uid !== service.user.uid
      ? []
      : service.groups.filter(({ gid }) => gid !== running.gid && !running.groups.includes(gid));
  if (lacking.length > 0) {
    const names = lacking.map(({ name }) => name).join(', ');
    const what = `process ${pid} of ${unit} lacks groups that ${configured} is in: ${names}; it was started before ${configured} was added to them`;
    found.push(about('groups-not-running', 'risk', what, restart));
  }
  const stopped = whyStopped(state);
  if (stopped !== null) {
    const way = remedy.inOrder(remedy.command('journalctl', '-u', unit, '-n', '50'), restart);
    found.push(about('not-running', stopped.severity, `${unit} ${stopped.what}`, way));
  }
  if (service === null) {
    const way = remedy.anyOf(remedy.text(`create the account ${configured}`), editing(fragmentPath, 'correct User='));
    const what = `${unit} has User=${configured}, and there is no such account`;
    found.push(about('account-missing', 'broken', what, way, [fragmentPath]));
  }
  if (homeSource === 'environment' && accountHome !== null && home !== accountHome) {
    const isRoot = configured === 'root';
    const what = `${unit} runs as ${configured}, whose home is ${accountHome}, with HOME=${home}: files it writes there do not belong to the owner of that home`;
    const way = isRoot ? migrationRemedy(instance) : editing(fragmentPath, `set HOME=${accountHome}`);
    found.push(about('foreign-home', isRoot ? 'broken' : 'risk', what, way));
  }
  if (service !== null && service.user.uid !== 0) {
    for (const { group, why } of privilegedGroups(service)) {
      const way = remedy.when(
        'the agent does not need that group',
        remedy.command('gpasswd', '--delete', configured, group),
      );
      found.push(about('privileged-group', 'risk', `${configured} is in the group ${group}: it ${why}`, way));
    }
  }
  return found;
}

/** What systemd says of a service that should run and does not; null where it runs, or is not meant to. */
function whyStopped({
  activeState,
  subState,
  unitFileState,
  result,
  execMainStatus,
}: UnitState): { readonly severity: Severity; readonly what: string } | null {
  const ended = `${result}, last exit status ${execMainStatus}`;
  if (activeState === 'failed') return { severity: 'broken', what: `has failed (${ended})` };
  if (subState === 'auto-restart') return { severity: 'broken', what: `ends again and again (${ended})` };
  if (activeState === 'inactive' && unitFileState === 'enabled')
    return { severity: 'risk', what: 'is enabled and does not run, so messages to it are not answered' };
  return null;
}
