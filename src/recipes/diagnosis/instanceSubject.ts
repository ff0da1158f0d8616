import { examineInstance } from '../../kimaki/diagnosis/index.js';
import type { DiagnosisRequest } from '../../kimaki/diagnosis/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import { shellWord } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../../wordpress/site/index.js';
import { readChannel } from '../host/index.js';
import { bySeverity } from './hostDiagnosis.js';
import type { DiagnosedSubject, HostFinding } from './hostDiagnosis.js';

/** The site of an instance: found, why it was not, or null where the unit names none. */
export type SiteOfInstance = { readonly site: Site } | { readonly message: string; readonly isMissing: boolean } | null;

/** Looks at one instance, with what its site registers for it. */
export async function instanceSubject(
  instance: KimakiInstance,
  instances: readonly KimakiInstance[],
  where: SiteOfInstance,
): Promise<DiagnosedSubject> {
  const { unit, fragmentPath } = instance;
  const around = await surroundings(instance, where);
  const { findings, notChecked } = await examineInstance({ instance, instances, ...around.request });
  const found = findings.map(({ id, weight, found: what, fix }): HostFinding => ({
    code: id,
    severity: weight,
    found: what,
    fix,
  }));
  return {
    kind: 'instance',
    name: unit,
    path: fragmentPath,
    lookedAt: ['identity', 'unit and drop-ins', 'state', 'program and dispatch', 'neighbours, services and cron jobs'],
    findings: bySeverity([...siteFindings(unit, where), ...found]),
    notChecked: [...around.notChecked, ...notChecked.map(({ what, why }) => `${what}: ${why}`)],
  };
}

function siteFindings(unit: string, where: SiteOfInstance): readonly HostFinding[] {
  if (where === null || 'site' in where) return [];
  if (!where.isMissing) {
    // To root everything is open: what it cannot read, WordPress or the web server cannot either.
    if (process.geteuid?.() !== 0) return [];
    return [
      {
        code: 'site-unreadable',
        severity: 'broken',
        found: `the site of ${unit} cannot be told: ${where.message}`,
        fix: 'correct what is named there, and look again',
      },
    ];
  }
  return [
    {
      code: 'site-missing',
      severity: 'broken',
      found: `${unit} works on a site that is not there: ${where.message}`,
      fix: `systemctl edit --full ${shellWord(unit)}: correct WorkingDirectory=`,
    },
  ];
}

type Around = {
  readonly request: Pick<DiagnosisRequest, 'caller' | 'channel' | 'fpmUnit'>;
  readonly notChecked: readonly string[];
};

async function surroundings(instance: KimakiInstance, where: SiteOfInstance): Promise<Around> {
  const blind = (why: string): Around => ({
    request: { caller: null },
    notChecked: [`how WordPress reaches it: ${why}`],
  });
  if (where === null)
    return blind('the unit names no site (WorkingDirectory=, DATAMACHINE_SITE_PATH); name it with --site');
  if (!('site' in where)) return blind(where.message);
  const { site } = where;
  const caller: Identity | null = (await lookupIdentity(site.owner.user)).unwrapOr(null);
  const fpm = site.fpm === null ? {} : { fpmUnit: site.fpm.unit };
  const channel = await readChannel(site.muPluginsDir, instance.name ?? '');
  if (channel.isErr()) return { request: { caller, ...fpm }, notChecked: [`its channel: ${channel.error.message}`] };
  if (channel.value === null) return { request: { caller, channel: null, ...fpm }, notChecked: [] };
  const { file, entry } = channel.value;
  const { command, env = {} } = entry;
  return { request: { caller, channel: { file, command, env }, ...fpm }, notChecked: [] };
}
