/** A unit as systemd has it loaded, drop-ins included, and what it is doing. Texts are empty where there is nothing. */
export interface UnitState {
  /** The main name. */
  readonly id: string;
  /** The main name and all aliases. */
  readonly names: readonly string[];
  /** `loaded`, `masked`, `error`, `bad-setting`, `not-found` (it runs, and its file is gone), … */
  readonly loadState: string;
  /** `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`. */
  readonly activeState: string;
  /** Finer, by type: `running`, `exited`, `dead`, `auto-restart`, `waiting`, … */
  readonly subState: string;
  /** `enabled`, `disabled`, `static`, `masked`, `generated`, `transient`, … */
  readonly unitFileState: string;
  /** The unit file, or null for a unit without one. For a held unit the link that holds it. */
  readonly fragmentPath: string | null;
  /** In the order in which systemd applies them. */
  readonly dropInPaths: readonly string[];
  /** The files differ from what is loaded. */
  readonly needDaemonReload: boolean;
  /** Made by `systemd-run` or another program; gone when it stops. */
  readonly transient: boolean;
  /** Units that activate this one: timers, sockets, paths. */
  readonly triggeredBy: readonly string[];
  /** Units that this one activates. */
  readonly triggers: readonly string[];
  /** Units that are stopped when this one is: by their `Requires=`, `Requisite=`, `BindsTo=`, `PartOf=`, or its `PropagatesStopTo=`. */
  readonly stoppedAlong: readonly string[];
  /** Monotonic microseconds at which it last became active; null when it never did. */
  readonly activeEnterMicros: number | null;
  /** Monotonic microseconds at which it last left being active; null when it never did. */
  readonly activeExitMicros: number | null;

  /** `simple`, `oneshot`, `notify`, …; empty for what is no service, as are all fields below. */
  readonly type: string;
  /** `RemainAfterExit=`: counts as active after its processes have ended. */
  readonly remainAfterExit: boolean;
  /** `User=`; empty for root. */
  readonly user: string;
  /** `Group=`; empty for the user's own. */
  readonly group: string;
  readonly supplementaryGroups: readonly string[];
  /** `UMask=`; systemd's default, 0022, for what runs no processes. */
  readonly umask: number;
  /** 0 when there is none. */
  readonly mainPid: number;
  /** Automatic restarts since the last start by hand. */
  readonly nRestarts: number;
  /** `no`, `always`, `on-failure`, … */
  readonly restart: string;
  /** `RestartSec=`; null for never. */
  readonly restartUsec: number | null;
  /** Of the last run: `success`, `exit-code`, `signal`, `timeout`, … */
  readonly result: string;
  /** How the last main process ended: `exited`, `killed`, `dumped`; null while one runs or when there was none. */
  readonly execMainCode: 'exited' | 'killed' | 'dumped' | null;
  /** Its exit status, or the number of the signal. */
  readonly execMainStatus: number;
  /** Below the cgroup root; empty when it does not run. */
  readonly controlGroup: string;
  readonly workingDirectory: string;
  /** `Environment=` of unit and drop-ins, unquoted. May hold secrets. Files of `environmentFiles` win over it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentFiles: readonly { readonly path: string; readonly optional: boolean }[];
  /** As `systemctl show` prints it; for reading the arguments parse the file. May hold secrets. */
  readonly execStart: string;
  readonly noNewPrivileges: boolean;
  readonly dynamicUser: boolean;
  readonly privateUsers: boolean;
  /** `no`, `yes`, `read-only`, `tmpfs`. */
  readonly protectHome: string;
  /** `no`, `yes`, `full`, `strict`. */
  readonly protectSystem: string;
  readonly rootDirectory: string;
  readonly pamName: string;
}
