import type { IoError } from '../../posix/paths/index.js';
import type { NotARegularFile } from '../../posix/files/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import type { InvalidUnitName } from '../names/index.js';

/** Why the service manager, or one of its tools, did not do what was asked. Secrets are redacted in all of it. */
export type SystemdError =
  | InvalidUnitName
  | {
      /** No unit file of this name is installed, and nothing of this name is loaded. */
      readonly code: 'UNIT_NOT_FOUND';
      readonly message: string;
      readonly unit: string;
    }
  | {
      /** The unit is masked: held by `holdUnits`, or by an administrator. */
      readonly code: 'UNIT_MASKED';
      readonly message: string;
      readonly unit: string;
    }
  | {
      /** PID 1 is not systemd, or it cannot be reached. */
      readonly code: 'SYSTEMD_NOT_RUNNING';
      readonly message: string;
    }
  | {
      /** `systemctl` refused or failed; `stderr` is what it said, redacted. */
      readonly code: 'SYSTEMCTL_FAILED';
      readonly message: string;
      readonly verb: string;
      readonly unit: string | null;
      readonly exitCode: number | null;
      readonly stderr: string;
    }
  /** A drop-in of some unit, or an `EnvironmentFile=` of this one, is a FIFO: systemd itself would wait for it. */
  | NotARegularFile
  | ProgramError
  | IoError;
