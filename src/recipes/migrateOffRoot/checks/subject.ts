import type { KimakiInstance } from '../../../kimaki/index.js';
import type { Identity } from '../../../posix/index.js';
import type { NamedCliChannel, Site } from '../../../wordpress/index.js';
import type { MigrationOptions, VerificationOptions } from '../options.js';

/** What the checks look at: the host as it is now, whatever state that is. */
export type Subject = {
  readonly instance: KimakiInstance;
  /** The account the service is to run as. */
  readonly service: Identity;
  /** The account WordPress runs as. */
  readonly web: Identity;
  readonly site: Site;
  /** The channel that is registered, and in which file. */
  readonly channel: { readonly file: string; readonly entry: NamedCliChannel } | null;
  readonly agentPlaces: readonly { readonly path: string }[];
  readonly options: VerificationOptions;
  /** What the migration was asked to leave alone; it is reported, not refuted. */
  readonly accepted: Pick<MigrationOptions, 'leaveUnsafe' | 'noFpmUmask' | 'crossMounts'>;
};
