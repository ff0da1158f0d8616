import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { AccessBlock, AccessError } from './access.js';
import { printablePath, toBytes, utf8Text } from '../paths/index.js';
import type { Identity } from '../accounts/index.js';
import { after, startProgram } from './startProgram.js';
import type { ExecutionComponent, Start } from './startProgram.js';

/** Where programs are sought. */
export interface ExecutionOptions {
  /** A PATH, colon separated, in which `env NAME` looks; relative and empty entries are passed over. */
  readonly searchPath: string;
}

/** Whether a user can run a program, with everything that has to be reached for it. */
export interface ExecutionExplanation {
  readonly path: string;
  readonly allowed: boolean;
  /** The first thing that refuses: on the way to the program, to its interpreter or its loader. */
  readonly blockedAt: AccessBlock | null;
  /** Every file concerned, in order: the path, the links it leads through, the file, interpreters, loaders. */
  readonly chain: readonly string[];
  /**
   * Of each of these files in turn, every directory and link on the way to it and the file itself, with what decided.
   * Ends with the file at which it stops, when it does.
   */
  readonly components: readonly ExecutionComponent[];
  /** What could have changed the verdict and could not be seen here. */
  readonly notSeen: readonly string[];
}

/** The program itself is missing or cannot be looked at. What it needs beyond itself is a `blockedAt`. */
export type ExecutionError = AccessError;

/** How often one env may start another before that counts as endless. */
const MAX_ENV = 5;

/**
 * Says whether this identity can run a file, down to what runs it: links, `#!` interpreter, `env NAME` through the
 * given PATH, ELF loader and architecture, and every directory above each of them. It never runs anything.
 *
 * `env NAME` takes the first file in PATH that execve(2) would start and passes over directories that may not be
 * searched, as execvp(3) does. A script must be readable too, since its interpreter opens it.
 *
 * Not promised: that the program then works (libraries, modules, a working directory); binfmt_misc formats, shells
 * that run files without `#!`, and what {@link explainAccess} does not see. Relative interpreters count as refused.
 *
 * Errors: those of {@link explainAccess} about the file itself. Source: execve(2), env(1), fs/binfmt_script.c.
 *
 * @param path - absolute
 *
 * @example
 * ```ts
 * import { explainExecution, lookupIdentity, TRUSTED_PATH } from '@wca/runtime-sdk/posix';
 *
 * const who = await lookupIdentity('www-data');
 * if (who.isErr()) throw new Error(who.error.message);
 * const answer = await explainExecution('/usr/bin/env', who.value, { searchPath: TRUSTED_PATH });
 * if (answer.isErr()) console.error(answer.error.message);
 * else console.log(answer.value.allowed, answer.value.blockedAt?.reason, answer.value.chain);
 * ```
 */
export function explainExecution(
  path: string,
  identity: Identity,
  options: ExecutionOptions,
): ResultAsync<ExecutionExplanation, ExecutionError> {
  return new ResultAsync(explain(path, identity, options.searchPath));
}

async function explain(
  path: string,
  identity: Identity,
  searchPath: string,
): Promise<Result<ExecutionExplanation, ExecutionError>> {
  const started = await startProgram(path, identity);
  if (started.isErr()) return err(started.error);
  const whole = await throughEnv(started.value, identity, searchPath, 0);
  return ok({
    path,
    allowed: whole.blockedAt === null,
    blockedAt: whole.blockedAt,
    chain: [...new Set(whole.chain)],
    components: whole.components,
    notSeen: [...new Set(whole.notSeen)],
  });
}

/** What env does once it runs: look for its program, which may be a script for env again. */
async function throughEnv(from: Start, identity: Identity, searchPath: string, depth: number): Promise<Start> {
  const { env } = from;
  if (env === null || from.blockedAt !== null) return from;
  const refuse = (reason: string): Start => ({
    ...from,
    blockedAt: { path: from.file, needs: 'execute', reason: `${from.file}: ${reason}` },
  });
  if ('problem' in env) return refuse(env.problem);
  if (depth >= MAX_ENV) return refuse('env starts env without end');

  const usedPath = env.searchPath === null ? searchPath : (utf8Text(env.searchPath) ?? '');
  const name = utf8Text(env.name);
  let stopped: (Start & { readonly blockedAt: AccessBlock }) | null = null;
  const notSeen = [...from.notSeen];
  for (const candidate of name === null ? [] : candidatesIn(usedPath, name)) {
    const started = await startProgram(candidate, identity);
    if (started.isErr()) continue;
    const { blockedAt } = started.value;
    if (blockedAt === null)
      return throughEnv(after({ ...from, notSeen }, started.value), identity, usedPath, depth + 1);
    // That this one is passed over may rest on what could not be seen.
    notSeen.push(...started.value.notSeen);
    stopped ??= { ...started.value, blockedAt };
  }
  const shown = printablePath(toBytes(env.name));
  const crlf = env.name.endsWith('\r') ? ' (the file has Windows line ends)' : '';
  if (stopped === null) return refuse(`env finds no ${shown} in ${printablePath(usedPath)}${crlf}`);
  const { blockedAt } = stopped;
  return {
    ...from,
    chain: [...from.chain, ...stopped.chain],
    components: [...from.components, ...stopped.components],
    blockedAt: { ...blockedAt, reason: `${from.file} needs ${shown}: ${blockedAt.reason}` },
    notSeen,
  };
}

/** The files execvp(3) would try for a name, in order: the name itself when it has a slash. */
export function candidatesIn(searchPath: string, name: string): readonly string[] {
  if (name.includes('/')) return name.startsWith('/') ? [name] : [];
  const directories = searchPath.split(':').filter((directory) => directory.startsWith('/'));
  return [...new Set(directories)].map((directory) => `${directory.replace(/\/+$/, '')}/${name}`);
}
