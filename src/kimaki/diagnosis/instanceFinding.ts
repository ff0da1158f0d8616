import type { Result } from 'neverthrow';
import { findingsAbout, remedy } from '../../posix/findings/index.js';
import type { Finding, MakeFinding, Remedy } from '../../posix/findings/index.js';
import { printablePath } from '../../posix/paths/index.js';
import type { AccessError } from '../../posix/access/index.js';
import type { Identity, IdentityError } from '../../posix/accounts/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import type { TrustError } from '../../posix/handles/index.js';
import type { OwnershipError } from '../../posix/search/index.js';
import type { SystemdError } from '../../systemd/manager/index.js';
import type { KimakiInstance, ReadUnitFilesError } from '../instance/index.js';

/** A known state of an instance; stable. @inline */
export type FindingId =
  // Who it is.
  | 'runs-as-root'
  | 'identities-differ'
  | 'needs-daemon-reload'
  | 'account-missing'
  | 'groups-not-running'
  | 'not-running'
  | 'bot-not-running'
  | 'not-healthy'
  | 'foreign-home'
  | 'privileged-group'
  // What its unit says.
  | 'unit-does-not-load'
  | 'unit-not-editable'
  | 'unit-not-lasting'
  | 'unit-untrusted'
  | 'drop-in-decides'
  | 'umask-missing'
  | 'umask-not-running'
  | 'privileged-line'
  | 'untrusted-program'
  | 'failing-program'
  | 'setting-against'
  | 'allow-root'
  | 'kills-roots-processes'
  | 'path-entry'
  | 'secret-in-unit'
  | 'self-upgrade'
  // What it keeps.
  | 'data-directory-missing'
  | 'data-directory-closed'
  | 'data-directory-elsewhere'
  | 'database-owner'
  | 'state-in-both-homes'
  | 'foreign-files-in-home'
  | 'old-home-in-state'
  | 'leftover-closed'
  | 'named-file-closed'
  // How messages reach it.
  | 'program-unreachable'
  | 'program-in-home'
  | 'own-prefix'
  | 'package-unreadable'
  | 'channel-missing'
  | 'channel-unreadable'
  | 'channel-environment'
  | 'command-missing'
  | 'command-unreachable'
  | 'command-in-home'
  | 'hop-stale'
  | 'hop-unfiltered'
  | 'hop-elsewhere'
  | 'hop-not-in-force'
  | 'hop-stray'
  | 'may-restart'
  | 'restart-rule-wider'
  | 'sudoers-invalid'
  | 'php-without-privileges'
  // What is around it.
  | 'port-invalid'
  | 'port-shared'
  | 'data-directory-shared'
  | 'site-shared'
  | 'companion-as-root'
  | 'companion-umask'
  | 'cron-as-root';

/** One state an instance is in; its subject is the unit. @inline */
export type InstanceFinding = Finding<FindingId>;

/** What an instance is diagnosed from. @inline */
export interface DiagnosisRequest {
  readonly instance: KimakiInstance;
  /** Every instance of the host, with or without this one: two may share what they must not. */
  readonly instances: readonly KimakiInstance[];
  /** The account PHP runs as; null where it is not known, and then what depends on it is not checked. */
  readonly caller: Identity | null;
  /** What the site registers for this instance, null for nothing; left out where it was not read. */
  readonly channel?: {
    readonly file: string;
    readonly command: string;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } | null;
  /** The unit of the php-fpm master that serves the site. */
  readonly fpmUnit?: string;
}

/** Something could not be read. */
export type DiagnosisError =
  | ReadUnitFilesError
  | IdentityError
  | AccessError
  | TrustError
  | ReadFileError
  | OwnershipError
  | ProgramError
  | SystemdError
  | IoError;

/** A part of an instance that could not be looked at, or not completely. @inline */
export interface NotChecked {
  /** Which part: `its state`. */
  readonly what: string;
  readonly why: string;
  /** Why the part could not be read; null where it was read, and something in it was left out. */
  readonly error: DiagnosisError | null;
}

/** What an instance was found to be, and what of it could not be looked at. */
export interface InstanceDiagnosis {
  readonly findings: readonly InstanceFinding[];
  readonly notChecked: readonly NotChecked[];
}

/** One part of an instance. Each is looked at by itself, so that one that cannot be read hides no other. */
export interface Look {
  readonly what: string;
  readonly look: (request: DiagnosisRequest, service: Identity | null) => Promise<Result<LookFound, DiagnosisError>>;
}

/** What a look at one part gave. */
export type LookFound =
  readonly InstanceFinding[] | { readonly found: readonly InstanceFinding[]; readonly leftOut: readonly string[] };

/** Makes findings about an instance. */
export function findingsOf({ unit }: Pick<KimakiInstance, 'unit'>): MakeFinding<FindingId> {
  return findingsAbout<FindingId>(unit);
}

/** Edit a file of a unit, and have systemd load it. */
export function editing(file: string, what: string): Remedy {
  return remedy.inOrder(
    remedy.text(`in ${printablePath(file)}, ${what}`),
    remedy.command('systemctl', 'daemon-reload'),
  );
}
