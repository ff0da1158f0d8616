import { ResultAsync } from 'neverthrow';
import { lookupIdentity } from '../../posix/accounts/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { resolveExecutable } from '../../posix/access/index.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exitCodes.js';
import { usageError } from '../parseArguments.js';

export const resolveBin = defineCommand({
  usage: ['NAME --for USER[,USER…] [--path PATH]'],
  options: [
    { name: 'for', value: 'USERS', help: 'who must all be able to run it, separated by commas' },
    { name: 'path', value: 'PATH', help: 'where to look, as in the environment variable; default: PATH itself' },
  ],
  operands: { min: 1, max: 1 },
  notes: ['Nothing that is found is run. Exit status 1: there is none, and for each candidate what blocks.'],
  async run(context) {
    const { output } = context;
    const [name = ''] = context.operands;
    const users = context.required('for');
    if (users.isErr()) return context.fail(users.error);
    const names = users.value.split(',');
    if (names.includes('')) return context.fail(usageError('--for has an empty name in it'));
    const identities = await ResultAsync.combine([...new Set(names)].map((user) => lookupIdentity(user)));
    if (identities.isErr()) return context.fail(identities.error);
    const given = context.value('path');
    const relative = given?.split(':').find((directory) => directory !== '' && !directory.startsWith('/'));
    if (relative !== undefined) {
      const what = `--path must have absolute directories, found ${printablePath(relative)}`;
      return context.fail(usageError(what));
    }
    const searchPath = given ?? context.env.PATH ?? '';
    const found = await resolveExecutable(name, identities.value, { searchPath });
    if (found.isErr()) return context.fail(found.error);
    const { path, candidates } = found.value;
    output.record({ path, candidates });
    if (path !== null) {
      output.print(printablePath(path));
      return EXIT.done;
    }
    const shown = printablePath(name);
    output.warn(
      candidates.length === 0 ? `no ${shown} in ${printablePath(searchPath)}` : `no ${shown} that all of them can run:`,
    );
    for (const candidate of candidates) output.warn(`  ${printablePath(candidate.path)}: ${candidate.reason ?? ''}`);
    return EXIT.no;
  },
});
