import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import { aborted } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { UNIT_TYPES, checkUnitName, templateOf } from '../names/index.js';
import { findDropInDirectories } from './dropInDirectories.js';
import { parseUnit } from '../document/index.js';
import { readDropIns } from './readDropIns.js';
import { below, resolveBelow } from './resolveBelow.js';
import type { Resolved } from './resolveBelow.js';
import { baseName, findAliases, findFragment, findNames } from './resolveUnitName.js';
import type { Alias, UnitNames } from './resolveUnitName.js';
import type { FindUnitFilesError, ShadowedFile, UnitFileKind, UnitFiles, UnitFilesProblem } from './unitFiles.js';
import { readUnitIndex } from './unitIndex.js';
import type { IndexedName, UnitIndex } from './unitIndex.js';

/** How a unit is looked for. @inline */
export interface FindUnitFilesOptions {
  /** Where the host's `/` is, default this one. Links are followed as that host would; paths in the answer begin with it. */
  readonly root?: string;
  /** A directory that is searched before all others, as `systemd-analyze verify FILE` does with that of the file. */
  readonly first?: string;
  /** Aborting it before the files are read gives `ABORTED`. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the files that make up a unit, as PID 1 would load them at its next daemon-reload: the unit's file, and its
 * drop-ins in the order in which they are applied, with everything of that name that does not count and why.
 *
 * No manager is asked, and nothing but regular files is opened. Covered are all load directories, aliases, templates
 * and instances, prefixes (`foo-.service.d`), `service.d`, masks and links. It reads files; what their lines mean is
 * told by `effectiveUnit`, and whether a mount, swap or device without a file exists only by the kernel. It does not see what
 * a manager still has loaded from before, `SYSTEMD_UNIT_PATH`, or `.wants` and `.requires`. A unit of a type that
 * cannot be masked (`-.mount`, `system.slice`) is told as masked all the same.
 *
 * Errors: `INVALID_UNIT_NAME`; `NOT_A_REGULAR_FILE`, `FILE_TOO_LARGE` or `NOT_FOUND` when the name is a link to
 * something systemd would not get a unit from; `ABORTED`; `IO`. A unit that does not exist is no error: its kind is `not-found`.
 *
 * Source: systemd.unit(5), "Unit File Load Path"; src/basic/unit-file.c and src/shared/dropin.c of systemd.
 *
 * @param name - with its suffix: `kimaki.service`, `kimaki@a.service`, also a template's
 *
 * @example
 * ```ts
 * import { findUnitFiles } from '@wca/runtime-sdk/systemd';
 *
 * const files = await findUnitFiles('ssh.service');
 * if (files.isErr()) console.error(files.error.message);
 * else console.log(files.value.kind, files.value.path, files.value.dropIns.map(({ path }) => path));
 * ```
 */
export function findUnitFiles(
  name: string,
  options: FindUnitFilesOptions = {},
): ResultAsync<UnitFiles, FindUnitFilesError> {
  return new ResultAsync(find(name, options));
}

async function find(
  name: string,
  { root = '/', first, signal }: FindUnitFilesOptions,
): Promise<Result<UnitFiles, FindUnitFilesError>> {
  const valid = checkUnitName(name);
  if (valid.isErr()) return err(valid.error);
  const index = await readUnitIndex(root, first);
  if (index.isErr()) return err(index.error);
  if (signal?.aborted === true) return err(aborted(`stopped looking for the files of ${name}`));
  return findInIndex(index.value, name);
}

/** The same with the load directories read before; for many units at once. */
export async function findInIndex(index: UnitIndex, name: string): Promise<Result<UnitFiles, FindUnitFilesError>> {
  const { root } = index;
  const entry = findFragment(index, name);
  const target = entry === null ? ok(null) : await resolveBelow(root, entry.path, { allowMissing: true });
  if (target.isErr()) return err(target.error);
  const masked = isMask(target.value);
  // What leads nowhere is no unit, and gives nobody its names.
  const file = masked || target.value?.stat ? entry : null;
  const aliases = file === null ? ok([]) : await living(root, findAliases(index, name, file));
  if (aliases.isErr()) return err(aliases.error);
  const names = findNames(index, name, file, aliases.value);
  const directories = await findDropInDirectories(index, names);
  if (directories.isErr()) return err(directories.error);
  const { groups } = directories.value;
  const read = await readDropIns(root, groups);
  if (read.isErr()) return err(read.error);

  const fragment = file === null || masked ? ok(null) : await readFragment(root, file, target.value);
  if (fragment.isErr()) return err(fragment.error);
  const kind = kindOf(file, masked);
  const shadowed = [...directories.value.shadowed, ...otherFiles(index, names.id, name), ...read.value.shadowed];
  const isUnit = file !== null || UNIT_TYPES.get(name.slice(name.lastIndexOf('.') + 1))?.withoutFile === true;
  const useless = isUnit ? [] : read.value.dropIns.map(({ path }) => withoutUnit(path));
  const template = file === null ? null : baseName(file.path);
  return ok({
    name,
    id: names.id,
    names: [names.id, ...names.aliases],
    aliasOf: names.id === name ? null : names.id,
    instanceOf: template !== null && template === templateOf(names.id) ? template : null,
    kind,
    path: file === null ? null : below(root, file.path),
    linkedTo: kind === 'linked' && target.value !== null ? below(root, target.value.path) : null,
    fragment: fragment.value,
    dropIns: isUnit ? read.value.dropIns : [],
    shadowed: [...shadowed, ...useless],
    problems: [...disputedName(root, names, file), ...read.value.problems],
    dropInDirectories: [
      ...new Map(groups.flatMap((group) => group.directories).map((one) => [one.path, one])).values(),
    ],
    root,
  });
}

/** Those whose file is there and masks nothing. */
async function living(root: string, aliases: readonly Alias[]): Promise<Result<readonly Alias[], IoError>> {
  const dead = new Set<string>();
  for (const path of new Set(aliases.map((alias) => alias.path))) {
    const found = await resolveBelow(root, path);
    if (found.isErr()) return err(found.error);
    if ((found.value?.stat ?? null) === null || isMask(found.value)) dead.add(path);
  }
  return ok(aliases.filter(({ path }) => !dead.has(path)));
}

/** systemd takes an empty file and any device for a mask (`null_or_empty()`). A root that is no running host has no /dev. */
function isMask(target: Resolved | null): boolean {
  const stat = target?.stat ?? null;
  if (stat === null) return target?.path === '/dev/null';
  return stat.isCharacterDevice() || stat.isBlockDevice() || (stat.isFile() && stat.size === 0);
}

function kindOf(file: IndexedName | null, masked: boolean): UnitFileKind {
  if (file === null) return 'not-found';
  if (masked) return 'masked';
  return file.isLink ? 'linked' : file.directory.kind;
}

async function readFragment(
  root: string,
  file: IndexedName,
  target: Resolved | null,
): Promise<Result<UnitFiles['fragment'], FindUnitFilesError>> {
  const read = await readRegularFile(below(root, target?.path ?? file.path));
  return read.map(({ bytes }) => ({ path: below(root, file.path), role: 'fragment', document: parseUnit(bytes) }));
}

/** Files that have a name of the unit in another directory, or are no unit files at all. */
function otherFiles({ root, passedOver }: UnitIndex, ...names: readonly string[]): readonly ShadowedFile[] {
  const templates = names.flatMap((name) => templateOf(name) ?? []);
  return [...new Set([...names, ...templates])]
    .flatMap((name) => passedOver.get(name) ?? [])
    .map(({ path, reason, message }) => ({ path: below(root, path), reason, message }));
}

function disputedName(
  root: string,
  { id, disputed }: UnitNames,
  file: IndexedName | null,
): readonly UnitFilesProblem[] {
  if (disputed === null || file === null) return [];
  const path = below(root, file.path);
  const message = `${path} gives ${id} the second name ${disputed}, which has a unit file of its own; systemd uses whichever it loads first. Create a unit file for ${id}`;
  return [{ code: 'AMBIGUOUS_NAME', path, message }];
}

function withoutUnit(path: string): ShadowedFile {
  return { path, reason: 'no-unit-file', message: 'the unit has no file, and drop-ins alone do not make a unit' };
}
