import type { Command, CommandEntry } from './command.js';

/** Every command of `wca`, in the order of the help. A module is loaded only when its command is asked for. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'migrate-off-root',
    summary: 'move a kimaki install that runs as root to an unprivileged user',
    load: async () => (await import('./commands/migrateOffRoot/index.js')).command,
  },
  {
    name: 'doctor',
    summary: 'find what is wrong with the kimaki instances of this host and their sites, and what to do',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  {
    name: 'access',
    summary: 'whether a user may access a path, and if not, what refuses',
    load: async () => (await import('./commands/access.js')).access,
  },
  {
    name: 'owned',
    summary: 'list what a user owns below a path',
    load: async () => (await import('./commands/owned.js')).owned,
  },
  {
    name: 'reclaim',
    summary: 'change the owner of what one user owns below a path, safely on a live tree',
    load: async () => (await import('./commands/reclaim.js')).reclaim,
  },
  {
    name: 'resolve-bin',
    summary: 'find the program that all of these users can execute',
    load: async () => (await import('./commands/resolveBin.js')).resolveBin,
  },
  {
    name: 'detect',
    summary: 'print the service identity an installer should use',
    load: async () => (await import('./commands/detect.js')).detect,
  },
  {
    name: 'unit',
    summary: 'read and edit unit files without changing any other byte',
    load: async () => (await import('./commands/unit/index.js')).unit,
  },
  {
    name: 'block',
    summary: 'read and edit the fenced blocks of a managed PHP file',
    load: async () => (await import('./commands/block/index.js')).block,
  },
];

/** What `wca` without a command does. */
export async function overview(): Promise<Command> {
  return (await import('./commands/overview.js')).overview;
}
