import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { clearAbandoned } from '../../../posix/files/index.js';
import { getBlock, managedMode, putBlock, readCliChannel, setChannelCommand } from '../../../wordpress/blocks/index.js';
import { lintPhp } from '../../../wordpress/php/index.js';
import { restoreCommands } from '../files/restoreCommands.js';
import { absolutePath, accountId, defineStep, listOf, record } from '../../engine/index.js';
import type { Check, StepFailure } from '../../engine/index.js';
import { fileState, mayRestore, readFileState, replaceRecorded, restoreFile } from '../files/fileState.js';
import type { FileState } from '../files/fileState.js';

const entry = {
  /** Label of the block, `bridge:kimaki`. */
  label: v.string(),
  command: v.string(),
  /** What is registered now, for the plan. */
  from: v.string(),
  /** Variables that the command gets; others of the entry's `env` stay. Without it `env` stays as it is. */
  environment: v.exactOptional(v.record(v.string(), v.string())),
};

const args = record({
  path: absolutePath,
  ...entry,
  /** Further entries of the same file, where several agents are moved together. */
  others: v.exactOptional(listOf(record(entry))),
  /** The owner of the file afterwards: the site's account, so that WordPress can update it. */
  uid: accountId,
  gid: accountId,
  why: v.string(),
});

/** The channel entry whose command, and variables, change. */
export type ChannelCommandArgs = Readonly<v.InferOutput<typeof args>>;

type ChannelEntry = Pick<ChannelCommandArgs, 'label' | 'command' | 'from' | 'environment'>;

function entriesOf({ others = [], ...first }: ChannelCommandArgs): readonly [ChannelEntry, ...ChannelEntry[]] {
  return [first, ...others];
}

/**
 * Registers another dispatch command, and variables for it, in the channels mu-plugin; every byte outside these values stays.
 *
 * A sweep of the tree must leave the file to this step: the file is replaced, and the undo of a sweep does not know the
 * new inode. The result passes `php -l` before it replaces the file, and the file is 0644 afterwards, or 0664 where its
 * group could write. Undo restores the old bytes, owner and mode and refuses where someone edited the file since.
 */
export const channelCommandStep = defineStep({
  kind: 'wordpress.channelCommand',
  args,
  before: fileState,
  describe: (args) => {
    const { path, why } = args;
    const entries = entriesOf(args);
    const lines = entries.flatMap(({ command, from, environment = {} }) => [
      ...(command === from ? [] : [`-'command' => '${from}'`, `+'command' => '${command}'`]),
      ...Object.entries(environment).map(([name, value]) => `+'env' => [ '${name}' => '${value}' ]`),
    ]);
    return {
      title: `Register ${entries.map(({ command, label }) => `${command} as the command of ${label}`).join(', ')}`,
      why,
      diff: lines.length === 0 ? '' : [`--- ${path}`, `+++ ${path}`, ...lines, ''].join('\n'),
      undo: `Register the former command of ${entries.map(({ label }) => label).join(', ')}`,
    };
  },
  writes: ({ path }) => [path],
  check: (args) => new ResultAsync(checkCommand(args)),
  apply: (args, before, ctx) =>
    withCommand(args, before).asyncAndThen((ours) =>
      replaceRecorded(args.path, ours, before, ctx, {
        mode: managedMode(before.mode),
        uid: args.uid,
        gid: args.gid,
        validate: (_temp, bytes) => lintPhp(bytes, { path: args.path }),
      }),
    ),
  verify: (args) => new ResultAsync(verifyCommand(args)),
  byHand: (args, before, where) => restoreCommands(args.path, before, where),
  tidy: (args) => clearAbandoned(args.path),
  undoable: (args, before, ctx) =>
    withCommand(args, before).asyncAndThen((ours) => mayRestore(args.path, before, ours, ctx)),
  undo: (args, before, ctx) =>
    withCommand(args, before).asyncAndThen((ours) => restoreFile(args.path, before, ours, ctx)),
});

async function checkCommand(args: ChannelCommandArgs): Promise<Result<Check<FileState>, StepFailure>> {
  const file = await readFileState(args.path);
  if (file.isErr()) return err(file.error);
  if (file.value === null) {
    return err({
      code: 'CHANNELS_FILE_MISSING',
      message: `${args.path} does not exist any more; it registered ${args.label} when the plan was made: plan again`,
    });
  }
  const ours = withCommand(args, file.value);
  if (ours.isErr()) return err(ours.error);
  const { bytes, mode, uid, gid } = file.value;
  const owned = mode === managedMode(mode) && uid === args.uid && gid === args.gid;
  const same = owned && ours.value.toString('base64') === bytes;
  return ok(same ? { state: 'satisfied' } : { state: 'needed', before: file.value });
}

async function verifyCommand(args: ChannelCommandArgs): Promise<Result<void, StepFailure>> {
  const check = await checkCommand(args);
  if (check.isErr()) return err(check.error);
  if (check.value.state === 'satisfied') return ok(undefined);
  return err({
    code: 'COMMAND_NOT_REGISTERED',
    message: `${args.path} does not register ${args.command} any more; find out who else writes it, and run again`,
  });
}

function withCommand(args: ChannelCommandArgs, file: FileState): Result<Buffer, StepFailure> {
  return entriesOf(args).reduce<Result<Buffer, StepFailure>>(
    (done, one) => done.andThen((source) => withEntry(source, one)),
    ok(Buffer.from(file.bytes, 'base64')),
  );
}

function withEntry(source: Buffer, { label, command, environment }: ChannelEntry): Result<Buffer, StepFailure> {
  return getBlock(source, label).andThen(({ body }): Result<Buffer, StepFailure> =>
    readCliChannel(body).andThen(({ env }): Result<Buffer, StepFailure> => {
      const wanted = environment === undefined ? {} : { env: { ...env, ...environment } };
      return setChannelCommand(body, command, wanted).andThen((edited): Result<Buffer, StepFailure> =>
        // An entry that says so already keeps its spelling.
        edited.equals(body) ? ok(source) : putBlock(source, label, edited),
      );
    }),
  );
}
