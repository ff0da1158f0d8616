import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { migrationRemedy } from '../../kimaki/identity/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import { findingsAbout } from '../../posix/findings/index.js';
import type { AcceptanceCheck, Subject } from '../proof/index.js';
import { checkSharedWriting, checkUmasks } from '../proof/index.js';
import { agentPlacesOf } from '../host/index.js';
import { unread } from './hostDiagnosis.js';
import type { Part, PartFound } from './hostDiagnosis.js';
import type { SiteAround } from './siteParts.js';

/** Whether WordPress and an agent with an account of its own can both work on the same files. */
export function sharingParts(around: SiteAround): readonly Part[] {
  const { instance } = around;
  if (instance === null || instance.user === 'root') return [];
  return [
    { what: 'files that WordPress and the agent share', look: () => checked(around, instance, checkSharedWriting) },
    {
      what: 'the umask of php-fpm',
      look: () =>
        checked(around, instance, async (subject) =>
          (await checkUmasks(subject)).filter(({ id }) => id === 'umask-php-fpm'),
        ),
    },
  ];
}

/** Takes acceptance checks as findings: what they did not check is not checked here. */
async function checked(
  around: SiteAround,
  instance: KimakiInstance,
  check: (subject: Subject) => Promise<readonly AcceptanceCheck[]>,
): Promise<PartFound> {
  // The checks act as both accounts, which only root can do; without that they would report wrong answers.
  if (process.geteuid?.() !== 0) return unread('only root can try it as each of the two accounts');
  const { site, web, accepted } = around;
  const service = await lookupIdentity(instance.user);
  if (service.isErr()) return unread(service.error.message);
  const { user, group } = service.value;
  const agentPlaces = await agentPlacesOf(
    instance,
    { root: site.path, group: site.owner.group, workspace: site.workspace },
    { name: user.name, home: user.home },
    group.name,
    null,
  );
  const points = await check({
    instance,
    neighbours: [],
    service: service.value,
    web,
    site,
    channel: null,
    agentPlaces,
    options: {},
    accepted,
  });
  const about = findingsAbout(site.path);
  return {
    findings: points.flatMap(({ id, ok, detail }) =>
      ok === false ? [about(id, 'broken', detail, migrationRemedy(instance))] : [],
    ),
    notChecked: points.flatMap(({ ok, detail }) => (ok === null ? [detail] : [])),
  };
}
