import type { CommandEntry } from './command.js';

/** Every command of `wca`, in the order of the help. A module is loaded only when its command is asked for. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'migrate-off-root',
    summary: 'move a kimaki install that runs as root to an unprivileged user',
    load: async () => (await import('./commands/migrateOffRoot/index.js')).command,
  },
];
