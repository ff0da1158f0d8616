import type { CommandGroup } from '../../command.js';

/** `wca unit`: unit files as lossless documents. */
export const unit: CommandGroup = {
  subcommands: [
    { name: 'cat', summary: 'print a unit file as it is', load: async () => (await import('./cat.js')).cat },
    {
      name: 'get',
      summary: 'print the value of one key of a unit file',
      load: async () => (await import('./get.js')).get,
    },
    {
      name: 'list',
      summary: 'list every assignment of a unit file, in order',
      load: async () => (await import('./list.js')).list,
    },
    {
      name: 'set',
      summary: 'change assignments; every other byte stays',
      load: async () => (await import('./edit.js')).set,
    },
    {
      name: 'unset',
      summary: 'remove assignments; every other byte stays',
      load: async () => (await import('./edit.js')).unset,
    },
    {
      name: 'effective',
      summary: 'print what systemd would load, with drop-ins, and where each value comes from',
      load: async () => (await import('./effective.js')).effective,
    },
    {
      name: 'check',
      summary: 'check whether systemd would load a unit, and why not',
      load: async () => (await import('./check.js')).check,
    },
  ],
};
