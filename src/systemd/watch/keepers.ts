import type { OpenProcess, ProcessStatus } from '../../posix/processes/index.js';

/** What processes of a unit must have open. @inline */
export interface WantedOpen {
  /** TCP ports to listen on. */
  readonly ports: readonly number[];
  /** A directory at or below which a file must be open; null where none must. */
  readonly below: string | null;
}

/** A process that a healthy unit depends on, besides its main one. */
export interface Keeper {
  readonly process: ProcessStatus;
  /** What it is needed for, to stand after "which". */
  readonly holds: string;
}

/** Finds who has open what must be open, and says in words what nobody has; pure. */
export function keepersOf(
  open: readonly OpenProcess[],
  { ports, below }: WantedOpen,
): { readonly keepers: readonly Keeper[]; readonly missing: readonly string[] } {
  const keepers: Keeper[] = [];
  const missing: string[] = [];
  const find = (holds: string, without: string, has: (one: OpenProcess) => boolean): void => {
    const found = open.filter(has);
    keepers.push(...found.map(({ process }) => ({ process, holds })));
    if (found.length === 0) missing.push(without);
  };
  for (const port of ports) {
    find(`listens on port ${port}`, `listens on port ${port}`, (one) => one.ports.includes(port));
  }
  if (below !== null)
    find(`has files of ${below} open`, `has anything of ${below} open`, ({ files }) => files.length > 0);
  return { keepers, missing };
}
