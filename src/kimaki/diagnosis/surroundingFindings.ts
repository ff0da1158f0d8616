import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { shellWord } from '../../posix/paths/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import type { KimakiInstance } from '../instance/index.js';
import { findSiteServices } from '../instance/index.js';
import { SHARED_UMASK, migrateCommand } from '../identity/index.js';
import { rootCronJobs } from '../abilities/index.js';
import { finding } from './finding.js';
import type { DiagnosisError, InstanceFinding, Look } from './finding.js';

/** What an instance shares with others of the host that it must not; pure. */
export function sharedFindings(
  instance: KimakiInstance,
  instances: readonly KimakiInstance[],
): readonly InstanceFinding[] {
  const { unit, lockPort, dataDir, site, environment } = instance;
  const others = instances.filter((other) => other.unit !== unit);
  const named = (same: (other: KimakiInstance) => boolean): string =>
    others
      .filter(same)
      .map((other) => other.unit)
      .join(', ');
  const found: InstanceFinding[] = [];
  if (lockPort === null) {
    found.push(
      finding(
        'port-invalid',
        'broken',
        `KIMAKI_LOCK_PORT of ${unit} is "${(environment.KIMAKI_LOCK_PORT ?? '').slice(0, 40)}", which is no port`,
        'set a port from 1024 to 65535',
      ),
    );
  }
  const port = named((other) => lockPort !== null && other.lockPort === lockPort);
  if (port !== '')
    found.push(
      finding(
        'port-shared',
        'broken',
        `${unit} and ${port} want the same lock port ${lockPort ?? 0}: only one of them runs`,
        'give each a KIMAKI_LOCK_PORT of its own',
      ),
    );
  const data = named((other) => other.dataDir === dataDir);
  if (data !== '')
    found.push(
      finding(
        'data-directory-shared',
        'broken',
        `${unit} and ${data} write into the same ${dataDir}`,
        'give each a data directory of its own',
      ),
    );
  const both = named((other) => site !== null && other.site === site);
  if (both !== '')
    found.push(
      finding(
        'site-shared',
        'risk',
        `${unit} and ${both} both work on ${site ?? ''}`,
        'disable the one that is left over',
      ),
    );
  return found;
}

/** Who else works on the site, and as whom. */
export function surroundingLooks(): readonly Look[] {
  return [
    { what: 'services that work on its site', look: ({ instance }) => serviceFindings(instance) },
    { what: "root's cron jobs", look: ({ instance }) => cronFindings(instance) },
  ];
}

async function serviceFindings({
  unit,
  site,
  user,
  companions,
}: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  if (site === null) return ok([]);
  const found: InstanceFinding[] = [];
  const services = await findSiteServices(site);
  if (services.isErr()) return err(services.error);
  for (const service of services.value) {
    if (service.user !== 'root') continue;
    const by = service.triggeredBy.length === 0 ? '' : `, started by ${service.triggeredBy.join(', ')}`;
    const what = `${service.unit} works on ${site} as root${by}: what it writes is root's`;
    const fix =
      user === 'root'
        ? migrateCommand({ unit, user })
        : `wca unit set ${shellWord(service.unit)} Service.User=${user} Service.UMask=0002, unless root's rights are needed`;
    found.push(finding('companion-as-root', 'risk', what, fix));
  }
  for (const companion of user === 'root' ? [] : companions.filter((one) => one.endsWith('.service'))) {
    const state = await showUnit(companion);
    if (state.isErr()) return err(state.error);
    if (state.value.umask === SHARED_UMASK) continue;
    const what = `${companion} works on ${site} too, with UMask=${state.value.umask.toString(8).padStart(4, '0')}: WordPress cannot update what it writes`;
    found.push(finding('companion-umask', 'broken', what, `wca unit set ${shellWord(companion)} Service.UMask=0002`));
  }
  return ok(found);
}

async function cronFindings({
  site,
  user,
}: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  if (site === null) return ok([]);
  const jobs = await rootCronJobs(site);
  const fix =
    user === 'root'
      ? 'give the job to the account the service moves to, or to www-data'
      : `give the job to ${user} or to www-data, without --allow-root`;
  return jobs.map((found) =>
    found.map(({ file, line, text }) =>
      finding('cron-as-root', 'risk', `${file}:${line} acts for the site as root: ${text}`, fix),
    ),
  );
}
