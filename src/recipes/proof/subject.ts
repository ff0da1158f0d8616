import type { KimakiInstance } from '../../kimaki/instance/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { CliChannel } from '../../wordpress/blocks/index.js';
import type { Site } from '../../wordpress/site/index.js';
import type { MigrationOptions, VerificationOptions } from '../host/index.js';

/** What the checks look at: the host as it is now. */
export type Subject = {
  readonly instance: KimakiInstance;
  /** The other instances of this host. */
  readonly neighbours: readonly KimakiInstance[];
  /** The account the service is to run as. */
  readonly service: Identity;
  /** The account WordPress runs as. */
  readonly web: Identity;
  readonly site: Site;
  /** The registered channel, and the file it stands in. */
  readonly channel: { readonly file: string; readonly entry: CliChannel } | null;
  readonly agentPlaces: readonly { readonly path: string }[];
  readonly options: VerificationOptions;
  /** What the migration was asked to leave alone; the checks report it, and do not fail because of it. */
  readonly accepted: Pick<
    MigrationOptions,
    'leaveUnsafe' | 'noFpmUmask' | 'crossMounts' | 'allowRestart' | 'ownPrefix'
  >;
};
