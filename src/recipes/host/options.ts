import * as v from 'valibot';
import { listOf, record } from '../engine/index.js';

/** Schema of {@link MigrationOptions}. */
export const migrationOptions = record({
  /** The unit to move, `kimaki.service` style. Needed only where several instances are installed. */
  unit: v.exactOptional(v.string()),
  /** The account that is to run the service. Default `opencode`. */
  user: v.exactOptional(v.string()),
  /** Make the account when it is missing. Without it a missing account is refused. */
  createUser: v.exactOptional(v.boolean()),
  /** The WordPress root, where the unit does not name it. */
  site: v.exactOptional(v.string()),
  /** `managed` moves runtime state only, `engineering` the toolchains too. Default `managed`. */
  posture: v.exactOptional(v.picklist(['managed', 'engineering'])),
  /** Further entries below the old home to move, relative to it. */
  migrateExtra: v.exactOptional(listOf(v.string())),
  /**
   * What to do where both homes hold state. Without it that is refused. `keep-source`, also called `set-aside`: what is at
   * the new home is renamed and kept. `keep-target`: what is at the old home stays there. Nothing is ever merged or deleted.
   */
  existingState: v.exactOptional(v.picklist(['keep-source', 'keep-target', 'set-aside'])),
  /** Let paths that the state holds of itself (channel directories, shims, links) follow the move. Default: list them. */
  rewritePaths: v.exactOptional(v.boolean()),
  /** How WordPress reaches the agent. Default `auto`: the system binary where it can work, else the sudo hop. */
  dispatch: v.exactOptional(v.picklist(['auto', 'system-binary', 'sudo-hop'])),
  /** Files WordPress could not read before: `leave` them root's (default) or `reclaim` them too. */
  private: v.exactOptional(v.picklist(['leave', 'reclaim'])),
  /** Go on although files exist that cannot safely change hands; they are listed as left. */
  leaveUnsafe: v.exactOptional(v.boolean()),
  /** Go on although `fs.protected_hardlinks` is off. */
  allowUnprotectedHardlinks: v.exactOptional(v.boolean()),
  /** Enter other filesystems mounted below the site. */
  crossMounts: v.exactOptional(v.boolean()),
  /** Take root-owned WordPress core files outside wp-content too. */
  includeCore: v.exactOptional(v.boolean()),
  /** Go on although the unit has `+`, `!` or `!!` lines, which keep running as root. */
  allowPrivilegedLines: v.exactOptional(v.boolean()),
  /** Go on although other pools of the same php-fpm master get the umask too. */
  acceptSharedUmask: v.exactOptional(v.boolean()),
  /** Leave php-fpm's umask as it is. */
  noFpmUmask: v.exactOptional(v.boolean()),
  /** Wait at most this long for a moment in which the service does nothing, and refuse when there is none. */
  whenIdle: v.exactOptional(v.number()),
  /** How long the new service must hold. Default max(2 × RestartSec, 15). */
  hold: v.exactOptional(v.number()),
});

/**
 * What an operator may say about a migration; everything left out is decided from what the host shows.
 *
 * Paths are absolute. Times are seconds.
 */
export type MigrationOptions = v.InferOutput<typeof migrationOptions>;

/** What `verify` may do that others would notice; without a word it does none of it. */
export type VerificationOptions = {
  /** Run the flow of this name by hand and wait for its job. */
  readonly flow?: string;
  /** Wait this many seconds for a job that WP-Cron started. */
  readonly waitScheduled?: number;
  /** Deliver a marked message to this channel through the registered dispatch command. */
  readonly probeChannel?: string;
  /** Install and update a throw-away plugin through WordPress's own upgrader. */
  readonly probeUpdate?: boolean;
};

/** The account a migration goes to unless another is named. */
export const DEFAULT_SERVICE_USER = 'opencode';
