import type { AccessError, Identity, IdentityError, IoError, ProgramError, ReadFileError, TrustError } from '../../posix/index.js';
import type { OwnershipError } from '../../posix/index.js';
import type { KimakiInstance } from '../findInstances.js';
import type { ReadUnitFilesError } from '../readUnitFiles.js';

/** A state the field knows; stable. */
export type FindingId =
  // Who it is.
  | 'runs-as-root'
  | 'identities-differ'
  | 'needs-daemon-reload'
  | 'account-missing'
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
  // How messages reach it.
  | 'program-unreachable'
  | 'program-in-home'
  | 'package-unreadable'
  | 'channel-missing'
  | 'channel-unreadable'
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
  readonly channel?: { readonly file: string; readonly command: string } | null;
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
  | IoError;

/** Puts a finding together. */
export function finding(id: FindingId, weight: InstanceFinding['weight'], found: string, fix: string): InstanceFinding {
  return { id, weight, found, fix };
}
