import type { IoError } from '../../posix/paths/index.js';
import type { NotARegularFile } from '../../posix/files/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import type { InvalidUnitName } from '../names/index.js';

/** No unit file of this name is installed, and no unit of this name is loaded. */
export interface UnitNotFound {
  readonly code: 'UNIT_NOT_FOUND';
  readonly message: string;
  readonly unit: string;
}

/** The unit is masked, by `maskUnits` or by an administrator. */
export interface UnitMasked {
  readonly code: 'UNIT_MASKED';
  readonly message: string;
  readonly unit: string;
}

/** PID 1 is not systemd, or it cannot be reached. */
export interface SystemdNotRunning {
  readonly code: 'SYSTEMD_NOT_RUNNING';
  readonly message: string;
}

/** `systemctl` refused or failed. */
export interface SystemctlFailed {
  readonly code: 'SYSTEMCTL_FAILED';
  readonly message: string;
  readonly verb: string;
  readonly unit: string | null;
  readonly exitCode: number | null;
  /** What it said, redacted. */
  readonly stderr: string;
}

/** Why the service manager, or one of its tools, did not do what was asked. Secrets are redacted in all of it. */
export type SystemdError =
  | InvalidUnitName
  | UnitNotFound
  | UnitMasked
  | SystemdNotRunning
  | SystemctlFailed
  /** A drop-in of some unit, or an `EnvironmentFile=` of this one, is a FIFO, at which systemd itself would wait. */
  | NotARegularFile
  | ProgramError
  | IoError;
