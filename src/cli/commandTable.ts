import type { CommandEntry } from './command.js';

/** Every command of `wca`, in the order of the help. A module is loaded only when its command is asked for. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'migrate-off-root',
    summary: 'move a kimaki install that runs as root to an unprivileged user',
    load: async () => (await import('./commands/migrateOffRoot/index.js')).command,
  },
  {
    name: 'doctor',
    summary: 'what is wrong with the kimaki instances of this host and their sites, and what to do',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  {
    name: 'access',
    summary: 'may this user do this with a path, and if not, what refuses',
    load: async () => (await import('./commands/access.js')).access,
  },
  {
    name: 'owned',
    summary: 'what somebody owns below a path',
    load: async () => (await import('./commands/owned.js')).owned,
  },
  {
    name: 'reclaim',
    summary: 'give what one user owns below a path to another, safely on a live tree',
    load: async () => (await import('./commands/reclaim.js')).reclaim,
  },
  {
    name: 'resolve-bin',
    summary: 'the program that all of these users can really run',
    load: async () => (await import('./commands/resolveBin.js')).resolveBin,
  },
  {
    name: 'detect',
    summary: 'the service identity an installer should use',
    load: async () => (await import('./commands/detect.js')).detect,
  },
  {
    name: 'unit',
    summary: 'read and edit unit files, every other byte kept',
    load: async () => (await import('./commands/unit/index.js')).unit,
  },
  {
    name: 'block',
    summary: 'the fenced blocks of a managed PHP file',
    load: async () => (await import('./commands/block/index.js')).block,
  },
];
