import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../posix/paths/index.js';
import { below, resolveBelow } from './resolveBelow.js';
import type { UnitNames } from './resolveUnitName.js';
import type { DropInDirectory, ShadowedFile } from './unitFiles.js';
import type { UnitIndex } from './unitIndex.js';
import { templateOf, unitNameOf, unitNameParts } from '../names/index.js';

/** The drop-in directories that come with one name of a unit, the one that wins for a name first. */
export interface DropInGroup {
  readonly of: 'main' | 'alias' | 'type';
  readonly directories: readonly DropInDirectory[];
}

/**
 * Lists the directories that hold drop-ins of a unit: those of the main name, those of each alias, and those for all
 * units of the type; within each, first by load directory and then from the specific to the general.
 *
 * A directory may belong to several names. Which alias comes first is left open by systemd: it goes by a hash.
 *
 * Source: `unit_file_find_dropin_paths()` in systemd's src/shared/dropin.c.
 */
export async function findDropInDirectories(
  index: UnitIndex,
  { id, aliases }: UnitNames,
): Promise<Result<{ readonly groups: readonly DropInGroup[]; readonly shadowed: readonly ShadowedFile[] }, IoError>> {
  const groups: DropInGroup[] = [];
  const unfollowed = new Set<string>();
  const wanted: readonly (readonly [DropInGroup['of'], readonly string[]])[] = [
    ['main', dropInNames(id)],
    ...aliases.map((alias) => ['alias', dropInNames(alias)] as const),
    ['type', [id.slice(id.lastIndexOf('.') + 1)]],
  ];
  for (const [of, units] of wanted) {
    const directories: DropInDirectory[] = [];
    for (const directory of index.directories) {
      for (const unit of new Set(units)) {
        const inner = `${directory.path}/${unit}.d`;
        if (index.unfollowedDirectories.has(inner)) unfollowed.add(below(index.root, inner));
        if (!index.dropInDirectories.has(inner)) continue;
        const real = await resolveBelow(index.root, inner);
        if (real.isErr()) return err(real.error);
        if (real.value?.stat?.isDirectory() !== true) continue;
        const [path, realPath] = [below(index.root, inner), below(index.root, real.value.path)];
        directories.push({ path, realPath, directory, unit });
      }
    }
    groups.push({ of, directories });
  }
  const message = 'PID 1 does not follow this link: read from /, its target is not a directory';
  return ok({ groups, shadowed: [...unfollowed].map((path) => ({ path, reason: 'bad-link', message })) });
}

/**
 * The names whose `.d` directories in one load directory belong to a unit, the most specific first: its own, its
 * template's, and those of all prefixes that end in a dash (`foo-bar.service` → `foo-.service`), each with its
 * template's. Names may come twice.
 *
 * Source: systemd.unit(5); `unit_file_find_dirs()` in systemd's src/shared/dropin.c.
 */
export function dropInNames(name: string): readonly string[] {
  const parts = unitNameParts(name);
  if (parts === null) return [];
  const template = templateOf(name);
  const prefix = dashPrefix(parts.prefix);
  // A template's prefixes are plain units; an instance's are instances.
  const instance = template === null ? null : parts.instance;
  return [
    name,
    ...(template === null ? [] : dropInNames(template)),
    ...(prefix === null ? [] : dropInNames(unitNameOf({ ...parts, prefix, instance }))),
  ];
}

/** `foo-bar` → `foo-`, `foo-bar-` → `foo-`; null where there is no dash, or only a leading one. */
function dashPrefix(prefix: string): string | null {
  const dash = prefix.lastIndexOf('-');
  if (dash < 1) return null;
  if (dash < prefix.length - 1) return prefix.slice(0, dash + 1);
  const before = prefix.slice(0, dash).lastIndexOf('-');
  return before < 1 ? null : prefix.slice(0, before + 1);
}
