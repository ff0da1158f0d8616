/** What an installer may say; everything left out is decided from what the host shows. */
export type HardenOptions = {
  /** The unit, `kimaki.service` style. Needed only where several instances are installed. */
  readonly unit?: string;
  /** The WordPress root, where the unit does not name it. */
  readonly site?: string;
  /** How WordPress reaches the agent. Default `auto`: the system binary where it can work, else the sudo hop. */
  readonly dispatch?: 'auto' | 'system-binary' | 'sudo-hop';
  /** Go on although other pools of the same php-fpm master get the umask too. */
  readonly acceptSharedUmask?: boolean;
  /** Leave php-fpm's umask as it is. */
  readonly noFpmUmask?: boolean;
  /** Let the service go on trying to upgrade itself, which it may not. Default false: `--no-auto-upgrade` is set. */
  readonly keepAutoUpgrade?: boolean;
  /** Seconds the restarted service must hold. Default max(2 × RestartSec, 15). */
  readonly hold?: number;
};
