import type { CommandGroup } from '../../command.js';

/** `wca unit`: unit files as lossless documents. */
export const unit: CommandGroup = {
  subcommands: [
    { name: 'cat', summary: 'print a unit file as it is', load: async () => (await import('./cat.js')).cat },
    { name: 'list', summary: 'every assignment of a unit file, in order', load: async () => (await import('./list.js')).list },
    { name: 'set', summary: 'change assignments, and nothing else', load: async () => (await import('./edit.js')).set },
    { name: 'check', summary: 'would systemd load it, and what stands in the way', load: async () => (await import('./check.js')).check },
    { name: 'unset', summary: 'remove assignments, and nothing else', load: async () => (await import('./edit.js')).unset },
  ],
};
