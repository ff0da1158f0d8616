import type { CommandGroup } from '../../command.js';
import { get, list, put, remove } from './blocks.js';

/** `wca block`: the fenced blocks of a managed PHP file. */
export const block: CommandGroup = {
  subcommands: [
    { name: 'list', summary: 'list the blocks of a file', load: async () => list },
    { name: 'get', summary: 'print the body of a block', load: async () => get },
    { name: 'put', summary: 'write a block; its body comes from standard input', load: async () => put },
    { name: 'remove', summary: 'remove a block', load: async () => remove },
  ],
};
