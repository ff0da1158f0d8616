import type { Result } from 'neverthrow';
import type { AccessError } from '../../posix/access/index.js';
import type { Identity, IdentityError } from '../../posix/accounts/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import type { TrustError } from '../../posix/handles/index.js';
import type { OwnershipError } from '../../posix/search/index.js';
import type { SystemdError } from '../../systemd/manager/index.js';
import type { KimakiInstance, ReadUnitFilesError } from '../instance/index.js';

/** A state the field knows; stable. */
export type FindingId =
  // Who it is.
  | 'runs-as-root'
  | 'identities-differ'
  | 'needs-daemon-reload'
  | 'account-missing'
  | 'groups-not-running'
  | 'not-running'
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
  // How messages reach it.
  | 'program-unreachable'
  | 'program-in-home'
  | 'package-unreadable'
  | 'channel-missing'
  | 'channel-unreadable'
  | 'channel-environment'
  | 'command-missing'
  | 'command-unreachable'
  | 'command-in-home'
  | 'hop-stale'
  | 'hop-not-in-force'
  | 'hop-stray'
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

/** One state an instance is in. */
export interface InstanceFinding {
  readonly id: FindingId;
  /** `broken`: something does not work today; `risk`: it will, or somebody can make it so; `note`: worth knowing. */
  readonly weight: 'broken' | 'risk' | 'note';
  /** What was found, with the path or the line; secrets redacted. */
  readonly found: string;
  /** What to do about it. */
  readonly fix: string;
}

/** What an instance is diagnosed from, besides itself. */
export interface DiagnosisRequest {
  readonly instance: KimakiInstance;
  /** Every instance of the host, this one among them or not: two may share what they must not. */
  readonly instances: readonly KimakiInstance[];
  /** The account PHP runs as; null where that is not known, and then nothing is said of it. */
  readonly caller: Identity | null;
  /** What the site registers for this instance, null for nothing; left out where nobody looked. */
  readonly channel?: {
    readonly file: string;
    readonly command: string;
    readonly env?: Readonly<Record<string, string>>;
  } | null;
  /** The unit of the php-fpm master that serves the site. */
  readonly fpmUnit?: string;
}

/** Something could not be looked at. */
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

/** A part of an instance that could not be looked at, or not whole. */
export interface NotChecked {
  /** Which part: `its state`. */
  readonly what: string;
  readonly why: string;
  /** What kept it from being read; null where it was, and something of it was left out. */
  readonly error: DiagnosisError | null;
}

/** One part of an instance that is looked at by itself, so that what cannot be read of it hides nothing else. */
export interface Look {
  readonly what: string;
  readonly look: (request: DiagnosisRequest, service: Identity | null) => Promise<Result<LookFound, DiagnosisError>>;
}

/** What a look at one part gave. */
export type LookFound =
  readonly InstanceFinding[] | { readonly found: readonly InstanceFinding[]; readonly leftOut: readonly string[] };

/** Puts a finding together. */
export function finding(id: FindingId, weight: InstanceFinding['weight'], found: string, fix: string): InstanceFinding {
  return { id, weight, found, fix };
}
