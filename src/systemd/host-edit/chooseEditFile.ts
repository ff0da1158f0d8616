import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { guardDirectory, guardKind, isOwnFragment } from './editChoice.js';
import type { ChooseEditError, EditChoice } from './editChoice.js';
import { parseUnit } from '../document/index.js';
import { baseName } from '../load/index.js';
import type { UnitFiles } from '../load/index.js';
import { assigns } from '../edits/index.js';
import type { UnitKey } from '../edits/index.js';
import type { UnitSource } from '../document/index.js';

/** Of our drop-ins, and of nobody else's. */
const OUR_ENDING = 'wca.conf';
/** The first is where most drop-ins of others sort before; then one behind whatever begins with a letter. */
const OUR_NAMES = [`90-${OUR_ENDING}`, `zz-${OUR_ENDING}`];

/**
 * Chooses the file in which assignments of these keys take effect, whatever else is installed for the unit.
 *
 * It is the unit's own file in `/etc/systemd/system` when that is a plain file, and no drop-in sets one of the keys.
 * Otherwise it is a drop-in in `/etc/systemd/system/NAME.d`, of the main name or the instance, whose name sorts behind
 * all drop-ins that set one of the keys and is used by no other file, in any directory: a drop-in of ours that is so
 * already, or a new one. Files of packages and generators, links and templates are never chosen.
 *
 * It is pure: what the files said when `findUnitFiles` read them is what it goes by. Whether the value is a right one,
 * and whether root may trust the place, are questions of their own (`verifyUnit`, `checkUnitTrust`).
 *
 * Errors: `UNIT_NOT_FOUND`; `UNIT_MASKED`; `UNIT_NOT_LASTING` (generated or transient); `UNIT_FILES_UNCERTAIN`;
 * `DROP_IN_DIRECTORY_IS_LINK`; `EDIT_CANNOT_WIN`.
 */
export function chooseEditFile(files: UnitFiles, keys: readonly UnitKey[]): Result<EditChoice, ChooseEditError> {
  return guardKind(files).andThen((): Result<EditChoice, ChooseEditError> => {
    const setters = files.dropIns.filter(({ document }) => keys.some((key) => assigns(document, key)));
    const last = setters.at(-1);
    if (last === undefined && isOwnFragment(files)) {
      const { path, document } = files.fragment;
      const why = 'it is the unit’s own file, and no drop-in sets any of this';
      return ok({ path, role: 'fragment', document, isNew: false, why });
    }
    return guardDirectory(files).andThen((directory) => chooseDropIn(files, directory, last));
  });
}

function chooseDropIn(
  files: UnitFiles,
  directory: string,
  last: UnitSource | undefined,
): Result<EditChoice, ChooseEditError> {
  const ours = files.dropIns.filter(({ path }) => path.startsWith(`${directory}/`) && path.endsWith(OUR_ENDING));
  const winning = ours.findLast((one) => last === undefined || one === last || sortsBehind(one, last));
  if (winning !== undefined) {
    return ok({ ...winning, isNew: false, why: 'it is our drop-in, and no later one sets any of this' });
  }
  const used = new Set([...files.dropIns, ...files.shadowed].map(({ path }) => baseName(path)));
  const stem = last === undefined ? '' : baseName(last.path).slice(0, -'.conf'.length);
  // A dot sorts before a tilde, so that `x~wca.conf` is always behind `x.conf`.
  const name = [...OUR_NAMES, `${stem}~${OUR_ENDING}`].find(
    (one) =>
      !used.has(one) && Buffer.byteLength(one) <= 255 && (last === undefined || isBehind(one, baseName(last.path))),
  );
  if (name === undefined) {
    const path = last?.path ?? directory;
    const message = `no drop-in in ${directory} can win over ${path}; rename or edit that file`;
    return err({ code: 'EDIT_CANNOT_WIN', message, path });
  }
  const reason = last === undefined ? whyNotTheFile(files) : `${last.path} sets some of this, and it sorts behind it`;
  return ok({ path: `${directory}/${name}`, role: 'drop-in', document: parseUnit(''), isNew: true, why: reason });
}

function whyNotTheFile({ kind, path, instanceOf }: UnitFiles): string {
  if (path === null) return 'the unit has no file of its own';
  if (instanceOf !== null) return `${path} is a template, and a drop-in changes this instance only`;
  if (kind === 'linked') return `${path} is a link out of the load path, and nothing is written through it`;
  return kind === 'vendor' ? `${path} belongs to a package` : `${path} is not in /etc/systemd/system`;
}

function sortsBehind(one: UnitSource, other: UnitSource): boolean {
  return isBehind(baseName(one.path), baseName(other.path));
}

function isBehind(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0;
}
