import { privilegedGroups } from '../../posix/accounts/index.js';
import { shellWord } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { UnitState } from '../../systemd/manager/index.js';
import type { KimakiInstance } from '../instance/index.js';
import { migrateCommand } from '../identity/index.js';
import { finding } from './finding.js';
import type { InstanceFinding } from './finding.js';

/** Who an instance is, as configured, loaded and running; pure. `service`: the configured account, null when there is none. */
export function identityFindings(instance: KimakiInstance, service: Identity | null): readonly InstanceFinding[] {
  const { unit, users, home, accountHome, homeSource, state } = instance;
  const { configured, loaded, running } = users;
  const ran = running === null ? null : (running.name ?? String(running.uid));
  const found: InstanceFinding[] = [];
  if ([configured, loaded].includes('root') || running?.uid === 0) {
    found.push(
      finding(
        'runs-as-root',
        'broken',
        `${unit} is configured as ${configured}, loaded as ${loaded} and ${ran === null ? 'not running' : `runs as ${ran}`}`,
        migrateCommand(instance),
      ),
    );
  }
  if (configured !== loaded || (running !== null && ran !== loaded && running.uid !== service?.user.uid)) {
    const what = `the files of ${unit} say ${configured}, systemd has loaded ${loaded}, and ${ran === null ? 'nothing runs' : `process ${running?.pid ?? 0} is ${ran}'s`}`;
    found.push(
      finding(
        'identities-differ',
        'broken',
        what,
        `systemctl daemon-reload, look at systemctl cat ${shellWord(unit)}, then restart it`,
      ),
    );
  }
  const lacking =
    service === null || running?.uid !== service.user.uid
      ? []
      : service.groups.filter(({ gid }) => gid !== running.gid && !running.groups.includes(gid));
  if (lacking.length > 0) {
    const what = `process ${running?.pid ?? 0} of ${unit} lacks groups that ${configured} is in: ${lacking.map(({ name }) => name).join(', ')}; it was started before`;
    found.push(finding('groups-not-running', 'risk', what, `systemctl restart ${shellWord(unit)}`));
  }
  const stopped = whyStopped(state);
  if (stopped !== null) {
    found.push(
      finding(
        'not-running',
        stopped.weight,
        `${unit} ${stopped.what}`,
        `journalctl -u ${shellWord(unit)} -n 50 says why; systemctl restart ${shellWord(unit)}`,
      ),
    );
  }
  if (service === null) {
    found.push(
      finding(
        'account-missing',
        'broken',
        `${unit} is to run as ${configured}, and there is no such account`,
        `make the account, or correct User= in ${instance.fragmentPath}`,
      ),
    );
  }
  if (homeSource === 'environment' && accountHome !== null && home !== accountHome) {
    const what = `${unit} runs as ${configured}, whose home is ${accountHome}, with HOME=${home}: what it writes there is not the home's owner's`;
    found.push(
      finding(
        'foreign-home',
        configured === 'root' ? 'broken' : 'risk',
        what,
        configured === 'root' ? migrateCommand(instance) : `set HOME=${accountHome} in the unit`,
      ),
    );
  }
  if (service !== null && service.user.uid !== 0) {
    for (const { group, why } of privilegedGroups(service)) {
      found.push(
        finding(
          'privileged-group',
          'risk',
          `${configured} is in the group ${group}: it ${why}`,
          `gpasswd --delete ${configured} ${group}, unless the agent needs it`,
        ),
      );
    }
  }
  return found;
}

/** What systemd tells of a service that should run and does not; null where it runs, or is not to. */
function whyStopped({
  activeState,
  subState,
  unitFileState,
  result,
  execMainStatus,
}: UnitState): { readonly weight: 'broken' | 'risk'; readonly what: string } | null {
  const ended = `${result}, last exit status ${execMainStatus}`;
  if (activeState === 'failed') return { weight: 'broken', what: `has failed (${ended})` };
  if (subState === 'auto-restart') return { weight: 'broken', what: `ends again and again (${ended})` };
  if (activeState === 'inactive' && unitFileState === 'enabled')
    return { weight: 'risk', what: 'is enabled and does not run: messages to it wait' };
  return null;
}
