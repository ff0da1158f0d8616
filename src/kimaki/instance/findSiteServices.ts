import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, unlessAborted } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import { effectiveCommands, unitLoadPath } from '../../systemd/load/index.js';
import type { EffectiveUnit, UnitFileKind } from '../../systemd/load/index.js';
import { describeInstance } from './describeInstance.js';
import { instanceName } from '../bridges/index.js';
import { namesSite } from './isCompanion.js';
import type { SiteServiceFacts } from './isCompanion.js';
import { mentionsPath } from './mentionsPath.js';
import { readUnitFiles } from './readUnitFiles.js';
import type { ReadUnitFilesError } from './readUnitFiles.js';

/** A service that names a site, and what starts it. */
export interface SiteService extends SiteServiceFacts {
  /** Timers, sockets and paths. */
  readonly triggeredBy: readonly string[];
  /** What kind of file it has: a `transient` one is removed when it stops, a `generated` one is written again. */
  readonly kind: UnitFileKind;
}

/**
 * Lists the services whose unit names a site, instances of kimaki left out, each with who it runs as and its timers.
 *
 * Unit files and drop-ins of the whole load path are searched by their text, so a service that reaches the site only
 * through a script or a variable from a file is not found; nor are templates, units of user managers and cron jobs
 * (see `rootCronJobs`). The answer holds the services' variables and must not be printed as it is.
 *
 * Errors: those of reading units.
 */
export function findSiteServices(
  site: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): ResultAsync<readonly SiteService[], ReadUnitFilesError | IoError | Aborted> {
  return new ResultAsync(find(site, options.signal));
}

async function find(
  site: string,
  signal: AbortSignal | undefined,
): Promise<Result<readonly SiteService[], ReadUnitFilesError | IoError | Aborted>> {
  if (site === '/') return ok([]);
  const directories = await unitLoadPath();
  if (directories.isErr()) return err(directories.error);
  const candidates = new Set<string>();
  for (const { path } of directories.value) {
    const named = await unitsNaming(path, site);
    if (named.isErr()) return err(named.error);
    for (const unit of named.value) if (instanceName(unit) === null) candidates.add(unit);
  }
  const services = new Map<string, SiteService>();
  for (const candidate of [...candidates].sort()) {
    const go = unlessAborted(signal, 'reading the units of the site');
    if (go.isErr()) return err(go.error);
    const unit = await readUnitFiles(candidate);
    if (unit.isErr()) {
      // systemd does not run a unit without a file.
      if (unit.error.code === 'UNIT_NOT_FOUND' || unit.error.code === 'UNIT_WITHOUT_FILE') continue;
      return err(unit.error);
    }
    const { state, effective, kind } = unit.value;
    if (instanceName(state.id) !== null) continue;
    const facts = companionFacts(effective);
    if (namesSite(facts, site)) services.set(state.id, { ...facts, triggeredBy: state.triggeredBy, kind });
  }
  return ok([...services.values()]);
}

/** What a service says that decides whether it is a companion; pure. */
export function companionFacts(effective: EffectiveUnit): SiteServiceFacts {
  const { user, home, homeSource, site, siteSource, environment } = describeInstance({
    effective,
    accountHome: null,
  });
  return {
    unit: effective.name,
    user,
    home: homeSource === 'environment' ? home : null,
    workingDirectory: siteSource === 'working-directory' ? site : null,
    commands: effectiveCommands(effective).map(({ program, args }) => [program, ...args].join(' ')),
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
      // systemd cannot load a file that cannot be read either.
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
