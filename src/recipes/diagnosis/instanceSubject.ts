import { diagnoseInstance } from '../../kimaki/diagnosis/index.js';
import type { DiagnosisRequest } from '../../kimaki/diagnosis/index.js';
import { isInUse } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import { bySeverity, findingsAbout, remedy } from '../../posix/findings/index.js';
import type { Finding } from '../../posix/findings/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../../wordpress/site/index.js';
import { readChannel } from '../host/index.js';
import type { DiagnosedSubject } from './hostDiagnosis.js';

/** The site of an instance: found, why it was not, or null where the unit names none. */
export type SiteOfInstance = { readonly site: Site } | { readonly message: string; readonly isMissing: boolean } | null;

/** Looks at one instance, with what its site registers for it. */
export async function instanceSubject(
  instance: KimakiInstance,
  instances: readonly KimakiInstance[],
  where: SiteOfInstance,
): Promise<DiagnosedSubject> {
  const { unit, fragmentPath } = instance;
  const others = instances.filter((one) => one.unit !== unit && isInUse(one));
  const around = await surroundings(instance, where, others);
  const diagnosed = await diagnoseInstance({ instance, instances, ...around.request });
  const { findings, notChecked } = diagnosed.unwrapOr({ findings: [], notChecked: [] });
  return {
    kind: 'instance',
    name: unit,
    path: fragmentPath,
    lookedAt: ['identity', 'unit and drop-ins', 'state', 'program and dispatch', 'neighbours, services and cron jobs'],
    findings: bySeverity([...siteFindings(unit, where), ...findings]),
    notChecked: [...around.notChecked, ...notChecked.map(({ what, why }) => `${what}: ${why}`)],
  };
}

/** What is wrong with where the unit says its site is. */
export function siteFindings(unit: string, where: SiteOfInstance): readonly Finding[] {
  if (where === null || 'site' in where) return [];
  const about = findingsAbout(unit);
  if (where.isMissing) {
    const way = remedy.inOrder(
      remedy.command('systemctl', 'edit', '--full', unit),
      remedy.text('correct WorkingDirectory='),
    );
    return [about('site-missing', 'broken', `${unit} works on a site that does not exist: ${where.message}`, way)];
  }
  // Root can read everything, so what root cannot read WordPress and the web server cannot read either.
  if (process.geteuid?.() !== 0) return [];
  const what = `the site of ${unit} cannot be examined: ${where.message}`;
  return [about('site-unreadable', 'broken', what, remedy.text('correct what the message names, and look again'))];
}

type Around = {
  readonly request: Pick<DiagnosisRequest, 'caller' | 'channel' | 'fpmUnit'>;
  readonly notChecked: readonly string[];
};

/** What reaches an instance from its site, as far as the site could be read. */
export async function surroundings(
  instance: KimakiInstance,
  where: SiteOfInstance,
  others: readonly KimakiInstance[] = [],
): Promise<Around> {
  const blind = (why: string): Around => ({
    request: { caller: null },
    notChecked: [`how WordPress reaches it: ${why}`],
  });
  if (where === null)
    return blind('the unit names no site (WorkingDirectory=, DATAMACHINE_SITE_PATH), and none was given');
  if (!('site' in where)) return blind(where.message);
  const { site } = where;
  const caller: Identity | null = (await lookupIdentity(site.owner.user)).unwrapOr(null);
  const fpm = site.fpm === null ? {} : { fpmUnit: site.fpm.unit };
  const channel = await readChannel(site.muPluginsDir, instance, others);
  if (channel.isErr()) return { request: { caller, ...fpm }, notChecked: [`its channel: ${channel.error.message}`] };
  if (channel.value === null) return { request: { caller, channel: null, ...fpm }, notChecked: [] };
  const { file, entry } = channel.value;
  const { command, args, env = {} } = entry;
  return { request: { caller, channel: { file, command, args, env }, ...fpm }, notChecked: [] };
}
