import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { loadUnit, unitLoadPath } from '../../systemd/load/index.js';
import type { FindUnitFilesError } from '../../systemd/load/index.js';
import { describeInstance } from './describeInstance.js';
import type { InstanceDescription } from './describeInstance.js';
import { BRIDGES, bridgeOfUnit, instanceName } from '../bridges/index.js';
import { readEnvironmentFiles } from './readEnvironmentFiles.js';

/** An instance as its unit's files have it. */
export interface InstalledUnit {
  readonly unit: string;
  readonly description: InstanceDescription;
}

/** A unit's files could not be read. */
export type InstalledUnitsError = FindUnitFilesError | ReadFileError | IoError;

/**
 * Describes every installed unit of a bridge from files alone: those of the bridge that installers set up today first, and of
 * each bridge the plain unit first.
 *
 * No manager is asked, so it answers in an image and before systemd has heard of a unit. Masked units and names that
 * are links to another's are passed over.
 */
export function installedUnits(root = '/'): ResultAsync<readonly InstalledUnit[], InstalledUnitsError> {
  return new ResultAsync(list(root));
}

async function list(root: string): Promise<Result<readonly InstalledUnit[], InstalledUnitsError>> {
  const directories = await unitLoadPath({ root });
  if (directories.isErr()) return err(directories.error);
  const names = new Set<string>();
  for (const { path } of directories.value) {
    const directory = root === '/' ? path : `${root.replace(/\/+$/, '')}${path}`;
    const entries = await ResultAsync.fromPromise(readdir(directory), (cause) => ioError(cause, 'readdir', directory));
    if (entries.isErr() && entries.error.errno !== 'ENOENT') return err(entries.error);
    for (const name of entries.unwrapOr([])) {
      if (instanceName(name) !== null && !name.includes('@.')) names.add(name);
    }
  }
  const installed = new Map<string, InstalledUnit>();
  for (const name of [...names].sort(byPreference)) {
    const loaded = await loadUnit(name, { root, readPastFaults: true });
    if (loaded.isErr()) return err(loaded.error);
    const { files, unit } = loaded.value;
    if (files.fragment === null || installed.has(files.id)) continue;
    const environmentFiles = root === '/' ? await readEnvironmentFiles(unit) : ok([]);
    if (environmentFiles.isErr()) return err(environmentFiles.error);
    const facts = { effective: unit, environmentFiles: environmentFiles.value, accountHome: null };
    installed.set(files.id, { unit: files.id, description: describeInstance(facts) });
  }
  return ok([...installed.values()]);
}

function byPreference(one: string, other: string): number {
  const rank = (unit: string): number => {
    const known = bridgeOfUnit(unit);
    return known === null ? Infinity : 2 * BRIDGES.indexOf(known.bridge) + (known.instance === '' ? 0 : 1);
  };
  return rank(one) - rank(other) || (one < other ? -1 : one > other ? 1 : 0);
}
