import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { createServiceUser, lookupUser, removeServiceUser } from '../../../posix/accounts/index.js';
import type { Check, StepFailure, StepKind, UndoNotes } from '../../engine/index.js';

/** The account as it is to be. */
export type CreateUserArgs = {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
  readonly groups: readonly string[];
};

type CreateUserBefore = { readonly missing: true };

/**
 * Makes the service account with its home (0750) and groups; an account of that name that exists is left alone.
 *
 * Undo removes the account this step made, and its home only when nothing was put there.
 */
export const createUserStep: StepKind<'posix.createUser', CreateUserArgs, CreateUserBefore, StepFailure> = {
  kind: 'posix.createUser',
  describe: (args) => ({
    title: `create the user ${args.name} (home ${args.home}, groups ${args.groups.join(', ')})`,
    why: 'the service needs an account of its own without privileges',
  }),
  check: (args) => new ResultAsync(checkUser(args)),
  apply: (args) => createServiceUser(args).map(() => undefined),
  verify: (args) => lookupUser(args.name).map(() => undefined),
  byHand: ({ name }) => [`userdel ${name}`],
  undo: (args) => new ResultAsync(undoUser(args)),
};

async function checkUser(args: CreateUserArgs): Promise<Result<Check<CreateUserBefore>, StepFailure>> {
  const user = await lookupUser(args.name);
  if (user.isOk()) return ok({ state: 'satisfied' });
  return user.error.code === 'USER_NOT_FOUND' ? ok({ state: 'needed', before: { missing: true } }) : err(user.error);
}

async function undoUser(args: CreateUserArgs): Promise<Result<UndoNotes, StepFailure>> {
  const removed = await removeServiceUser(args.name);
  if (removed.isErr()) return err(removed.error);
  const { homeKept } = removed.value;
  return ok({ notes: homeKept === null ? [] : [`${homeKept} was kept: something was put there since`] });
}
