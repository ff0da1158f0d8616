import { lstat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../bridges/index.js';
import { countOwned } from '../../posix/search/index.js';
import { explainAccess } from '../../posix/access/index.js';
import { remedy } from '../../posix/findings/index.js';
import { firstFew, isAtOrBelow, printablePath } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { findLeftovers } from '../abilities/index.js';
import { migrationRemedy } from '../identity/index.js';
import type { KimakiInstance } from '../instance/index.js';
import { databasePlace, findStatePaths } from '../state-paths/index.js';
import { entryType, runtimeState, surveyState, walkState } from '../state/index.js';
import { editing, findingsOf } from './instanceFinding.js';
import type { DiagnosisError, InstanceFinding, Look, LookFound } from './instanceFinding.js';

/** What an instance keeps on disk, and whether it can go on using it. */
export function stateLooks(): readonly Look[] {
  return [
    { what: 'its data directory', look: ({ instance }, service) => dataFindings(instance, service) },
    { what: 'state in other homes', look: ({ instance }) => bothHomes(instance) },
    { what: 'what root left in its home', look: ({ instance }, service) => foreignFiles(instance, service) },
    { what: 'the paths in its state', look: ({ instance }) => oldPaths(instance) },
    {
      what: "root's leftovers in shared directories",
      look: ({ instance }, service) => closedLeftovers(instance, service),
    },
  ];
}

async function dataFindings(
  instance: KimakiInstance,
  service: Identity | null,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { dataDir, home, unit, fragmentPath } = instance;
  const about = findingsOf(instance);
  const found: InstanceFinding[] = [];
  const type = await entryType(dataDir);
  if (type.isErr()) return err(type.error);
  if (type.value !== 'directory') {
    const is = type.value === null ? 'does not exist' : `is a ${type.value}`;
    const what = `the data directory of ${unit}, ${dataDir}, ${is}: started now, the service would begin with empty data`;
    const way = remedy.anyOf(remedy.text('restore the data'), editing(fragmentPath, 'correct the data directory'));
    return ok([about('data-directory-missing', 'broken', what, way, [dataDir])]);
  }
  const own = service?.user.home ?? home;
  if (/^\/(root|home\/[^/]+)(\/|$)/.test(dataDir) && !isAtOrBelow(dataDir, own)) {
    const what = `${dataDir} lies in another home than ${own}, the home of ${instance.user}`;
    found.push(about('data-directory-elsewhere', 'risk', what, migrationRemedy(instance), [dataDir]));
  }
  if (service === null) return ok(found);
  const { name } = service.user;
  const writable = await explainAccess(dataDir, service, 'create');
  if (writable.isErr()) return err(writable.error);
  const { allowed, blockedAt } = writable.value;
  if (!allowed) {
    const at = blockedAt === null ? '' : ` at ${blockedAt.path} (${blockedAt.reason})`;
    const way = remedy.inOrder(
      remedy.command('systemctl', 'stop', unit),
      remedy.text(`let ${name} own it`),
      remedy.command('systemctl', 'start', unit),
    );
    const what = `${name} cannot write ${dataDir}: refused${at}`;
    found.push(about('data-directory-closed', 'broken', what, way, [blockedAt?.path ?? dataDir]));
  }
  const databases = await foreignDatabases(instance, service);
  return databases.map((more) => [...found, ...more]);
}

/** Paths inside the state that lead to another home, which the agent cannot enter any more. */
async function oldPaths(instance: KimakiInstance): Promise<Result<LookFound, DiagnosisError>> {
  const { dataDir, home, user } = instance;
  const type = await entryType(dataDir);
  if (type.isErr()) return err(type.error);
  if (user === 'root' || home === '/root' || type.value !== 'directory') return ok([]);
  const plan = await findStatePaths({ roots: [dataDir], oldHomes: ['/root'], moves: [{ from: '/root', to: home }] });
  if (plan.isErr()) return err(plan.error);
  const { paths, notSearched } = plan.value;
  const places = paths.map((path) =>
    path.kind === 'database' ? `${printablePath(path.file)}, ${databasePlace(path)}` : printablePath(path.file),
  );
  if (places.length === 0) return ok({ found: [], leftOut: notSearched });
  const what = `the state leads into /root, which ${user} cannot enter: ${firstFew(places, SHOWN, '; ')}`;
  const way = remedy.anyOf(
    migrationRemedy(instance),
    remedy.text('correct what still leads there while the service is stopped'),
  );
  return ok({ found: [findingsOf(instance)('old-home-in-state', 'risk', what, way, places)], leftOut: notSearched });
}

/** As many places as a person reads. */
const SHOWN = 3;

/** What root left in directories where only an owner may replace it; a program that wants to write there again fails. */
async function closedLeftovers(
  instance: KimakiInstance,
  service: Identity | null,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  if (service === null || service.user.uid === 0) return ok([]);
  const { user } = instance;
  return (await findLeftovers(bridgeNamed(instance.bridge), service)).map((paths) =>
    paths.map((path) => {
      const what = `${path} is closed to ${user}, whose programs may want to write under that name`;
      const way = remedy.when(
        'it is a leftover of root',
        remedy.call('reclaim', path, { from: 'root', to: `${user}:${service.group.name}` }),
      );
      return findingsOf(instance)('leftover-closed', 'risk', what, way, [path]);
    }),
  );
}

/** Entries of the state that are looked at; its databases lie near its top. */
const MOST_ENTRIES = 20_000;
const PASSED_OVER: ReadonlySet<string> = new Set(['node_modules', '.git', '.cache']);

/** SQLite has to write the log and the index beside the database too: where another account owns one, it is read-only. */
async function foreignDatabases(
  instance: KimakiInstance,
  service: Identity,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const files: string[] = [];
  const walked = await walkState(instance.dataDir, MOST_ENTRIES, (entry) => {
    if (entry.type === 'file' && /\.(db|sqlite3?)(-wal|-shm|-journal)?$/.test(entry.relative.at(-1) ?? ''))
      files.push(entry.path.toString('utf8'));
    return PASSED_OVER.has(entry.relative.at(-1) ?? '') ? 'skip' : 'go';
  });
  if (walked.isErr()) return err(walked.error);
  const { name, uid } = service.user;
  const found: InstanceFinding[] = [];
  for (const file of files) {
    const stat = await lstat(file).catch(() => null);
    if (stat === null || stat.uid === uid) continue;
    const what = `${file} belongs to uid ${stat.uid}, not to ${name}: "attempt to write a readonly database"`;
    const way = remedy.inOrder(
      remedy.command('systemctl', 'stop', instance.unit),
      remedy.command('chown', '-h', `${name}:`, file),
      remedy.command('systemctl', 'start', instance.unit),
    );
    found.push(findingsOf(instance)('database-owner', 'broken', what, way, [file]));
  }
  return ok(found);
}

async function bothHomes(instance: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { dataDir, accountHome, home } = instance;
  const { dataDirName } = bridgeNamed(instance.bridge);
  const others = [
    ...new Set(['/root', accountHome, home].flatMap((one) => (one === null ? [] : [`${one}/${dataDirName}`]))),
  ].filter((path) => path !== dataDir);
  const found: InstanceFinding[] = [];
  for (const path of others) {
    const survey = await surveyState(path);
    if (survey.isErr()) return err(survey.error);
    const { holds, evidence } = survey.value;
    if (holds === 'nothing') continue;
    const held = holds === 'state' ? `state (${evidence.slice(0, 3).join(', ')})` : 'the skeleton of an install';
    const what = `${path} holds ${held}, and the service uses ${dataDir}`;
    const way = remedy.text('decide which copy to keep and set the other aside; nothing is merged');
    found.push(
      findingsOf(instance)('state-in-both-homes', holds === 'state' ? 'risk' : 'note', what, way, [path, dataDir]),
    );
  }
  return ok(found);
}

/**
 * What root owns below a home of another account, or in the data directory, at any depth; it is closed to the service once
 * it runs as that account.
 */
async function foreignFiles(
  instance: KimakiInstance,
  service: Identity | null,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { home, accountHome, user, unit } = instance;
  const isOthers = user !== 'root' || home !== (accountHome ?? home);
  if (!isOthers || service === null || home === '/') return ok([]);
  const found: InstanceFinding[] = [];
  const places = runtimeState(bridgeNamed(instance.bridge)).map((name) => `${home}/${name}`);
  const { dataDir } = instance;
  const isElsewhere = user !== 'root' && !places.some((path) => isAtOrBelow(dataDir, path));
  for (const path of isElsewhere ? [...places, dataDir] : places) {
    const type = await entryType(path);
    if (type.isErr()) return err(type.error);
    if (type.value !== 'directory') continue;
    const count = await countOwned(path, { by: 0 });
    if (count.isErr()) return err(count.error);
    if (count.value === 0) continue;
    const isRoot = user === 'root';
    const where = path === dataDir && isElsewhere ? `the data directory of ${unit}` : `the home that ${unit} uses`;
    const what = `${count.value} entries of ${path} belong to root, in ${where}`;
    const way = isRoot
      ? migrationRemedy(instance)
      : remedy.call('reclaim', path, { from: 'root', to: `${user}:${service.group.name}` });
    found.push(findingsOf(instance)('foreign-files-in-home', isRoot ? 'risk' : 'broken', what, way, [path]));
  }
  return ok(found);
}
