import type { Remedy } from '../../posix/findings/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import type { IdentityError } from '../../posix/accounts/index.js';
import type { BridgeName } from '../bridges/index.js';
import type { InstalledUnitsError } from '../instance/index.js';

/** The account that an installer sets the service up for. */
export interface ServiceIdentity {
  readonly serviceUser: string;
  readonly serviceHome: string;
  readonly runAsRoot: boolean;
  readonly dataDir: string;
  /** What decided: the environment, an installed unit, or nothing, which means the default. */
  readonly source: 'local-mode' | 'run-as-root' | 'unit' | 'default';
  /** The bridge whose installed unit decided. Where none did, the data directory is kimaki's. */
  readonly bridge?: BridgeName;
  /** For people, one sentence each. Show them: a service that runs as root is always among them. */
  readonly warnings: readonly string[];
  /** How to move the installed service off root, where one runs as root and is adopted. */
  readonly remedy?: Remedy;
}

/** What the decision is made from. */
export interface ServiceIdentityFacts {
  /** Of these `LOCAL_MODE`, `RUN_AS_ROOT` and the bridge's variable of the data directory (`KIMAKI_DATA_DIR`) count. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Decide as if nothing were installed. */
  readonly fresh: boolean;
  /** The account this runs as. */
  readonly invoker: IdentityAccount;
  /** Installed instances: those of the bridge that installers set up today first, and of each bridge the plain unit first. */
  readonly installed: readonly InstalledIdentity[];
  /** The default account, or null while it does not exist. */
  readonly standard: IdentityAccount | null;
}

/** As much of an account as an identity needs. */
export interface IdentityAccount {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

/** What an installed unit says of its identity. */
export interface InstalledIdentity {
  readonly unit: string;
  /** `User=`. */
  readonly user: string;
  /** The account it names, or null when there is none. */
  readonly account: IdentityAccount | null;
  /** HOME as the unit sets it, or null where it leaves it to the account. */
  readonly home: string | null;
  readonly dataDir: string;
  readonly dataDirSource: 'argument' | 'environment' | 'default';
}

/** Why no identity is given; nothing was changed in any case. */
export type ServiceIdentityRefused =
  | { readonly code: 'SEVERAL_IDENTITIES'; readonly message: string; readonly units: readonly string[] }
  | { readonly code: 'RELATIVE_PATH' | 'PATH_NOT_UTF8'; readonly message: string; readonly path: string }
  | { readonly code: 'UNUSABLE_ACCOUNT'; readonly message: string; readonly user: string };

/** The identity is refused, or the host could not be read. */
export type DetectIdentityError = ServiceIdentityRefused | InstalledUnitsError | IdentityError | Aborted;

/** The account a service runs as by default. */
export const DEFAULT_SERVICE_ACCOUNT = 'opencode';

/** The umask with which the agent and WordPress can both write the same files. */
export const SHARED_UMASK = 0o002;
