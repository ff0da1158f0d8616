import type { RewriteUnitArgs } from '../steps/index.js';
import type { DispatchFacts, FpmFacts, SiteFacts } from '../host/index.js';
import type { HardenOptions } from './options.js';

/** What hardening rests on: plain JSON, no secrets. */
export type HardenFacts = {
  readonly options: HardenOptions;
  readonly unit: HardenedUnit;
  /** Services that act for the same site as the same user. */
  readonly companions: readonly HardenedUnit[];
  /** Timers and other triggers of those companions that have to change. */
  readonly activators: readonly HardenedActivator[];
  readonly instance: string;
  readonly user: string;
  readonly home: string;
  readonly dataDir: string;
  readonly lockPort: number | null;
  readonly site: SiteFacts;
  readonly fpm: FpmFacts | null;
  readonly dispatch: DispatchFacts;
  /** RestartSec in seconds. */
  readonly restartSeconds: number;
  /** TCP ports that the service listens on, and must listen on again. */
  readonly listeningPorts: readonly number[];
  /** The unit with which root upgrades the program; null where npm is not there, or it was not wanted. */
  readonly upgradeUnit: { readonly path: string; readonly content: string; readonly mode: number } | null;
};

/** A unit, and whether it must be stopped to change its files. */
export type HardenedUnit = {
  readonly name: string;
  readonly active: boolean;
  /** Edits of its files; the fragment's last. */
  readonly edits: readonly RewriteUnitArgs[];
  /** Its files or its process are not what systemd has loaded, or the process has another umask. */
  readonly outdated: boolean;
};

/** What starts a companion. */
export type HardenedActivator = { readonly name: string; readonly active: boolean };
