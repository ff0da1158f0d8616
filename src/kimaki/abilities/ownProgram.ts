import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { explainAccess, explainExecution } from '../../posix/access/index.js';
import { runAs } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { isAtOrBelow, printablePath } from '../../posix/paths/index.js';
import type { Bridge } from '../bridges/index.js';

/** The bridge's program in an npm prefix of the agent's own. @inline */
export interface OwnProgram {
  /** What `npm prefix --global` says as the agent. */
  readonly prefix: string;
  /** What the unit starts. */
  readonly path: string;
  /** Where the packages are, which the agent may change. */
  readonly packages: string;
}

/** The agent has no such program, or cannot upgrade it. */
export interface NoOwnProgram {
  readonly code: 'NO_OWN_PROGRAM';
  readonly message: string;
}

/**
 * Finds the program that an account has installed for itself with npm and can upgrade: npm's global prefix is in its home,
 * the command is there and can be executed, and the packages can be written. All is asked as that account; nothing is
 * installed.
 *
 * Only the account itself may execute what is found: whoever can upgrade a program decides what it does.
 *
 * Errors: `NO_OWN_PROGRAM`, with what is missing.
 *
 * @param options - `npm`: the program, default the one of the system
 *
 * Source: npm-prefix(1); "Resolving EACCES permissions errors" in npm's documentation.
 */
export function findOwnProgram(
  { program, package: name }: Pick<Bridge, 'program' | 'package'>,
  identity: Identity,
  options: { readonly npm?: string } = {},
): ResultAsync<OwnProgram, NoOwnProgram> {
  return new ResultAsync(find(program, name, identity, options.npm ?? 'npm'));
}

async function find(
  program: string,
  name: string,
  identity: Identity,
  npm: string,
): Promise<Result<OwnProgram, NoOwnProgram>> {
  const { user } = identity;
  const none = (why: string): Result<never, NoOwnProgram> =>
    err({ code: 'NO_OWN_PROGRAM', message: `${user.name} has no ${program} of its own to upgrade: ${why}` });
  const asked = await runAs(identity, npm, ['prefix', '--global'], { timeoutMs: 30_000, cwd: '/' });
  if (asked.isErr()) return none(asked.error.message);
  const { exitCode, stdout, stderr } = asked.value;
  if (exitCode !== 0) return none(`npm prefix --global fails: ${stderr.trim().split('\n')[0] ?? ''}`);
  const prefix = stdout.trim();
  if (!prefix.startsWith('/') || prefix === user.home || !isAtOrBelow(prefix, user.home))
    return none(`npm installs for it in ${printablePath(prefix)}, which is not in its home ${user.home}`);
  const path = join(prefix, 'bin', program);
  const run = await explainExecution(path, identity, {});
  if (run.isErr()) return none(run.error.message);
  if (run.value.blockedAt !== null) return none(`${path} cannot be executed: ${run.value.blockedAt.reason}`);
  if (!(await isOwnProgram(path, user.home, name)))
    return none(`${path} does not lead to the package ${name} in its home`);
  const packages = join(prefix, 'lib/node_modules');
  const write = await explainAccess(packages, identity, 'create');
  if (write.isErr()) return none(write.error.message);
  return write.value.allowed ? ok({ prefix, path, packages }) : none(`${packages} is not its to write`);
}

/** Tells whether a program is the package of that name in a home, as npm lays packages out; links are followed. */
export async function isOwnProgram(path: string, home: string, name: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null);
  return real !== null && home !== '/' && isAtOrBelow(real, home) && real.includes(`/lib/node_modules/${name}/`);
}
