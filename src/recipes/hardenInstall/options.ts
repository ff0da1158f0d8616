import * as v from 'valibot';
import { record } from '../engine/index.js';
import { migrationOptions } from '../host/index.js';

/** Schema of {@link HardenOptions}. */
export const hardenOptions = record({
  /** The unit, `kimaki.service` style. Needed only where several instances are installed. */
  unit: migrationOptions.entries.unit,
  /** The WordPress root, where the unit does not name it. */
  site: migrationOptions.entries.site,
  /** How WordPress reaches the agent. Default `auto`: the system binary where it can work, else the sudo hop. */
  dispatch: migrationOptions.entries.dispatch,
  /** Continue although other pools of the same php-fpm master get the umask too. */
  acceptSharedUmask: migrationOptions.entries.acceptSharedUmask,
  /** Leave php-fpm's umask as it is. */
  noFpmUmask: migrationOptions.entries.noFpmUmask,
  /** Let the service keep trying to upgrade itself, which it is not allowed to do. Default false: `--no-auto-upgrade` is set. */
  keepAutoUpgrade: v.exactOptional(v.boolean()),
  /** Seconds that the restarted service must keep running. Default max(2 × RestartSec, 15). */
  hold: migrationOptions.entries.hold,
});

/** The options of an installer; what is left out is decided from what the host shows. */
export type HardenOptions = Readonly<v.InferOutput<typeof hardenOptions>>;
