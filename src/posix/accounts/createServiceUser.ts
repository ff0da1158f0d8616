import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkServiceUser } from './checkServiceUser.js';
import type { ServiceUserError, ServiceUserSpec } from './checkServiceUser.js';
import { makeDirectory } from '../files/index.js';
import type { MakeDirectoryError } from '../files/index.js';
import { removeServiceUser } from './removeServiceUser.js';
import { runChecked } from '../programs/index.js';
import { lookupUser } from './lookupIdentity.js';
import { unlessAborted } from '../paths/index.js';

/** Why a service user was not made. */
export type CreateUserError = ServiceUserError | MakeDirectoryError;

const HOME_MODE = 0o750;

/**
 * Makes sure that this account exists exactly as specified: with a group of its own, no password, and an empty home 0750.
 *
 * An account that exists as specified is not changed (`created: false`; a missing home is made), one that differs is
 * refused. The home gets no files of /etc/skel, so that an undo can tell it from a used one. The account cannot log
 * in with a password; ssh keys, sudo rules and mail are not its concern. The signal stops it only before the first
 * change: an account that is begun is completed.
 *
 * Errors: {@link CreateUserError}; the `ProgramError` of useradd(8), among it when this process is not root.
 *
 * @example
 * ```ts
 * import { createServiceUser } from '@wca/runtime-sdk/posix';
 *
 * const spec = { name: 'opencode', home: '/home/opencode', shell: '/bin/bash', groups: ['www-data'] };
 * const made = await createServiceUser(spec);
 * if (made.isErr()) console.error(made.error.code, made.error.message);
 * else console.log(made.value.created ? 'made' : 'was there');
 * ```
 */
export function createServiceUser(
  spec: ServiceUserSpec,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<{ readonly created: boolean }, CreateUserError> {
  return new ResultAsync(create(spec, options));
}

async function create(
  spec: ServiceUserSpec,
  options: { readonly signal?: AbortSignal },
): Promise<Result<{ readonly created: boolean }, CreateUserError>> {
  const state = await checkServiceUser(spec, options);
  if (state.isErr()) return err(state.error);
  const goesOn = unlessAborted(options.signal, 'creating the user');
  if (goesOn.isErr()) return err(goesOn.error);
  if (state.value === 'present') return ok({ created: false });
  const created = state.value === 'absent';
  if (created) {
    const added = await runChecked('useradd', argumentsFor(spec), { umask: 0o022 });
    if (added.isErr()) return err(added.error);
  }
  const made = await makeHome(spec);
  if (made.isOk()) return ok({ created });
  if (created) {
    // An account without a home is of no use, so it is removed; the first error is the one to report.
    const taken = await removeServiceUser(spec.name);
    if (taken.isErr()) return err({ ...made.error, message: `${made.error.message}; also: ${taken.error.message}` });
  }
  return err(made.error);
}

function argumentsFor({ name, home, shell, groups }: ServiceUserSpec): readonly string[] {
  const inGroups = groups.length === 0 ? [] : ['--groups', groups.join(',')];
  return ['--user-group', '--no-create-home', '--home-dir', home, '--shell', shell, ...inGroups, '--', name];
}

async function makeHome(spec: ServiceUserSpec): Promise<Result<unknown, CreateUserError>> {
  const user = await lookupUser(spec.name);
  if (user.isErr()) return err(user.error);
  return makeDirectory(spec.home, { mode: HOME_MODE, uid: user.value.uid, gid: user.value.gid });
}
