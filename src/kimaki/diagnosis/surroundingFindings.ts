import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../bridges/index.js';
import { remedy } from '../../posix/findings/index.js';
import { octalMode } from '../../posix/paths/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import { rootCronJobs } from '../abilities/index.js';
import { SHARED_UMASK, migrationRemedy } from '../identity/index.js';
import { findSiteServices, isInUse, readBotState } from '../instance/index.js';
import type { KimakiInstance } from '../instance/index.js';
import { editing, findingsOf } from './instanceFinding.js';
import type { DiagnosisError, InstanceFinding, Look } from './instanceFinding.js';

/** What an instance shares with other instances and must not share; pure. */
export function sharedFindings(
  instance: KimakiInstance,
  instances: readonly KimakiInstance[],
): readonly InstanceFinding[] {
  const { unit, lockPort, dataDir, site, environment, fragmentPath } = instance;
  const about = findingsOf(instance);
  const others = instances.filter((other) => other.unit !== unit && isInUse(other));
  const named = (same: (other: KimakiInstance) => boolean): string =>
    others
      .filter(same)
      .map((other) => other.unit)
      .join(', ');
  const found: InstanceFinding[] = [];
  const { title, variables } = bridgeNamed(instance.bridge);
  const variable = variables.lockPort ?? '';
  const given = environment[variable];
  if (given !== undefined && given !== '' && Number.parseInt(given, 10) !== lockPort) {
    const what = `${variable} of ${unit} is "${given.slice(0, 40)}", which is not a port: ${title} ignores it and takes ${lockPort ?? 0}`;
    found.push(about('port-invalid', 'risk', what, editing(fragmentPath, 'set a port from 1024 to 65535')));
  }
  const port = named((other) => lockPort !== null && other.lockPort === lockPort);
  if (port !== '') {
    const what = `${unit} and ${port} use the same lock port ${lockPort ?? 0}: whichever starts ends the other`;
    found.push(about('port-shared', 'broken', what, remedy.text(`give each instance a ${variable} of its own`)));
  }
  const data = named((other) => other.dataDir === dataDir);
  if (data !== '') {
    const what = `${unit} and ${data} write into the same ${dataDir}`;
    const way = remedy.text('give each instance a data directory of its own');
    found.push(about('data-directory-shared', 'broken', what, way, [dataDir]));
  }
  const both = named((other) => site !== null && other.site === site);
  if (both !== '') {
    const what = `${unit} and ${both} both work on ${site ?? ''}`;
    found.push(about('site-shared', 'risk', what, remedy.text('disable the instance that is no longer used')));
  }
  return found;
}

/** Other services and cron jobs that work on the site, and the account they run as. */
export function surroundingLooks(): readonly Look[] {
  return [
    { what: 'the bot behind its process', look: ({ instance }) => botFindings(instance) },
    { what: 'services that work on its site', look: ({ instance }) => serviceFindings(instance) },
    { what: "root's cron jobs", look: ({ instance }) => cronFindings(instance) },
  ];
}

/** A living process of the unit says nothing of the bot that it starts. */
async function botFindings(instance: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  if (instance.state.activeState !== 'active' || instance.state.mainPid === 0) return ok([]);
  const way = remedy.inOrder(
    remedy.command('journalctl', '-u', instance.unit, '-n', '50'),
    remedy.text('repair what it names, and restart the unit'),
  );
  const state = await readBotState(instance);
  return state.map(({ problem }) =>
    problem === null ? [] : [findingsOf(instance)('bot-not-running', 'broken', problem, way)],
  );
}

async function serviceFindings(instance: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { site, user, companions } = instance;
  if (site === null) return ok([]);
  const about = findingsOf(instance);
  const found: InstanceFinding[] = [];
  const services = await findSiteServices(site);
  if (services.isErr()) return err(services.error);
  for (const service of services.value) {
    if (service.user !== 'root') continue;
    const by = service.triggeredBy.length === 0 ? '' : `, started by ${service.triggeredBy.join(', ')}`;
    const what = `${service.unit} works on ${site} as root${by}: root owns what it writes`;
    const settings = { 'Service.User': user, 'Service.UMask': '0002' };
    const way =
      user === 'root'
        ? migrationRemedy(instance)
        : remedy.when('it does not need the rights of root', remedy.call('editUnit', service.unit, settings));
    found.push(about('companion-as-root', 'risk', what, way));
  }
  for (const companion of user === 'root' ? [] : companions.filter((one) => one.endsWith('.service'))) {
    const state = await showUnit(companion);
    if (state.isErr()) return err(state.error);
    if (state.value.umask === SHARED_UMASK) continue;
    const what = `${companion} works on ${site} too, with UMask=${octalMode(state.value.umask)}: WordPress cannot update what it writes`;
    const way = remedy.call('editUnit', companion, { 'Service.UMask': '0002' });
    found.push(about('companion-umask', 'broken', what, way));
  }
  return ok(found);
}

async function cronFindings(instance: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { site, user } = instance;
  if (site === null) return ok([]);
  const account = user === 'root' ? 'the account the service moves to' : user;
  const way = remedy.text(`let ${account} or www-data run the job, and take --allow-root out of it`);
  return rootCronJobs(site).map((jobs) =>
    jobs.map(({ file, line, text }) => {
      const where = `${file}:${line}`;
      return findingsOf(instance)('cron-as-root', 'risk', `${where} works on the site as root: ${text}`, way, [where]);
    }),
  );
}
