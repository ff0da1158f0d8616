import type { BridgeName } from '../../kimaki/bridges/index.js';
import type { LinePrefix } from '../../kimaki/unit/index.js';
import type { MigrationOptions } from './options.js';

/**
 * What a migration rests on, as observed: plain JSON, printed in the plan and part of its digest.
 *
 * Only what decisions depend on is here. What a live service changes by itself (counts, sizes) is measured by
 * each step when it runs. Secrets never get here: unit files appear as their SHA-256.
 */
export type MigrationFacts = {
  readonly options: MigrationOptions;
  readonly unit: UnitFacts;
  readonly companions: readonly CompanionFacts[];
  /** Other units that run and are stopped along with these, since they need them; started again where they ran. */
  readonly dependents: readonly string[];
  /** Homes the service can no longer enter: the old account's, and HOME as the unit had it. */
  readonly oldHomes: readonly string[];
  /** Name of the service user's primary group. */
  readonly targetGroup: string;
  readonly target: TargetFacts;
  readonly site: SiteFacts;
  readonly state: StateFacts;
  readonly dispatch: DispatchFacts;
  readonly binary: BinaryFacts;
  readonly fpm: FpmFacts | null;
  /** AGENTS.md of the site, when the site has one that everyone could read. */
  readonly agentsFile: string | null;
  /** Places outside the homes that the agent keeps for itself, with who shall own them. */
  readonly agentPlaces: readonly { readonly path: string; readonly user: string; readonly group: string }[];
  /**
   * What root executes at a boot in the middle of a run: Node and a copy of the command line. Null where none can be made and the
   * service is not stopped.
   */
  readonly recovery: { readonly node: string; readonly program: string } | null;
  /** Files with secrets that the unit's variables name, and the owner they get with the service. */
  readonly secrets: readonly { readonly path: string; readonly user: string; readonly group: string }[];
  /** Left-over files of the root service in shared places (`/tmp`, logs) that would stop the new one. */
  readonly leftovers: readonly string[];
};

/** The facts of several instances that are moved together; `options` names them. Those of one alone are its own. */
export type SeveralFacts = { readonly options: MigrationOptions; readonly instances: readonly MigrationFacts[] };

/** The facts of each instance of a plan. Pure. */
export function instancesOf(facts: MigrationFacts | SeveralFacts): readonly MigrationFacts[] {
  return 'instances' in facts ? facts.instances : [facts];
}

/** A file by content: what is edited later must still be these bytes. */
export type FileFacts = {
  readonly path: string;
  readonly sha256: string;
};

/** A unit file or drop-in, and whether anything in it has to change. */
export type UnitFileFacts = FileFacts & {
  readonly needsRewrite: boolean;
  /** What would change, secrets redacted; empty when nothing would. */
  readonly diff: string;
};

/** The service itself: as configured, as loaded, as running. */
export type UnitFacts = {
  readonly name: string;
  readonly bridge: BridgeName;
  /** What tells the instance apart: empty for `kimaki.service`. */
  readonly instance: string;
  /** The fragment first, then the drop-ins as systemd applies them. */
  readonly files: readonly UnitFileFacts[];
  /** Prefixes that lines of it get, since they would fail as the agent. */
  readonly prefixes?: readonly LinePrefix[];
  /** `User=` as systemd has it loaded; empty means root. */
  readonly loadedUser: string;
  /** Was it active when observed? It is left as it was found. */
  readonly active: boolean;
  /** Real uid of the main process, or null when nothing runs. */
  readonly runningUid: number | null;
  readonly home: string;
  readonly dataDir: string;
  readonly dataDirSource: 'argument' | 'environment' | 'default';
  readonly binary: string;
  /** What it starts afterwards, where that is not the program for every caller: the agent's own, which it upgrades itself. */
  readonly ownProgram?: string;
  /** RestartSec in seconds. */
  readonly restartSeconds: number;
  /** TCP ports on which the service must listen again: its lock port as it will be, and others that it does not choose anew. */
  readonly listeningPorts: readonly number[];
  /** Did a process of it have a database in its data directory open? */
  readonly holdsState: boolean;
  /** The port that it will hold while it runs. */
  readonly lockPort: number | null;
};

/** A unit that acts for the same site under the same identity. */
export type CompanionFacts = {
  readonly name: string;
  /** An activator is a timer, path or socket that starts the services. */
  readonly kind: 'service' | 'activator';
  readonly files: readonly UnitFileFacts[];
  /** As the service's own. */
  readonly prefixes?: readonly LinePrefix[];
  readonly active: boolean;
};

/** The account that is to run the service; `uid` is null while it does not exist. */
export type TargetFacts = {
  readonly name: string;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly home: string;
  /** Octal, `"0750"`; null while the home does not exist. */
  readonly homeMode: string | null;
  readonly shell: string;
  /** Names of every group, the primary one first. */
  readonly groups: readonly string[];
  /** Entries of the home whose owner is never changed: credentials by name, relative to the home. */
  readonly keptEntries: readonly string[];
};

/** The WordPress site and who it runs as. */
export type SiteFacts = {
  readonly root: string;
  readonly contentDir: string;
  readonly muPluginsDir: string;
  readonly uploadsDir: string;
  /** Where both WordPress and the agent must be able to write; only directories that exist. */
  readonly writable: readonly string[];
  readonly user: string;
  readonly uid: number;
  readonly group: string;
  readonly gid: number;
};

/** The state that moves, what stands in its way, and what is left. */
export type StateFacts = {
  /** The home the state leaves and the one it goes to; equal when it is there already. */
  readonly oldHome: string;
  readonly newHome: string;
  readonly newDataDir: string;
  readonly moves: readonly StateMove[];
  /** Entries that stay where they are, with the reason. */
  readonly left: readonly { readonly path: string; readonly reason: string }[];
  /** State that stays and leads to places that are empty now or will be; null where nothing in it is to be rewritten. */
  readonly stale: StaleState | null;
};

/** State with paths in it that follow moves: those of this migration, and of an earlier one that kept them. */
export type StaleState = {
  readonly roots: readonly string[];
  readonly oldHomes: readonly string[];
  readonly moves: readonly { readonly from: string; readonly to: string }[];
};

/** One entry that changes homes. */
export type StateMove = {
  readonly from: string;
  readonly to: string;
  /** What stands at the target: nothing, a skeleton without state, or state. */
  readonly atTarget: 'nothing' | 'skeleton' | 'state';
  /** Where what stands at the target is put before the move, or null. */
  readonly asidePath: string | null;
  /** Directories above the target that do not exist yet, outermost first. */
  readonly parents: readonly string[];
};

/** How WordPress reaches the agent, now and afterwards. */
export type DispatchFacts = {
  /** The mu-plugin file that registers the channel, or null when there is none. */
  readonly file: FileFacts | null;
  readonly label: string;
  readonly currentCommand: string | null;
  /** The channel's arguments as registered, from which the hop knows what to let through; null where there is none. */
  readonly args: readonly string[] | null;
  readonly strategy: 'system-binary' | 'sudo-hop';
  readonly command: string;
  /** The program at the end of the chain. */
  readonly binary: string;
  /** Variables that the channel gives to the command afterwards, besides its others; null where none change. */
  readonly environment: Readonly<Record<string, string>> | null;
  readonly why: string;
};

/** The agent's executable that every caller can run. */
export type BinaryFacts = {
  readonly name: string;
  readonly path: string;
};

/** The php-fpm master that serves the site. */
export type FpmFacts = {
  readonly unit: string;
  readonly pool: string;
  /** Other pools of the same master, which get the umask too. */
  readonly otherPools: readonly string[];
};
