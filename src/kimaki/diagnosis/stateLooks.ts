import { lstat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { countOwned } from '../../posix/search/index.js';
import { explainAccess } from '../../posix/access/index.js';
import { isAtOrBelow, printablePath, shellWord } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { databasePlace, findStatePaths } from '../state-paths/index.js';
import type { KimakiInstance } from '../instance/index.js';
import { migrateCommand } from '../identity/index.js';
import { findLeftovers } from '../abilities/index.js';
import { RUNTIME_STATE, entryType, surveyState, walkState } from '../state/index.js';
import { finding } from './finding.js';
import type { DiagnosisError, InstanceFinding, Look, LookFound } from './finding.js';

/** What an instance keeps, and whether it can go on keeping it. */
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
  const { dataDir, home, unit } = instance;
  const found: InstanceFinding[] = [];
  const type = await entryType(dataDir);
  if (type.isErr()) return err(type.error);
  if (type.value !== 'directory') {
    const what = type.value === null ? 'does not exist' : `is a ${type.value}`;
    return ok([
      finding(
        'data-directory-missing',
        'broken',
        `the data directory of ${unit}, ${dataDir}, ${what}: started now, it would begin anew`,
        'correct the unit, or bring the data back',
      ),
    ]);
  }
  const own = service?.user.home ?? home;
  if (/^\/(root|home\/[^/]+)(\/|$)/.test(dataDir) && !isAtOrBelow(dataDir, own)) {
    found.push(
      finding(
        'data-directory-elsewhere',
        'risk',
        `${dataDir} lies in another home than ${own}, that of ${instance.user}`,
        migrateCommand(instance),
      ),
    );
  }
  if (service !== null) {
    const writable = await explainAccess(dataDir, service, 'create');
    if (writable.isErr()) return err(writable.error);
    const { allowed, blockedAt } = writable.value;
    if (!allowed) {
      const at = blockedAt === null ? '' : ` at ${blockedAt.path} (${blockedAt.reason})`;
      found.push(
        finding(
          'data-directory-closed',
          'broken',
          `${service.user.name} cannot write ${dataDir}: refused${at}`,
          `give it to ${service.user.name}, while the service is stopped`,
        ),
      );
    }
    const databases = await foreignDatabases(dataDir, service);
    if (databases.isErr()) return err(databases.error);
    found.push(...databases.value);
  }
  return ok(found);
}

/** What the state says of where things are, and is another home: the agent cannot go there any more. */
async function oldPaths({ dataDir, home, user }: KimakiInstance): Promise<Result<LookFound, DiagnosisError>> {
  const type = await entryType(dataDir);
  if (type.isErr()) return err(type.error);
  if (user === 'root' || home === '/root' || type.value !== 'directory') return ok([]);
  const plan = await findStatePaths({ roots: [dataDir], oldHomes: ['/root'], moves: [{ from: '/root', to: home }] });
  if (plan.isErr()) return err(plan.error);
  const { paths, notSearched } = plan.value;
  const places = paths.map((path) =>
    path.kind === 'database' ? `${printablePath(path.file)}, ${databasePlace(path)}` : printablePath(path.file),
  );
  const more = places.length > SHOWN ? ` and ${places.length - SHOWN} more` : '';
  const found =
    places.length === 0
      ? []
      : [
          finding(
            'old-home-in-state',
            'risk',
            `the state leads into /root, where ${user} may not go: ${places.slice(0, SHOWN).join('; ')}${more}`,
            'correct them while the service is stopped; rewriteStatePaths of @wca/runtime-sdk/kimaki does that',
          ),
        ];
  return ok({ found, leftOut: notSearched });
}

/** As many places as a person reads. */
const SHOWN = 3;

/** What root left in directories where only an owner may replace it; a program that wants to write there again fails. */
async function closedLeftovers(
  { user }: KimakiInstance,
  service: Identity | null,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  if (service === null || service.user.uid === 0) return ok([]);
  const leftovers = await findLeftovers(service);
  return leftovers.map((paths) =>
    paths.map((path) => {
      const fix = `see whose it is; if it is root's: wca reclaim ${shellWord(path)} --from root --to ${user}:${service.group.name}`;
      return finding(
        'leftover-closed',
        'risk',
        `${path} is closed to ${user}, who may want to write there under that name`,
        fix,
      );
    }),
  );
}

/** SQLite has to write the log and the index beside the database too: one that is another's makes it read-only. */
async function foreignDatabases(
  dataDir: string,
  service: Identity,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const files: string[] = [];
  const walked = await walkState(dataDir, 2_000, (entry) => {
    if (entry.type === 'file' && /\.(db|sqlite3?)(-wal|-shm|-journal)?$/.test(entry.relative.join('/')))
      files.push(entry.path.toString('utf8'));
    return 'skip';
  });
  if (walked.isErr()) return err(walked.error);
  const found: InstanceFinding[] = [];
  for (const file of files) {
    const stat = await lstat(file).catch(() => null);
    if (stat === null || stat.uid === service.user.uid) continue;
    const what = `${file} belongs to uid ${stat.uid}, not to ${service.user.name}: "attempt to write a readonly database"`;
    found.push(
      finding(
        'database-owner',
        'broken',
        what,
        `while the service is stopped: chown -h ${service.user.name}: ${shellWord(file)}`,
      ),
    );
  }
  return ok(found);
}

async function bothHomes({
  dataDir,
  accountHome,
  home,
}: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const others = [
    ...new Set(['/root', accountHome, home].flatMap((one) => (one === null ? [] : [`${one}/.kimaki`]))),
  ].filter((path) => path !== dataDir);
  const found: InstanceFinding[] = [];
  for (const path of others) {
    const survey = await surveyState(path);
    if (survey.isErr()) return err(survey.error);
    if (survey.value.holds === 'nothing') continue;
    const what =
      survey.value.holds === 'state'
        ? `holds state (${survey.value.evidence.slice(0, 3).join(', ')})`
        : 'holds the skeleton of an install';
    found.push(
      finding(
        'state-in-both-homes',
        survey.value.holds === 'state' ? 'risk' : 'note',
        `${path} ${what}, and ${dataDir} is the one in use`,
        'see which counts; nothing merges them',
      ),
    );
  }
  return ok(found);
}

/** What root left below a home that is another's; it is closed to the service as soon as it runs as that other. */
async function foreignFiles(
  { home, accountHome, user, unit }: KimakiInstance,
  service: Identity | null,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
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
    found.push(
      finding(
        'foreign-files-in-home',
        user === 'root' ? 'risk' : 'broken',
        what,
        user === 'root'
          ? migrateCommand({ unit, user })
          : `wca reclaim ${shellWord(path)} --from root --to ${user}:${service.group.name}`,
      ),
    );
  }
  return ok(found);
}
