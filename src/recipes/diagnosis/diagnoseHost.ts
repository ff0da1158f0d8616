import { hostname } from 'node:os';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { FindInstancesError, KimakiInstance } from '../../kimaki/instance/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import { bySeverity, findingsAbout, remedy } from '../../posix/findings/index.js';
import type { Finding } from '../../posix/findings/index.js';
import { findSite } from '../../wordpress/site/index.js';
import type { Site, SiteError } from '../../wordpress/site/index.js';
import { DEFAULT_STATE_DIR, readData } from '../engine/index.js';
import { migrationOptions } from '../host/index.js';
import type { MigrationOptions } from '../host/index.js';
import { migrationStatus } from '../migrateOffRoot/index.js';
import { lookAt, looked, unread } from './hostDiagnosis.js';
import type { DiagnosedSubject, HostDiagnosis } from './hostDiagnosis.js';
import { hostParts } from './hostParts.js';
import { chooseInstances } from './chooseInstances.js';
import type { ChosenInstances } from './chooseInstances.js';
import { instanceSubject } from './instanceSubject.js';
import type { SiteOfInstance } from './instanceSubject.js';
import { sharingParts } from './sharingParts.js';
import { siteParts } from './siteParts.js';

/** Which part of a host to diagnose. @inline */
export interface DiagnoseHostRequest {
  /** The site's root or anything below it, absolute. Default: the site of every diagnosed instance. */
  readonly site?: string;
  /** One instance's unit. Default: every instance of the host, and with `site` every one that works on it. */
  readonly unit?: string;
  /** Where runs of this tool are kept. Default `/var/lib/wca`. */
  readonly stateDir?: string;
}

/** What was named does not exist, or cannot be read. */
export type DiagnoseHostError = FindInstancesError | SiteError;

/**
 * Names every known fault of the kimaki instances of this host, of their sites and of the host itself, each with what was
 * found and what to do; writes nothing.
 *
 * It combines `diagnoseInstance`, `diagnoseSite`, `inspectManagedFiles`, those acceptance checks of a migration that have
 * no side effects, and the state of the last run. What could not be looked at, because root or a program is missing, is in
 * `notChecked` of its subject and counts as neither good nor bad. The same finding about several instances is reported once,
 * for the host. An instance that root cannot read is a finding. Nothing is started, sent or updated: whether a flow
 * completes or an update works is checked by `verifyMigration`. A host without an instance is no error.
 *
 * Errors: {@link DiagnoseHostError}, about what was named (`UNIT_NOT_FOUND`, `UNIT_WITHOUT_FILE`, `NOT_A_SITE` …), and
 * `SYSTEMD_NOT_RUNNING` where no site was named.
 *
 * @example
 * ```ts
 * import { diagnoseHost } from '@wca/runtime-sdk/recipes';
 *
 * const diagnosis = await diagnoseHost({});
 * if (diagnosis.isErr()) throw new Error(diagnosis.error.message);
 * for (const { name, findings, notChecked } of diagnosis.value.subjects) {
 *   for (const { severity, id, what, remedy } of findings) console.log(name, severity, id, what, remedy);
 *   for (const what of notChecked) console.log(name, 'not checked:', what);
 * }
 * ```
 */
export function diagnoseHost(request: DiagnoseHostRequest): ResultAsync<HostDiagnosis, DiagnoseHostError> {
  return new ResultAsync(diagnose(request));
}

async function diagnose({
  site: named,
  unit,
  stateDir = DEFAULT_STATE_DIR,
}: DiagnoseHostRequest): Promise<Result<HostDiagnosis, DiagnoseHostError>> {
  const chosen = await chooseInstances(unit, named !== undefined);
  if (chosen.isErr()) return err(chosen.error);
  const found = named === undefined ? ok(null) : await findSite(named);
  if (found.isErr()) return err(found.error);
  const namedSite = found.value;
  const located = await locate(chosen.value.chosen, namedSite, unit !== undefined);

  const instances: DiagnosedSubject[] = [];
  for (const { instance, where } of located) instances.push(await instanceSubject(instance, chosen.value.all, where));
  const sites = sitesOf(located, namedSite);
  const accepted = await lastAccepted(stateDir);
  const judged: DiagnosedSubject[] = [];
  for (const { site, instance } of sites) judged.push(await siteSubject(site, instance, accepted));

  const trees = [...sites.map(({ site }) => site.contentDir), ...located.map(({ instance }) => instance.dataDir)];
  const { apart, common } = toldOnce(instances);
  const host = await lookAt({ kind: 'host', name: hostname(), path: null }, hostParts(stateDir, trees));
  const subjects = runFirst([
    {
      ...host,
      findings: bySeverity([
        ...host.findings,
        ...common,
        ...chosen.value.findings,
        ...noInstance(chosen.value, located),
      ]),
      notChecked: [...host.notChecked, ...chosen.value.notChecked],
    },
    ...apart,
    ...judged,
  ]);
  return ok({ ok: !subjects.some(({ findings }) => findings.some(({ severity }) => severity === 'broken')), subjects });
}

type Located = { readonly instance: KimakiInstance; readonly where: SiteOfInstance };

/** Each instance with its site; with a site named, those that work on it or that name none. */
async function locate(
  instances: readonly KimakiInstance[],
  named: Site | null,
  isUnitNamed: boolean,
): Promise<readonly Located[]> {
  const located: Located[] = [];
  const known = new Map<string, SiteOfInstance>();
  for (const instance of instances) {
    const own = instance.site;
    const where = own === null ? null : (known.get(own) ?? (await siteAt(own)));
    if (own !== null) known.set(own, where);
    const isOther = where !== null && named !== null && !('site' in where && where.site.path === named.path);
    if (isOther && !isUnitNamed) continue;
    located.push({ instance, where: named === null ? where : { site: named } });
  }
  return located;
}

async function siteAt(path: string): Promise<SiteOfInstance> {
  const found = await findSite(path);
  if (found.isOk()) return { site: found.value };
  return { message: found.error.message, isMissing: found.error.code === 'NOT_A_SITE' };
}

/** Every site once, with the first instance that works on it. */
function sitesOf(
  located: readonly Located[],
  named: Site | null,
): readonly { readonly site: Site; readonly instance: KimakiInstance | null }[] {
  const sites = new Map<string, { readonly site: Site; readonly instance: KimakiInstance | null }>();
  for (const { instance, where } of located) {
    if (where !== null && 'site' in where && !sites.has(where.site.path))
      sites.set(where.site.path, { site: where.site, instance });
  }
  if (named !== null && !sites.has(named.path)) sites.set(named.path, { site: named, instance: null });
  return [...sites.values()];
}

async function siteSubject(
  site: Site,
  instance: KimakiInstance | null,
  accepted: MigrationOptions,
): Promise<DiagnosedSubject> {
  const subject = { kind: 'site', name: site.path, path: site.path } as const;
  if (site.owner.uid === 0) {
    const what = `WordPress at ${site.path} runs as root: whoever can make PHP run a program is root, and its files have no other account to belong to`;
    const way = remedy.text('set user= and group= in its php-fpm pool, and restart php-fpm');
    const runsAsRoot = findingsAbout(site.path)('site-runs-as-root', 'broken', what, way);
    return lookAt(subject, [{ what: 'its account', look: async () => looked([runsAsRoot]) }]);
  }
  const web = await lookupIdentity(site.owner.user);
  if (web.isErr()) {
    const { message } = web.error;
    return lookAt(subject, [{ what: 'its account', look: async () => unread(message) }]);
  }
  const around = { site, web: web.value, instance, accepted };
  return lookAt(subject, [...siteParts(around), ...sharingParts(around)]);
}

/** The options of the last migration: what it was asked to leave alone is not a fault. */
async function lastAccepted(stateDir: string): Promise<MigrationOptions> {
  const status = await migrationStatus({ stateDir });
  if (status.isErr() || status.value.state !== 'applied') return {};
  return readData(migrationOptions, status.value.options).unwrapOr({});
}

/** Takes a finding that several instances have in the same words as one of the host; pure. */
export function toldOnce(subjects: readonly DiagnosedSubject[]): {
  readonly apart: readonly DiagnosedSubject[];
  readonly common: readonly Finding[];
} {
  const key = ({ id, what }: Finding): string => `${id} ${what}`;
  const times = new Map<string, number>();
  for (const { findings } of subjects)
    for (const one of new Set(findings.map(key))) times.set(one, (times.get(one) ?? 0) + 1);
  const isCommon = (one: Finding): boolean => (times.get(key(one)) ?? 0) > 1;
  const common = new Map(
    subjects.flatMap(({ findings }) => findings.filter(isCommon).map((one) => [key(one), one] as const)),
  );
  const apart = subjects.map((subject) => ({ ...subject, findings: subject.findings.filter((one) => !isCommon(one)) }));
  return { apart, common: [...common.values()] };
}

const UNFINISHED: ReadonlySet<string> = new Set(['interrupted-run', 'run-under-way']);

/**
 * While a run is unfinished, what it has stopped, masked or moved looks broken, and must not be mended by hand: the way on of
 * every finding is that of the run; pure.
 */
export function runFirst(subjects: readonly DiagnosedSubject[]): readonly DiagnosedSubject[] {
  const run = subjects.flatMap(({ findings }) => findings).find(({ id }) => UNFINISHED.has(id));
  if (run === undefined) return subjects;
  return subjects.map((subject) => ({
    ...subject,
    findings: subject.findings.map((finding) => ({ ...finding, remedy: run.remedy })),
  }));
}

/** There is no instance, and no other finding explains why. */
function noInstance(
  { chosen, findings, notChecked }: ChosenInstances,
  located: readonly Located[],
): readonly Finding[] {
  const isExplained = notChecked.length > 0 || findings.some(({ severity }) => severity === 'broken');
  if (located.length > 0 || isExplained) return [];
  const what =
    chosen.length === 0
      ? 'there is no roadie.service, roadie-NAME.service, kimaki.service or kimaki-NAME.service that could run on this host'
      : 'no instance of this host works on that site';
  const way = remedy.when('its unit has another name', remedy.option('unit'));
  return [findingsAbout(hostname())('no-instance', 'note', what, way)];
}
