import { lstat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { countOwned, explainAccess } from '../../posix/index.js';
import type { Identity } from '../../posix/index.js';
import type { KimakiInstance } from '../findInstances.js';
import { RUNTIME_STATE } from '../statePaths.js';
import { surveyState } from '../surveyState.js';
import { entryType, walkState } from '../walkState.js';
import { finding } from './finding.js';
import type { DiagnosisError, InstanceFinding } from './finding.js';

/** What an instance keeps, and whether it can go on keeping it. */
export async function stateFindings(
  instance: KimakiInstance,
  service: Identity | null,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { dataDir, home, unit } = instance;
  const found: InstanceFinding[] = [];
  const type = await entryType(dataDir);
  if (type.isErr()) return err(type.error);
  if (type.value !== 'directory') {
    const what = type.value === null ? 'does not exist' : `is a ${type.value}`;
    return ok([finding('data-directory-missing', 'broken', `the data directory of ${unit}, ${dataDir}, ${what}: started now, it would begin anew`, 'correct the unit, or bring the data back')]);
  }
  const own = service?.user.home ?? home;
  if (/^\/(root|home\/[^/]+)(\/|$)/.test(dataDir) && !`${dataDir}/`.startsWith(`${own}/`)) {
    found.push(finding('data-directory-elsewhere', 'risk', `${dataDir} lies in another home than ${own}, that of ${instance.user}`, 'move it with the service: wca migrate-off-root plan'));
  }
  if (service !== null) {
    const writable = await explainAccess(dataDir, service, 'create');
    if (writable.isErr()) return err(writable.error);
    const { allowed, blockedAt } = writable.value;
    if (!allowed) {
      const at = blockedAt === null ? '' : ` at ${blockedAt.path} (${blockedAt.reason})`;
      found.push(finding('data-directory-closed', 'broken', `${service.user.name} cannot write ${dataDir}: refused${at}`, `give it to ${service.user.name}, while the service is stopped`));
    }
    const databases = await foreignDatabases(dataDir, service);
    if (databases.isErr()) return err(databases.error);
    found.push(...databases.value);
  }
  const both = await bothHomes(instance);
  if (both.isErr()) return err(both.error);
  const foreign = await foreignFiles(instance, service);
  return foreign.map((more) => [...found, ...both.value, ...more]);
}

/** SQLite has to write the log and the index beside the database too: one that is another's makes it read-only. */
async function foreignDatabases(dataDir: string, service: Identity): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const files: string[] = [];
  const walked = await walkState(dataDir, 2_000, (entry) => {
    if (entry.type === 'file' && /\.(db|sqlite3?)(-wal|-shm|-journal)?$/.test(entry.relative.join('/'))) files.push(entry.path.toString('utf8'));
    return 'skip';
  });
  if (walked.isErr()) return err(walked.error);
  const found: InstanceFinding[] = [];
  for (const file of files) {
    const stat = await lstat(file).catch(() => null);
    if (stat === null || stat.uid === service.user.uid) continue;
    const what = `${file} belongs to uid ${stat.uid}, not to ${service.user.name}: "attempt to write a readonly database"`;
    found.push(finding('database-owner', 'broken', what, `chown ${service.user.name}: it, while the service is stopped`));
  }
  return ok(found);
}

async function bothHomes({ dataDir, accountHome, home }: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const others = [...new Set(['/root', accountHome, home].flatMap((one) => (one === null ? [] : [`${one}/.kimaki`])))].filter((path) => path !== dataDir);
  const found: InstanceFinding[] = [];
  for (const path of others) {
    const survey = await surveyState(path);
    if (survey.isErr()) return err(survey.error);
    if (survey.value.holds === 'nothing') continue;
    const what = survey.value.holds === 'state' ? `holds state (${survey.value.evidence.slice(0, 3).join(', ')})` : 'holds the skeleton of an install';
    found.push(finding('state-in-both-homes', survey.value.holds === 'state' ? 'risk' : 'note', `${path} ${what}, and ${dataDir} is the one in use`, 'see which counts; nothing merges them'));
  }
  return ok(found);
}

/** What root left below a home that is another's; it is closed to the service as soon as it runs as that other. */
async function foreignFiles({ home, accountHome, user, unit }: KimakiInstance, service: Identity | null): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const isOthers = user !== 'root' || home !== (accountHome ?? home);
  if (!isOthers || service === null || home === '/') return ok([]);
  const found: InstanceFinding[] = [];
  for (const path of RUNTIME_STATE.map((name) => `${home}/${name}`)) {
    const type = await entryType(path);
    if (type.isErr()) return err(type.error);
    if (type.value !== 'directory') continue;
    const count = await countOwned(path, { by: 0 });
    if (count.isErr()) return err(count.error);
    if (count.value === 0) continue;
    const what = `${count.value} entries of ${path} are root's, in the home that ${unit} uses`;
    found.push(finding('foreign-files-in-home', user === 'root' ? 'risk' : 'broken', what, user === 'root' ? 'the migration gives them back' : `wca reclaim ${path} --from root --to ${user}:${service.group.name}`));
  }
  return ok(found);
}
