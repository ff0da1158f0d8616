import { readdir } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, printablePath, printableText } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { DropInGroup } from './dropInDirectories.js';
import { parseUnit } from '../document/index.js';
import { below, resolveBelow } from './resolveBelow.js';
import type { DropInDirectory, ShadowedFile, UnitFilesProblem } from './unitFiles.js';
import type { UnitSource } from '../document/index.js';

/** What the drop-in directories of a unit hold. */
export interface DropIns {
  readonly dropIns: readonly UnitSource[];
  readonly shadowed: readonly ShadowedFile[];
  readonly problems: readonly UnitFilesProblem[];
}

interface Candidate {
  readonly name: Buffer;
  readonly directory: DropInDirectory;
}

/** The names in a directory, as bytes in latin1. */
type Listing = ReadonlyMap<string, Candidate>;

/**
 * Reads the drop-ins that systemd would apply, in its order: of each name the one in the first directory, then by name.
 *
 * Source: `conf_files_list_strv()` in systemd's src/basic/conf-files.c; systemd.unit(5).
 */
export async function readDropIns(root: string, groups: readonly DropInGroup[]): Promise<Result<DropIns, IoError>> {
  const listings = new Map<DropInDirectory['path'], Listing>();
  const shadowed: ShadowedFile[] = [];
  for (const directory of groups.flatMap(({ directories }) => directories)) {
    if (listings.has(directory.path)) continue;
    const listed = await list(directory);
    if (listed.isErr()) return err(listed.error);
    listings.set(directory.path, listed.value.counting);
    shadowed.push(...listed.value.others);
  }
  const dropIns: UnitSource[] = [];
  const problems: UnitFilesProblem[] = [];
  const keys = new Set([...listings.values()].flatMap((listing) => [...listing.keys()]));
  for (const key of [...keys].sort((one, other) =>
    Buffer.compare(Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1')),
  )) {
    const firstOf = ({ directories }: DropInGroup): Candidate[] => {
      const holder = directories.find(({ path }) => listings.get(path)?.has(key) === true);
      const found = holder && listings.get(holder.path)?.get(key);
      return found === undefined ? [] : [found];
    };
    const from = (of: DropInGroup['of']): Candidate[] => groups.filter((group) => group.of === of).flatMap(firstOf);
    const [main] = from('main');
    const ofAliases = main === undefined ? from('alias') : [];
    const winner = main ?? ofAliases[0] ?? from('type')[0];
    if (winner === undefined) continue;
    const winning = shownPath(winner);
    const all = [...listings.values()].flatMap((listing) => listing.get(key) ?? []).map(shownPath);
    for (const path of new Set(all)) {
      if (path === winning) continue;
      shadowed.push({ path, reason: 'lower-directory', message: `${printableText(winning)} wins over it` });
    }
    const rival = ofAliases.map(shownPath).find((path) => path !== winning);
    if (rival !== undefined) {
      const message = `${winning} and ${rival} belong to two aliases, and systemd applies one of them, which one is not defined; rename one`;
      problems.push({ code: 'AMBIGUOUS_DROP_INS', path: rival, message });
    }
    const read = await readOne(root, winner);
    if (read.isErr()) return err(read.error);
    if ('document' in read.value) dropIns.push(read.value);
    else if ('reason' in read.value) shadowed.push(read.value);
    else problems.push(read.value);
  }
  return ok({ dropIns, shadowed, problems });
}

async function list(
  directory: DropInDirectory,
): Promise<Result<{ readonly counting: Listing; readonly others: readonly ShadowedFile[] }, IoError>> {
  const names = await readdir(directory.realPath, { encoding: 'buffer' }).then(
    (entries) => ok(entries),
    (cause: unknown) => err(ioError(cause, 'opendir', directory.realPath)),
  );
  if (names.isErr()) return err(names.error);
  const counting = new Map<string, Candidate>();
  const others: ShadowedFile[] = [];
  for (const name of names.value) {
    const text = name.toString('latin1');
    if (text.endsWith('.conf') && !text.startsWith('.')) counting.set(text, { name, directory });
    else {
      const message = 'systemd takes only names that end in .conf and do not begin with a dot';
      others.push({ path: shownPath({ name, directory }), reason: 'other-name', message });
    }
  }
  return ok({ counting, others });
}

function shownPath({ name, directory }: Candidate): string {
  const text = name.toString('utf8');
  return `${directory.realPath}/${Buffer.from(text).equals(name) ? text : printablePath(name)}`;
}

async function readOne(
  root: string,
  candidate: Candidate,
): Promise<Result<UnitSource | ShadowedFile | UnitFilesProblem, IoError>> {
  const path = shownPath(candidate);
  if (!Buffer.from(candidate.name.toString('utf8')).equals(candidate.name)) {
    return ok({ code: 'DROP_IN_NAME_NOT_UTF8', path, message: `${path} has a name that is not UTF-8; rename it` });
  }
  const inner = root === '/' ? path : path.slice(below(root, '').length);
  const found = await resolveBelow(root, inner, { allowMissing: true });
  if (found.isErr()) return err(found.error);
  const stat = found.value?.stat ?? null;
  const mask: ShadowedFile = {
    path,
    reason: 'mask',
    message: 'it is empty, and so masks the drop-ins of the same name in other directories',
  };
  if (found.value?.path === '/dev/null') return ok(mask);
  if (found.value === null || stat === null) {
    return ok({
      path,
      reason: 'bad-link',
      message: 'its target does not exist, and it hides the drop-ins of the same name in other directories',
    });
  }
  if (stat.isDirectory() || stat.isSocket()) {
    return ok({
      path,
      reason: 'not-a-file',
      message: 'it is not a file, and it hides the drop-ins of the same name in other directories',
    });
  }
  if (stat.isFile() && stat.size === 0) return ok(mask);
  const read = await readRegularFile(below(root, found.value.path));
  if (read.isOk()) return ok({ path, role: 'drop-in', document: parseUnit(read.value.bytes) });
  if (read.error.code === 'IO' && read.error.errno === 'EACCES') return err(read.error);
  const waits = stat.isFIFO() ? '; systemd itself waits in it for ever' : '';
  return ok({
    code: 'UNREADABLE_DROP_IN',
    path,
    message: `${read.error.message}${waits}; remove ${printableText(path)}`,
  });
}
