import { resolve } from 'node:path';
import { KIMAKI } from '../bridges/index.js';

/** What decides on which port a bot listens. */
export interface LockPortFacts {
  /** HOME as the bot has it. */
  readonly home: string;
  readonly dataDir: string;
  /** `KIMAKI_LOCK_PORT`; one that is no port is ignored. */
  readonly variable: string | undefined;
  /** Its arguments: units of old installers have `--lock-port N`. */
  readonly args: readonly string[];
}

/**
 * The TCP port that a bot holds while it runs, so that no second one does; pure.
 *
 * The variable where it is a port, else the default for the data directory below HOME, else one from 30000 to 39999 that
 * is made of the data directory's path. So the port changes with the home.
 *
 * Source: `cli/src/config.ts` of remorses/kimaki.
 */
export function lockPortOf({ home, dataDir, variable, args }: LockPortFacts): number {
  // Taken as JavaScript takes a number from the front of a text.
  const named = portOf(Number.parseInt(variable ?? '', 10)) ?? portOf(Number.parseInt(lockPortArgument(args), 10));
  if (named !== null) return named;
  const directory = resolve(dataDir);
  if (directory === resolve(home, KIMAKI.dataDirName)) return KIMAKI.defaultLockPort;
  let hash = 0;
  for (let index = 0; index < directory.length; index += 1) hash = (hash * 31 + directory.charCodeAt(index)) | 0;
  return 30_000 + (Math.abs(hash) % 10_000);
}

function portOf(value: number): number | null {
  return value >= 1 && value <= 65_535 ? value : null;
}

function lockPortArgument(args: readonly string[]): string {
  const at = args.findIndex((arg) => arg === '--lock-port' || arg.startsWith('--lock-port='));
  return at === -1 ? '' : (args[at]?.split('=')[1] ?? args[at + 1] ?? '');
}
