import type { Aborted, IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import type { InvalidUnitName } from '../names/index.js';
import type { LoadDirectory } from './unitLoadPath.js';
import type { UnitSource } from '../document/index.js';

/**
 * What kind of thing a unit's file is, and so who may change it.
 *
 * - `own`: a plain file in `/etc/systemd/system`, the administrator's.
 * - `vendor`: of a package; its next update would undo an edit. `local`: the same below `/usr/local`.
 * - `linked`: the name is a link to a file outside of the load path.
 * - `masked`: an empty file or a link to `/dev/null`; the unit cannot be started.
 * - `generated`: written anew at each daemon-reload. `transient`: gone when the unit stops.
 * - `control`, `attached`, `runtime`, `given`: in a directory of that kind, see `LoadDirectoryKind`.
 * - `not-found`: there is no file. Drop-ins alone make no unit, except of a type that needs no file (slices, mounts …).
 *
 * @inline
 */
export type UnitFileKind =
  | 'own'
  | 'vendor'
  | 'local'
  | 'linked'
  | 'masked'
  | 'generated'
  | 'transient'
  | 'control'
  | 'attached'
  | 'runtime'
  | 'given'
  | 'not-found';

/** A file with the name of the unit, or of one of its drop-ins, that systemd ignores. @inline */
export interface ShadowedFile {
  readonly path: string;
  /**
   * - `lower-directory`: a file of the same name in a directory with priority wins.
   * - `mask`: it is empty or `/dev/null`, and so takes its name away from those in other directories.
   * - `not-a-file`: a directory, or for a unit file anything but a file or link. A drop-in's name it takes away all the same.
   * - `bad-link`: a link that leads nowhere, or that systemd does not accept.
   * - `other-name`: systemd takes only names that end in `.conf` and do not begin with a dot.
   * - `no-unit-file`: a drop-in for a unit that has no file.
   */
  readonly reason: 'lower-directory' | 'mask' | 'not-a-file' | 'bad-link' | 'other-name' | 'no-unit-file';
  /** The reason in words. */
  readonly message: string;
}

/** Why the files are not certain, or systemd does not load the unit. Such a unit is not edited. */
export interface UnitFilesProblem {
  /**
   * - `UNREADABLE_DROP_IN`: a FIFO (systemd waits in it for ever), a device, a file that is too large or not readable.
   * - `AMBIGUOUS_DROP_INS`: aliases have drop-ins of the same name; which of them counts, systemd leaves open.
   * - `AMBIGUOUS_NAME`: the template it is made of gives it a second name, and a file gives that name to another unit.
   * - `DROP_IN_NAME_NOT_UTF8`: a name that cannot be shown or opened here.
   */
  readonly code: 'UNREADABLE_DROP_IN' | 'AMBIGUOUS_DROP_INS' | 'AMBIGUOUS_NAME' | 'DROP_IN_NAME_NOT_UTF8';
  readonly path: string;
  readonly message: string;
}

/** A directory that systemd searches for a unit's drop-ins; one that is listed exists. @inline */
export interface DropInDirectory {
  /** As it stands in the load path. */
  readonly path: string;
  /** Without links: what paths of drop-ins in it begin with. */
  readonly realPath: string;
  readonly directory: LoadDirectory;
  /** The unit, template, prefix or type it is for: `foo.service`, `foo-.service`, `service`. */
  readonly unit: string;
}

/** Everything that makes up a unit on a host, as files. */
export interface UnitFiles {
  /** The name that was asked for. */
  readonly name: string;
  /** The main name: that of the file, with the instance for an instance of a template. */
  readonly id: string;
  /** All names of the unit, `id` first, then the others, sorted. */
  readonly names: readonly string[];
  /** The main name when `name` is another one, else null. */
  readonly aliasOf: string | null;
  /** The template when the unit is an instance that has no file of its own, else null. */
  readonly instanceOf: string | null;
  readonly kind: UnitFileKind;
  /** Where the unit's file is, also of one that masks; null for none. A link is not resolved. */
  readonly path: string | null;
  /** Where the link of a `linked` unit leads, else null. */
  readonly linkedTo: string | null;
  /** The unit's file; null when there is none, and for a masked unit. */
  readonly fragment: UnitSource | null;
  /** In the order in which systemd applies them: by name, byte by byte. */
  readonly dropIns: readonly UnitSource[];
  /** Files with a name of the unit that systemd ignores. */
  readonly shadowed: readonly ShadowedFile[];
  readonly problems: readonly UnitFilesProblem[];
  /** The directories of drop-ins, the one with the highest priority first. */
  readonly dropInDirectories: readonly DropInDirectory[];
  /** The root it was read from. */
  readonly root: string;
}

/** Why the files of a unit were not found. `ReadFileError`: its file is a FIFO, a device, a directory or too large. */
export type FindUnitFilesError = InvalidUnitName | ReadFileError | IoError | Aborted;

/** All files that systemd reads for a unit, in its order. */
export function sourcesOf({ fragment, dropIns }: UnitFiles): readonly UnitSource[] {
  return fragment === null ? dropIns : [fragment, ...dropIns];
}
