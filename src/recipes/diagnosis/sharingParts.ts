import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { migrateCommand } from '../../kimaki/identity/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import type { AcceptanceCheck, Subject } from '../proof/index.js';
import { checkSharedWriting, checkUmasks } from '../proof/index.js';
import { agentPlacesOf } from '../host/index.js';
import { unread } from './hostDiagnosis.js';
import type { Part, PartFound } from './hostDiagnosis.js';
import type { SiteAround } from './siteParts.js';

/** What is judged where the agent is an account of its own: whether WordPress and it can go on working on the same files. */
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

/** Takes acceptance points as findings: what is not proven there is not checked here. */
async function checked(
  around: SiteAround,
  instance: KimakiInstance,
  check: (subject: Subject) => Promise<readonly AcceptanceCheck[]>,
): Promise<PartFound> {
  // The checks act as both accounts; whoever may not, would take that for an answer.
  if (process.geteuid?.() !== 0) return unread('only root can try it as each of the two accounts');
  const { site, web, accepted } = around;
  const service = await lookupIdentity(instance.user);
  if (service.isErr()) return unread(service.error.message);
  const { user, group } = service.value;
  const agentPlaces = await agentPlacesOf(
    instance,
    { root: site.root, group: site.owner.group },
    { name: user.name, home: user.home },
    group.name,
    null,
  );
  const points = await check({
    instance,
    service: service.value,
    web,
    site,
    channel: null,
    agentPlaces,
    options: {},
    accepted,
  });
  return {
    findings: points.flatMap(({ id, ok, detail }) =>
      ok === false ? [{ code: id, severity: 'broken' as const, found: detail, fix: migrateCommand(instance) }] : [],
    ),
    notChecked: points.flatMap(({ ok, detail }) => (ok === null ? [detail] : [])),
  };
}
