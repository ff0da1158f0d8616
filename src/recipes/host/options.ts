import * as v from 'valibot';
import { err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../posix/findings/index.js';
import { absolutePath, listOf, readData, record } from '../engine/index.js';
import { refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

const name = v.pipe(v.string(), v.nonEmpty());
const seconds = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Schema of {@link MigrationOptions}. */
export const migrationOptions = record({
  /** The unit to move, `kimaki.service` style. Needed only where several instances are installed. */
  unit: v.exactOptional(name),
  /** Several units, to be moved together: one plan, one stop window, one way back. Not with `unit` or `all`. */
  units: v.exactOptional(listOf(name)),
  /**
   * Every instance in use that runs as root; where none does, every one that runs as the account already. Not with `unit` or
   * `units`.
   */
  all: v.exactOptional(v.boolean()),
  /** The account that is to run the service. Default `opencode`. */
  user: v.exactOptional(name),
  /** Create the account if it does not exist. Without it a missing account is refused. */
  createUser: v.exactOptional(v.boolean()),
  /** The WordPress root, where the unit does not name it. */
  site: v.exactOptional(absolutePath),
  /** `managed` moves runtime state only, `engineering` the toolchains too. Default `managed`. */
  posture: v.exactOptional(v.picklist(['managed', 'engineering'])),
  /** Further entries below the old home to move, relative to it. */
  migrateExtra: v.exactOptional(listOf(v.string())),
  /**
   * What to do where both homes hold state. Without it that is refused. `keep-source`, also called `set-aside`: what is at
   * the new home is renamed and kept. `keep-target`: what is at the old home stays there. Nothing is ever merged or deleted.
   */
  existingState: v.exactOptional(v.picklist(['keep-source', 'keep-target', 'set-aside'])),
  /**
   * Leave the paths inside the state that lead to the old home (channel directories, shims, links) as they are, and list them.
   * Default: they follow the move.
   */
  keepPaths: v.exactOptional(v.boolean()),
  /** How WordPress reaches the agent. Default `auto`: the system binary where it can work, else the sudo hop. */
  dispatch: v.exactOptional(v.picklist(['auto', 'system-binary', 'sudo-hop'])),
  /** Files that WordPress could not read before: `leave` them to root (default) or `reclaim` them too. */
  private: v.exactOptional(v.picklist(['leave', 'reclaim'])),
  /** Continue although there are files whose owner cannot be changed safely; they are skipped and listed. */
  leaveUnsafe: v.exactOptional(v.boolean()),
  /** Continue although `fs.protected_hardlinks` is off. */
  allowUnprotectedHardlinks: v.exactOptional(v.boolean()),
  /** Enter other filesystems mounted below the site. */
  crossMounts: v.exactOptional(v.boolean()),
  /** Change the owner of root-owned WordPress core files outside wp-content too. */
  includeCore: v.exactOptional(v.boolean()),
  /** Continue although the unit has `+`, `!` or `!!` lines, which still run as root. */
  allowPrivilegedLines: v.exactOptional(v.boolean()),
  /**
   * What becomes of lines around the service that would fail as the agent and keep it from starting. `ignore-failure`
   * (default): they get the prefix `-`. `keep`: `+`, so that root goes on running them, where nothing of the agent can
   * reach them, else `-`. `refuse`: the migration is refused.
   */
  privilegedLines: v.exactOptional(v.picklist(['ignore-failure', 'keep', 'refuse'])),
  /** Let the agent restart its own unit: one sudo rule for exactly `systemctl restart UNIT`. */
  allowRestart: v.exactOptional(v.boolean()),
  /** Run the program that the agent has installed in an npm prefix in its own home, so that it can upgrade itself. */
  ownPrefix: v.exactOptional(v.boolean()),
  /** Continue although other pools of the same php-fpm master get the umask too. */
  acceptSharedUmask: v.exactOptional(v.boolean()),
  /** Leave php-fpm's umask as it is. */
  noFpmUmask: v.exactOptional(v.boolean()),
  /** Wait up to this long for the service to be idle, and refuse when it is not. */
  whenIdle: v.exactOptional(seconds),
  /** How long the new service must keep running. Default max(2 × RestartSec, 15). */
  hold: v.exactOptional(seconds),
});

/**
 * The options of a migration; what is left out is decided from what the host shows.
 *
 * Paths are absolute. Times are seconds.
 */
export type MigrationOptions = Readonly<v.InferOutput<typeof migrationOptions>>;

/** Schema of {@link VerificationOptions}. */
export const verificationOptions = record({
  /** Run the flow of this name by hand and wait for its job; once more where the job failed. */
  flow: v.exactOptional(v.string()),
  /** Wait up to this many seconds for a job that WP-Cron started. */
  waitScheduled: v.exactOptional(seconds),
  /**
   * The user of WordPress who lists Data Machine's jobs: an administrator's id, login or e-mail. Default: the first
   * administrator of the site.
   */
  wpUser: v.exactOptional(v.pipe(v.string(), v.minLength(1))),
  /** Deliver a marked message to this channel through the registered dispatch command. */
  probeChannel: v.exactOptional(v.string()),
  /** Install and update a throw-away plugin through WordPress's own upgrader. */
  probeUpdate: v.exactOptional(v.boolean()),
});

/** What a verification may do that others would notice; by default it does none of it. */
export type VerificationOptions = Readonly<v.InferOutput<typeof verificationOptions>>;

/**
 * Reads the options of a recipe strictly: an unknown name or a value of another shape is `INVALID_OPTIONS` with the name.
 *
 * Pure.
 */
export function readOptions<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Result<T, MigrationRefusal> {
  return readData(schema, value).orElse(({ field, problem }) => {
    const subject = field === '' ? 'options' : field;
    const message = field === '' ? `the options: ${problem}` : `option ${field} ${problem}`;
    return err(refusal('INVALID_OPTIONS', subject, message, remedy.text(`correct ${subject}`)));
  });
}

/** The account that a migration moves the service to by default. */
export const DEFAULT_SERVICE_USER = 'opencode';
