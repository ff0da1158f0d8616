import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { createServiceUser, lookupUser, removeServiceUser } from '../../../posix/accounts/index.js';
import { absolutePath, defineStep, listOf, record } from '../../engine/index.js';
import type { Check, StepFailure, UndoNotes } from '../../engine/index.js';

const args = record({
  name: v.string(),
  home: absolutePath,
  shell: absolutePath,
  groups: listOf(v.string()),
});

/**
 * What useradd, usermod and userdel rewrite, each with a lock and a backup beside it, and the lock of all. Source: useradd(8),
 * FILES; lckpwdf(3).
 */
const ACCOUNT_FILES = [
  '/etc/.pwd.lock',
  ...['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].flatMap((name) => [`/etc/${name}`, `/etc/${name}-`]),
];

/** The account to create. */
export type CreateUserArgs = Readonly<v.InferOutput<typeof args>>;

const before = record({ missing: v.literal(true) });

type CreateUserBefore = v.InferOutput<typeof before>;

/**
 * Creates the service account with its home (0750) and groups; an account of that name that exists is left alone.
 *
 * Undo removes the account this step created, and its home only if it is empty.
 */
export const createUserStep = defineStep({
  kind: 'posix.createUser',
  args,
  before,
  describe: (args) => ({
    title: `Create the user ${args.name} (home ${args.home}, groups ${args.groups.join(', ')})`,
    why: 'the service needs an account of its own without privileges',
    undo: `Remove the user ${args.name}`,
  }),
  writes: ({ home }) => [home, ...ACCOUNT_FILES],
  check: (args) => new ResultAsync(checkUser(args)),
  apply: (args) => createServiceUser(args).map(() => undefined),
  verify: (args) => lookupUser(args.name).map(() => undefined),
  byHand: ({ name }) => [`userdel ${name}`],
  undo: (args) => new ResultAsync(undoUser(args)),
});

async function checkUser(args: CreateUserArgs): Promise<Result<Check<CreateUserBefore>, StepFailure>> {
  const user = await lookupUser(args.name);
  if (user.isOk()) return ok({ state: 'satisfied' });
  return user.error.code === 'USER_NOT_FOUND' ? ok({ state: 'needed', before: { missing: true } }) : err(user.error);
}

async function undoUser(args: CreateUserArgs): Promise<Result<UndoNotes, StepFailure>> {
  const removed = await removeServiceUser(args.name);
  if (removed.isErr()) return err(removed.error);
  const { homeKept } = removed.value;
  return ok({ notes: homeKept === undefined ? [] : [`${homeKept} is kept: it holds files that were created since`] });
}
