import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { KimakiInstance } from '../findInstances.js';
import { findSiteServices } from '../findSiteServices.js';
import { rootCronJobs } from '../rootCronJobs.js';
import { finding } from './finding.js';
import type { DiagnosisError, InstanceFinding } from './finding.js';

/** What an instance shares with others of the host that it must not; pure. */
export function sharedFindings(instance: KimakiInstance, instances: readonly KimakiInstance[]): readonly InstanceFinding[] {
  const { unit, lockPort, dataDir, site, environment } = instance;
  const others = instances.filter((other) => other.unit !== unit);
  const named = (same: (other: KimakiInstance) => boolean): string => others.filter(same).map((other) => other.unit).join(', ');
  const found: InstanceFinding[] = [];
  if (lockPort === null) {
    found.push(finding('port-invalid', 'broken', `KIMAKI_LOCK_PORT of ${unit} is "${(environment.KIMAKI_LOCK_PORT ?? '').slice(0, 40)}", which is no port`, 'set a port from 1024 to 65535'));
  }
  const port = named((other) => lockPort !== null && other.lockPort === lockPort);
  if (port !== '') found.push(finding('port-shared', 'broken', `${unit} and ${port} want the same lock port ${lockPort ?? 0}: only one of them runs`, 'give each a KIMAKI_LOCK_PORT of its own'));
  const data = named((other) => other.dataDir === dataDir);
  if (data !== '') found.push(finding('data-directory-shared', 'broken', `${unit} and ${data} write into the same ${dataDir}`, 'give each a data directory of its own'));
  const both = named((other) => site !== null && other.site === site);
  if (both !== '') found.push(finding('site-shared', 'risk', `${unit} and ${both} both work on ${site ?? ''}`, 'disable the one that is left over'));
  return found;
}

/** Who else works on the site as root, and so makes root-owned files again. */
export async function surroundingFindings({ unit, site }: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  if (site === null) return ok([]);
  const found: InstanceFinding[] = [];
  const services = await findSiteServices(site);
  if (services.isErr()) return err(services.error);
  for (const service of services.value) {
    if (service.user !== 'root') continue;
    const by = service.triggeredBy.length === 0 ? '' : `, started by ${service.triggeredBy.join(', ')}`;
    found.push(finding('companion-as-root', 'risk', `${service.unit} works on ${site} as root${by}`, `set User= to that of ${unit}, and UMask=0002`));
  }
  const jobs = await rootCronJobs(site);
  if (jobs.isErr()) return err(jobs.error);
  found.push(...jobs.value.map(({ file, line, text }) => finding('cron-as-root', 'risk', `${file}:${line} acts for the site as root: ${text}`, 'give the job to the service user or to www-data')));
  return ok(found);
}
