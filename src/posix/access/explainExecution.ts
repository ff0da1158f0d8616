import { err, ok, ResultAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { AccessBlock, AccessComponent, AccessError } from './access.js';
import { printablePath, printableText, toBytes, unlessAborted, utf8Text } from '../paths/index.js';
import type { Identity } from '../accounts/index.js';
import { explainAccess } from './explainAccess.js';
import { parseEnvArgument } from './parseEnvArgument.js';
import type { EnvCommand } from './parseEnvArgument.js';
import { readImage } from './readImage.js';
import type { Image } from './readImage.js';
import { TRUSTED_PATH } from '../programs/index.js';

/** Where programs are sought, and how to stop. @inline */
export interface ExecutionOptions {
  /**
   * A PATH, colon separated, in which `env NAME` looks; relative and empty entries are passed over. Default: what
   * Debian gives root, `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`.
   */
  readonly searchPath?: string;
  /** Aborting it ends the work with `ABORTED`. */
  readonly signal?: AbortSignal;
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
 * Errors: those of {@link explainAccess} about the file itself, `ABORTED` among them. Source: execve(2), env(1), fs/binfmt_script.c.
 *
 * @param path - absolute
 *
 * @example
 * ```ts
 * import { explainExecution, lookupIdentity } from '@wca/runtime-sdk/posix';
 *
 * const answer = await lookupIdentity('www-data').andThen((who) => explainExecution('/usr/bin/env', who));
 * if (answer.isErr()) console.error(answer.error.message);
 * else console.log(answer.value.allowed, answer.value.blockedAt?.reason, answer.value.chain);
 * ```
 */
export function explainExecution(
  path: string,
  identity: Identity,
  options: ExecutionOptions = {},
): ResultAsync<ExecutionExplanation, AccessError> {
  return new ResultAsync(explain(path, identity, options));
}

async function explain(
  path: string,
  identity: Identity,
  options: ExecutionOptions,
): Promise<Result<ExecutionExplanation, AccessError>> {
  const asked: Asked = { identity, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  const started = await startProgram(path, asked);
  if (started.isErr()) return err(started.error);
  const whole = await throughEnv(started.value, asked, options.searchPath ?? TRUSTED_PATH, 0);
  // What was stopped on the way looks like a program that cannot be started.
  return unlessAborted(options.signal, 'explaining an execution').map(() => ({
    path,
    allowed: whole.blockedAt === null,
    blockedAt: whole.blockedAt,
    chain: [...new Set(whole.chain)],
    components: whole.components,
    notSeen: [...new Set(whole.notSeen)],
  }));
}

/** For whom, and how to stop. */
interface Asked {
  readonly identity: Identity;
  readonly signal?: AbortSignal;
}

/** What env does once it runs: look for its program, which may be a script for env again. */
async function throughEnv(from: Start, asked: Asked, searchPath: string, depth: number): Promise<Start> {
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
    const started = await startProgram(candidate, asked);
    if (started.isErr()) continue;
    const { blockedAt } = started.value;
    if (blockedAt === null) return throughEnv(after({ ...from, notSeen }, started.value), asked, usedPath, depth + 1);
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
    blockedAt: { ...blockedAt, reason: `${printableText(from.file)} needs ${shown}: ${blockedAt.reason}` },
    notSeen,
  };
}

/** The files execvp(3) would try for a name, in order: the name itself when it has a slash. */
export function candidatesIn(searchPath: string, name: string): readonly string[] {
  if (name.includes('/')) return name.startsWith('/') ? [name] : [];
  const directories = searchPath.split(':').filter((directory) => directory.startsWith('/'));
  return [...new Set(directories)].map((directory) => `${directory.replace(/\/+$/, '')}/${name}`);
}

/** The kernel goes no deeper from interpreter to interpreter. */
const MAX_DEPTH = 5;
/** e_machine of what the running kernel executes natively; others may be registered with binfmt_misc. */
const MACHINES: Readonly<Partial<Record<string, readonly number[]>>> = { x64: [62, 3], arm64: [183, 40] };

/** One step of the way to one of the files that take part. @inline */
export interface ExecutionComponent extends AccessComponent {
  /** The file it is on the way to, or is: as it was asked for, links not resolved. */
  readonly of: string;
}

/** How far execve(2) gets by itself. `env` is set when what it starts is env, which then looks for a program. */
interface Start {
  readonly file: string;
  readonly blockedAt: AccessBlock | null;
  readonly chain: readonly string[];
  readonly components: readonly ExecutionComponent[];
  readonly notSeen: readonly string[];
  readonly env: EnvCommand | { readonly problem: string } | null;
}

/**
 * Follows one execve(2) of this identity: the file, its interpreter, its loader, without running anything. An error is
 * about the file itself; what it needs and cannot have is a `blockedAt`.
 */
async function startProgram(path: string, asked: Asked, depth = 0): Promise<Result<Start, AccessError>> {
  const explained = await explainAccess(path, asked.identity, 'execute', asked);
  if (explained.isErr()) return err(explained.error);
  const { resolvedPath, blockedAt, notSeen } = explained.value;
  const components = explained.value.components.map((component) => ({ ...component, of: path }));
  const links = components.filter((component) => component.needs === 'follow').map((component) => component.path);
  const chain = [path, ...links, resolvedPath];
  const here: Start = { file: resolvedPath, blockedAt, chain, components, notSeen, env: null };
  if (blockedAt !== null) return ok(here);
  const refuse = (reason: string): Start => ({
    ...here,
    blockedAt: { path: resolvedPath, needs: 'execute', reason: `${resolvedPath} ${reason}` },
  });

  const image = readImage(path);
  if (image.isErr()) return ok({ ...here, notSeen: [...notSeen, `what runs it: ${image.error.message}`] });
  if (image.value.kind === 'unknown') return ok(refuse('is neither an ELF program nor a #! script (ENOEXEC)'));
  if (image.value.kind === 'elf') {
    const machines = MACHINES[process.arch];
    if (machines?.includes(image.value.machine) === false) {
      return ok(
        refuse(`is built for another architecture (ELF machine ${image.value.machine}, this is ${process.arch})`),
      );
    }
    if (image.value.loader === null) return ok(here);
    const loader = await next(image.value.loader, 'loader', here, asked, depth);
    return ok({ ...after(here, loader), file: resolvedPath, env: null });
  }
  return ok(await startScript(path, image.value, here, asked, depth));
}

async function startScript(
  path: string,
  script: Extract<Image, { kind: 'script' }>,
  started: Start,
  asked: Asked,
  depth: number,
): Promise<Start> {
  const readable = await explainAccess(path, asked.identity, 'read', asked);
  const unreadable = readable.isOk() ? readable.value.blockedAt : null;
  const reading = readable.isOk() ? readable.value.components.filter(({ needs }) => needs === 'read') : [];
  const components = [...started.components, ...reading.map((component) => ({ ...component, of: path }))];
  const here: Start = { ...started, components };
  if (unreadable !== null) {
    return { ...here, blockedAt: { ...unreadable, reason: `its interpreter must read it: ${unreadable.reason}` } };
  }
  const interpreter = await next(script.interpreter, 'interpreter', here, asked, depth);
  const env = script.interpreter.endsWith('/env') ? parseEnvArgument(script.argument) : null;
  return { ...after(here, interpreter), file: here.file, env };
}

/** The interpreter or loader of a file. Its being missing is a refusal of the file, not an error. */
async function next(
  wanted: string,
  what: 'interpreter' | 'loader',
  from: Start,
  asked: Asked,
  depth: number,
): Promise<Start> {
  const shown = printablePath(toBytes(wanted));
  const refuse = (reason: string): Start => ({
    ...from,
    blockedAt: {
      path: shown,
      needs: 'execute',
      reason: `the ${what} of ${printableText(from.file)}, ${shown}, ${reason}`,
    },
  });
  const text = utf8Text(wanted);
  if (text?.startsWith('/') !== true) return refuse('is not an absolute path');
  // A loader is no further step to the kernel.
  if (what === 'interpreter' && depth >= MAX_DEPTH) return refuse('is one interpreter too many (ELOOP)');
  const started = await startProgram(text, asked, depth + 1);
  if (started.isOk()) return started.value;
  const crlf = wanted.endsWith('\r') ? ' (the file has Windows line ends)' : '';
  return refuse(`cannot be started: ${started.error.message}${crlf}`);
}

/** One thing reached after another: the verdict of the second, the way of both. */
function after(first: Start, second: Start): Start {
  return {
    ...second,
    chain: [...first.chain, ...second.chain],
    components: [...first.components, ...second.components],
    notSeen: [...first.notSeen, ...second.notSeen],
  };
}
