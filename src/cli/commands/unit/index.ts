import type { CommandGroup } from '../../command.js';

/** `wca unit`: unit files as lossless documents. */
export const unit: CommandGroup = {
  subcommands: [
    { name: 'cat', summary: 'print a unit file as it is', load: async () => (await import('./cat.js')).cat },
    {
      name: 'get',
      summary: 'the value of one key of a unit file, as it stands there',
      load: async () => (await import('./get.js')).get,
    },
    {
      name: 'list',
      summary: 'every assignment of a unit file, in order',
      load: async () => (await import('./list.js')).list,
    },
    { name: 'set', summary: 'change assignments, and nothing else', load: async () => (await import('./edit.js')).set },
    {
      name: 'unset',
      summary: 'remove assignments, and nothing else',
      load: async () => (await import('./edit.js')).unset,
    },
    {
      name: 'effective',
      summary: 'what systemd would load, drop-ins and all, and where each value comes from',
      load: async () => (await import('./effective.js')).effective,
    },
    {
      name: 'check',
      summary: 'would systemd load it, and what stands in the way',
      load: async () => (await import('./check.js')).check,
    },
  ],
};
