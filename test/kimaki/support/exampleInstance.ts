import { describeInstance } from '../../../src/kimaki/instance/describeInstance.js';
import type { KimakiInstance } from '../../../src/kimaki/instance/index.js';
import type { Identity } from '../../../src/posix/accounts/index.js';
import type { UnitState } from '../../../src/systemd/manager/index.js';
import { effectiveOf, sourcesOf } from '../../systemd/support/effectiveOf.js';

/** As much of a unit's state as decisions ask for: a service that runs. */
const STATE = {
  activeState: 'active',
  subState: 'running',
  unitFileState: 'enabled',
  loadState: 'loaded',
  needDaemonReload: false,
  result: 'success',
  execMainStatus: 0,
  mainPid: 77,
  user: 'opencode',
};

/** A migrated instance as the host would show it, with the given lines more in its `[Service]` section. */
export function exampleInstance(
  lines = '',
  changes: Partial<KimakiInstance> = {},
  state: Partial<UnitState> = {},
): KimakiInstance {
  const { unit = 'kimaki.service' } = changes;
  const text = `[Service]
User=opencode
UMask=0002
WorkingDirectory=/var/www/site
ExecStart=/usr/bin/kimaki --data-dir /home/opencode/.kimaki --no-auto-upgrade
${lines}
`;
  const effective = effectiveOf([text], unit);
  return {
    ...describeInstance({ effective, accountHome: '/home/opencode' }),
    unit,
    fragmentPath: 'f0',
    files: sourcesOf([text]),
    effective,
    state: { ...STATE, ...state } as UnitState,
    kind: 'regular' as KimakiInstance['kind'],
    users: {
      configured: 'opencode',
      loaded: 'opencode',
      running: { pid: 77, uid: 999, name: 'opencode', gid: 999, groups: [33], umask: 0o002 },
    },
    accountHome: '/home/opencode',
    companions: [],
    ...changes,
  };
}

/** The account of the agent, in the group of WordPress. */
export const AGENT: Identity = {
  user: { name: 'opencode', uid: 999, gid: 999, home: '/home/opencode', shell: '/bin/bash' },
  group: { name: 'opencode', gid: 999, members: [] },
  groups: [
    { name: 'opencode', gid: 999, members: [] },
    { name: 'www-data', gid: 33, members: ['opencode'] },
  ],
};
