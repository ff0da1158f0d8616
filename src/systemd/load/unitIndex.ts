import { readdir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, printableText } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { below, linkTarget, resolveBelow } from './resolveBelow.js';
import type { Resolved } from './resolveBelow.js';
import { unitLoadPath } from './unitLoadPath.js';
import type { LoadDirectory } from './unitLoadPath.js';
import { UNIT_TYPES, unitNameParts, unitNameForm } from '../names/index.js';

/** A name in a load directory that stands for a unit. Paths are seen from the root. */
export interface IndexedName {
  /** Where the file or link is. */
  readonly path: string;
  readonly directory: LoadDirectory;
  /** The unit whose second name this is; null for a file, and for a link to a file outside of the load path. */
  readonly aliasOf: string | null;
  readonly isLink: boolean;
}

/** A name in a load directory that does not count, with the reason. */
export interface PassedOver {
  readonly path: string;
  readonly reason: 'lower-directory' | 'bad-link' | 'not-a-file';
  readonly message: string;
}

/** What all load directories of a host hold, by name. */
export interface UnitIndex {
  readonly root: string;
  readonly directories: readonly LoadDirectory[];
  /** The entry that counts for a name. */
  readonly names: ReadonlyMap<string, IndexedName>;
  readonly passedOver: ReadonlyMap<string, readonly PassedOver[]>;
  /** Paths of the `NAME.d` directories that systemd looks into. */
  readonly dropInDirectories: ReadonlySet<string>;
  /** Paths of the `NAME.d` links that it does not follow. */
  readonly unfollowedDirectories: ReadonlySet<string>;
}

/**
 * Reads the names in all load directories, links followed as PID 1 does.
 *
 * Source: `unit_file_build_name_map()` in systemd's src/basic/unit-file.c.
 */
export async function readUnitIndex(root: string, first?: string): Promise<Result<UnitIndex, IoError>> {
  const directories = await unitLoadPath({ root, ...(first === undefined ? {} : { first }) });
  if (directories.isErr()) return err(directories.error);
  const places = new Set<string>();
  for (const { path } of directories.value) {
    const real = await resolveBelow(root, path);
    if (real.isErr()) return err(real.error);
    places.add(path);
    if (real.value !== null) places.add(real.value.path);
  }
  // Where /lib is a link, links say either.
  places.add('/lib/systemd/system');
  const builder = new IndexBuilder(root, [...places]);
  for (const directory of directories.value) {
    const read = await builder.addDirectory(directory);
    if (read.isErr()) return err(read.error);
  }
  const { names, passedOver, dropInDirectories, unfollowedDirectories } = builder;
  return ok({ root, directories: directories.value, names, passedOver, dropInDirectories, unfollowedDirectories });
}

class IndexBuilder {
  readonly names = new Map<string, IndexedName>();
  readonly passedOver = new Map<string, PassedOver[]>();
  readonly dropInDirectories = new Set<string>();
  readonly unfollowedDirectories = new Set<string>();
  /** Directories that links lead to, so that each is looked up once. */
  private readonly parents = new Map<string, Resolved | null>();

  constructor(
    private readonly root: string,
    private readonly places: readonly string[],
  ) {}

  async addDirectory(directory: LoadDirectory): Promise<Result<void, IoError>> {
    const entries = await listDirectory(this.root, directory.path);
    if (entries.isErr()) return err(entries.error);
    for (const entry of entries.value) {
      const path = `${directory.path}/${entry.name}`;
      const added = isDropInDirectory(entry.name)
        ? await this.addDropInDirectory(entry, path)
        : unitNameParts(entry.name) === null
          ? ok(undefined)
          : await this.addName(entry, path, directory);
      if (added.isErr()) return err(added.error);
    }
    return ok(undefined);
  }

  private async addName(entry: Dirent, path: string, directory: LoadDirectory): Promise<Result<void, IoError>> {
    const { name } = entry;
    const winner = this.names.get(name);
    if (winner !== undefined) {
      this.passOver(name, { path, reason: 'lower-directory', message: `${printableText(winner.path)} wins over it` });
      return ok(undefined);
    }
    if (entry.isFile()) {
      this.names.set(name, { path, directory, aliasOf: null, isLink: false });
      return ok(undefined);
    }
    if (!entry.isSymbolicLink()) {
      this.passOver(name, {
        path,
        reason: 'not-a-file',
        message: 'it is neither a file nor a link, and systemd ignores it',
      });
      return ok(undefined);
    }
    const target = await linkTarget(this.root, path);
    if (target.isErr()) return err(target.error);
    const leads = await this.destination(directory.path, target.value);
    if (leads.isErr()) return err(leads.error);
    if (leads.value === null) {
      this.passOver(name, {
        path,
        reason: 'bad-link',
        message: `its target does not exist (${printableText(target.value)})`,
      });
      return ok(undefined);
    }
    if (!this.places.some((place) => leads.value === place || leads.value?.startsWith(`${place}/`) === true)) {
      this.names.set(name, { path, directory, aliasOf: null, isLink: true });
      return ok(undefined);
    }
    const other = leads.value.slice(leads.value.lastIndexOf('/') + 1);
    const fault = aliasFault(name, other);
    if (fault === null) this.names.set(name, { path, directory, aliasOf: other, isLink: true });
    else this.passOver(name, { path, reason: 'bad-link', message: fault });
    return ok(undefined);
  }

  /**
   * PID 1 looks whether the text of the link names a directory, seen from its working directory, `/`; only then does
   * it follow the link, and now from where it stands.
   */
  private async addDropInDirectory(entry: Dirent, path: string): Promise<Result<void, IoError>> {
    if (entry.isDirectory()) this.dropInDirectories.add(path);
    if (!entry.isSymbolicLink()) return ok(undefined);
    const target = await linkTarget(this.root, path);
    if (target.isErr()) return err(target.error);
    const seen = await resolveBelow(this.root, `/${target.value}`);
    if (seen.isErr()) return err(seen.error);
    const isFollowed = seen.value?.stat?.isDirectory() === true;
    (isFollowed ? this.dropInDirectories : this.unfollowedDirectories).add(path);
    return ok(undefined);
  }

  /** Where a link leads, itself not followed any further; null for nowhere. */
  private async destination(from: string, target: string): Promise<Result<string | null, IoError>> {
    const whole = target.startsWith('/') ? target : `${from}/${target}`;
    const [, above = '/', last = ''] = /^(.*?)\/*([^/]*)\/*$/.exec(whole) ?? [];
    if (last === '' || last === '.' || last === '..') {
      const found = await resolveBelow(this.root, whole, { allowMissing: true, keepLastLink: true });
      return found.map((there) => there?.path ?? null);
    }
    let parent = this.parents.get(above);
    if (parent === undefined) {
      const found = await resolveBelow(this.root, above, { allowMissing: true });
      if (found.isErr()) return err(found.error);
      parent = found.value;
      this.parents.set(above, parent);
    }
    if (parent === null || parent.stat?.isDirectory() === false) return ok(null);
    return ok(parent.path === '/' ? `/${last}` : `${parent.path}/${last}`);
  }

  private passOver(name: string, one: PassedOver): void {
    this.passedOver.set(name, [...(this.passedOver.get(name) ?? []), one]);
  }
}

/** `foo.service.d`, and `service.d` for all services. */
function isDropInDirectory(name: string): boolean {
  if (!name.endsWith('.d')) return false;
  const unit = name.slice(0, -2);
  return UNIT_TYPES.has(unit) || unitNameParts(unit) !== null;
}

/** The entries of a directory, a link to one included; none where there is no directory. Names are text. */
export async function listDirectory(root: string, path: string): Promise<Result<readonly Dirent[], IoError>> {
  const real = await resolveBelow(root, path);
  if (real.isErr()) return err(real.error);
  if (real.value?.stat?.isDirectory() !== true) return ok([]);
  const shown = below(root, real.value.path);
  return readdir(shown, { withFileTypes: true }).then(
    (entries) => ok(entries),
    (cause: unknown) => err(ioError(cause, 'opendir', shown)),
  );
}

/**
 * Why a link within the load path gives its unit no second name, or null when it does. systemd goes on as if such a
 * link were not there.
 *
 * Source: `unit_validate_alias_symlink_and_warn()` in systemd's src/basic/unit-file.c.
 *
 * @param name - of the link, a valid name of a unit
 * @param target - the last component of where it leads
 */
export function aliasFault(name: string, target: string): string | null {
  const from = unitNameParts(name);
  const to = unitNameParts(target);
  if (from === null || to === null) return `'${printableText(target)}' is not the name of a unit`;
  const allows = UNIT_TYPES.get(from.type);
  if (allows?.aliases !== true) return `a unit of type ${from.type} may not have a second name`;
  if (from.instance !== null && !allows.templates) return `units of type ${from.type} have no templates`;
  if (name === target) return 'its target has the same name, and systemd reads the target instead';
  if (from.type !== to.type) return `${target} is a unit of another type`;
  const isOfForm = unitNameForm(from) === unitNameForm(to);
  if (!isOfForm && !(unitNameForm(from) === 'instance' && unitNameForm(to) === 'template')) {
    return `a ${unitNameForm(from)} name may not lead to the ${unitNameForm(to)} name ${target}`;
  }
  if (unitNameForm(to) === 'instance' && from.instance !== to.instance) return `${target} is another instance`;
  return null;
}
