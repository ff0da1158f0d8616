import { errAsync, ok, okAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { lookupIdentity, lookupUser } from '../../posix/accounts/index.js';
import { octalMode, printablePath } from '../../posix/paths/index.js';
import { queryOwnership } from '../../posix/search/index.js';
import type { IdentityError } from '../../posix/accounts/index.js';
import type { OwnedEntry } from '../../posix/search/index.js';
import { defineCommand } from '../command.js';
import type { CliError } from '../command.js';
import { EXIT } from '../exitCodes.js';
import { usageError } from '../parseArguments.js';

export const owned = defineCommand({
  usage: ['PATH [--by USER] [--not-by USER] [--group-unwritable] [--not-writable-by USER] [-0 | --count]'],
  options: [
    { name: 'by', value: 'USER', help: 'owned by this user (a name or a uid)' },
    { name: 'not-by', value: 'USER', help: 'not owned by this user' },
    { name: 'group-unwritable', help: 'without the group write bit' },
    {
      name: 'not-writable-by',
      value: 'USER',
      help: 'not writable for this user, with ACLs and closed directories counted',
    },
    { name: 'cross-mounts', help: 'also search filesystems mounted below PATH' },
    { name: 'null', short: '0', help: 'print raw paths, each followed by a NUL byte' },
    { name: 'count', help: 'print only the number of matches' },
  ],
  operands: { min: 1, max: 1 },
  notes: [
    'An entry matches when all of the options hold. Exit status 0 also when nothing matches.',
    'On a terminal, -0 shows control characters as \\xHH, the NUL as \\x00.',
  ],
  async run(context) {
    const { output } = context;
    const path = context.operandPath(0, 'PATH');
    if (path.isErr()) return context.fail(path.error);
    const by = await userId(context.value('by'));
    if (by.isErr()) return context.fail(by.error);
    const notBy = await userId(context.value('not-by'));
    if (notBy.isErr()) return context.fail(notBy.error);
    const groupUnwritable = context.flag('group-unwritable');
    const unable = context.value('not-writable-by');
    if (by.value === undefined && notBy.value === undefined && !groupUnwritable && unable === undefined) {
      return context.fail(
        usageError('no condition was given; give --by, --not-by, --group-unwritable or --not-writable-by'),
      );
    }
    const writer = unable === undefined ? ok(undefined) : await lookupIdentity(unable);
    if (writer.isErr()) return context.fail(writer.error);

    const count = context.flag('count');
    const raw = context.flag('null');
    if (raw && (count || output.json)) return context.fail(usageError('-0 cannot be combined with --count or --json'));
    const tell = (entry: OwnedEntry): void => {
      if (count) return;
      if (raw) output.write(Buffer.concat([entry.path, Buffer.of(0)]));
      else if (output.json) output.record(asJson(entry));
      else output.print(printablePath(entry.path));
    };
    const predicate = {
      ...(by.value === undefined ? {} : { by: by.value }),
      ...(notBy.value === undefined ? {} : { notBy: notBy.value }),
      groupUnwritable,
      ...(writer.value === undefined ? {} : { writable: { by: writer.value, is: false } }),
    };
    const options = { crossMounts: context.flag('cross-mounts'), signal: output.closed, onEntry: tell };
    const answer = await queryOwnership(path.value, predicate, options);
    if (output.closed.aborted) return EXIT.done;
    if (answer.isErr())
      return answer.error.code === 'QUERY_INCOMPLETE'
        ? context.fail(answer.error, EXIT.no)
        : context.fail(answer.error);
    for (const mount of answer.value.mountsSkipped)
      output.log(`not searched, since another filesystem is mounted there: ${mount}`);
    if (count) {
      output.print(String(answer.value.matched));
      output.record({ count: answer.value.matched });
    }
    return EXIT.done;
  },
});

/** A user's number; undefined for undefined. */
export function userId(user: string | undefined): ResultAsync<number | undefined, IdentityError | CliError> {
  if (user === undefined) return okAsync(undefined);
  if (!/^\d+$/.test(user)) return lookupUser(user).map(({ uid }) => uid);
  const uid = Number(user);
  return uid < 0xffffffff ? okAsync(uid) : errAsync(usageError(`${user} is no uid; the largest is 4294967294`));
}

function asJson({ path, uid, gid, mode, type }: OwnedEntry): object {
  const text = path.toString('utf8');
  const exact = Buffer.from(text, 'utf8').equals(path);
  const shown = exact ? { path: text } : { path: printablePath(path), pathBase64: path.toString('base64') };
  return { ...shown, uid, gid, mode: octalMode(mode), type };
}
