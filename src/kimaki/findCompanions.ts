import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, readRegularFile } from '../posix/index.js';
import type { IoError } from '../posix/index.js';
import { describeInstance } from './describeInstance.js';
import { isCompanion } from './isCompanion.js';
import type { CompanionFacts, CompanionOf } from './isCompanion.js';
import { mentionsPath } from './mentionsPath.js';
import { readUnitFiles } from './readUnitFiles.js';
import type { ReadUnitFilesError } from './readUnitFiles.js';
import { effectiveAssignments } from './unitFile.js';
import type { UnitFile } from './unitFile.js';

/** Where administrators and packages put system units (systemd.unit(5), System Unit Search Path). */
const UNIT_DIRECTORIES: readonly string[] = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
];

/**
 * Finds the services that work on an instance's site under its identity, and what triggers them.
 *
 * See {@link isCompanion} for the rule. Services come first, then their timers and other triggers, each once. Unit
 * files are searched by their text, so a service whose unit names the site only through a variable from a file is
 * not found; nor are templates, units of user managers and cron jobs (see `rootCronJobs`).
 *
 * @example
 * ```ts
 * import { findCompanions } from '@wca/runtime-sdk/kimaki';
 *
 * const instance = { unit: 'kimaki.service', site: '/var/www/site', user: 'root', home: '/root' };
 * const companions = await findCompanions(instance);
 * if (companions.isErr()) console.error(companions.error.message);
 * else console.log(companions.value.join(' ')); // datamachine-worker.service datamachine-worker.timer
 * ```
 */
export function findCompanions(of: CompanionOf): ResultAsync<readonly string[], ReadUnitFilesError | IoError> {
  return new ResultAsync(find(of));
}

async function find(of: CompanionOf): Promise<Result<readonly string[], ReadUnitFilesError | IoError>> {
  const { site } = of;
  if (site === null) return ok([]);
  const candidates = new Set<string>();
  for (const directory of UNIT_DIRECTORIES) {
    const named = await unitsNaming(directory, site);
    if (named.isErr()) return err(named.error);
    for (const unit of named.value) candidates.add(unit);
  }
  const services = new Set<string>();
  const triggers = new Set<string>();
  for (const candidate of [...candidates].sort()) {
    const unit = await readUnitFiles(candidate);
    if (unit.isErr()) {
      if (unit.error.code === 'UNIT_NOT_FOUND' || unit.error.code === 'UNIT_WITHOUT_FILE') continue;
      return err(unit.error);
    }
    const { state, files } = unit.value;
    if (!isCompanion(companionFacts(state.id, files), of)) continue;
    services.add(state.id);
    for (const trigger of state.triggeredBy) triggers.add(trigger);
  }
  return ok([...services, ...triggers]);
}

/** What a service's files say that decides whether it is a companion; pure. */
export function companionFacts(unit: string, files: readonly UnitFile[]): CompanionFacts {
  const { user, home, homeSource, site, siteSource, environment } = describeInstance({
    unit,
    files,
    accountHome: null,
  });
  const commands = effectiveAssignments(files, 'Service', (key) => key.startsWith('Exec'));
  return {
    unit,
    user,
    home: homeSource === 'environment' ? home : null,
    workingDirectory: siteSource === 'working-directory' ? site : null,
    commands: commands.map(({ assignment }) => assignment.value),
    environment,
  };
}

/** Names of the services in a directory whose file, or a drop-in, names the site. */
async function unitsNaming(directory: string, site: string): Promise<Result<readonly string[], IoError>> {
  const entries = await list(directory);
  if (entries.isErr()) return err(entries.error);
  const found: string[] = [];
  for (const entry of entries.value) {
    const unit = /^([^@]+|[^@]+@[^@]+)\.service(\.d)?$/.exec(entry);
    if (unit === null) continue;
    const isDirectory = unit[2] !== undefined;
    const inside = isDirectory ? await list(`${directory}/${entry}`) : ok([]);
    if (inside.isErr()) return err(inside.error);
    const files = isDirectory
      ? inside.value.filter((name) => name.endsWith('.conf')).map((name) => `${directory}/${entry}/${name}`)
      : [`${directory}/${entry}`];
    for (const file of files) {
      // What cannot be read cannot be a unit's text; systemd would not load it either.
      const read = await readRegularFile(file, { followLinks: true, maxBytes: 2 * 1024 * 1024 });
      if (read.isErr() || !mentionsPath(read.value.bytes.toString('utf8'), site)) continue;
      found.push(entry.replace(/\.d$/, ''));
    }
  }
  return ok(found);
}

function list(directory: string): ResultAsync<readonly string[], IoError> {
  return ResultAsync.fromPromise(readdir(directory), (cause) => ioError(cause, 'readdir', directory)).orElse((error) =>
    error.errno === 'ENOENT' || error.errno === 'ENOTDIR' ? ok([]) : err(error),
  );
}
