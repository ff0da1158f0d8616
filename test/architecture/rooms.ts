/** What each floor of `src/` may import from besides itself. */
export const FLOORS: Readonly<Record<string, readonly string[]>> = {
  posix: [],
  systemd: ['posix'],
  wordpress: ['posix', 'systemd'],
  kimaki: ['posix', 'systemd'],
  recipes: ['posix', 'systemd', 'wordpress', 'kimaki'],
  cli: ['posix', 'systemd', 'wordpress', 'kimaki', 'recipes'],
};

/** The rooms of each floor, from the bottom up: a room imports only from those before it. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  posix: [
    'paths',
    'secrets',
    'findings',
    'programs',
    'processes',
    'handles',
    'files',
    'accounts',
    'access',
    'search',
    'sweeps',
    'moves',
  ],
  systemd: ['names', 'document', 'values', 'edits', 'secrets', 'load', 'manager', 'host-edit', 'watch', 'mask'],
  wordpress: ['php', 'fpm', 'site', 'blocks', 'wpcli', 'probes'],
  kimaki: [
    'bridges',
    'instance',
    'identity',
    'unit',
    'state',
    'abilities',
    'database',
    'state-paths',
    'dispatch',
    'diagnosis',
  ],
  recipes: ['engine', 'runner', 'steps', 'host', 'proof', 'migrateOffRoot', 'hardenInstall', 'diagnosis'],
};

/** The parts of a room that is large enough to have an order inside, from the bottom up. */
export const PARTS: Readonly<Record<string, readonly string[]>> = {
  'recipes/engine': ['plan', 'journal', 'run'],
  'recipes/migrateOffRoot': ['refuse', 'observe', 'plan', 'run'],
};

/** The room a file lives in (`posix/paths`), or its floor where that has none (`cli`). The path is relative to `src/`. */
export function roomOf(path: string): string {
  const [floor = '', room] = path.split('/');
  return room !== undefined && !room.endsWith('.ts') && floor in ROOMS ? `${floor}/${room}` : floor;
}

/** The part of its room a file lives in, or undefined. */
export function partOf(path: string): string | undefined {
  const part = path.split('/')[2];
  return roomOf(path) in PARTS && part?.endsWith('.ts') === false ? part : undefined;
}
