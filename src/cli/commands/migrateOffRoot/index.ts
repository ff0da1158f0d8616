import type { CommandGroup } from '../../command.js';

/** `wca migrate-off-root`: the recipe, step by step. */
export const command: CommandGroup = {
  subcommands: [
    {
      name: 'plan',
      summary: 'observe the host and print what would be done; changes nothing',
      load: async () => (await import('./plan.js')).command,
    },
    {
      name: 'apply',
      summary: 'carry the plan out and verify it; undo everything if anything fails',
      load: async () => (await import('./apply.js')).command,
    },
    {
      name: 'verify',
      summary: 'check every acceptance point on the live host',
      load: async () => (await import('./verify.js')).command,
    },
    { name: 'rollback', summary: 'undo the last run', load: async () => (await import('./rollback.js')).command },
    { name: 'resume', summary: 'finish an interrupted run', load: async () => (await import('./resume.js')).command },
    {
      name: 'run',
      summary: 'run by the unit that apply, resume and rollback start',
      load: async () => (await import('./run.js')).command,
    },
    {
      name: 'recover',
      summary: 'run by the recovery unit at a boot in the middle of a run',
      load: async () => (await import('./recover.js')).command,
    },
    {
      name: 'status',
      summary: 'show the state of the last run',
      load: async () => (await import('./status.js')).command,
    },
  ],
};
