import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { KIMAKI } from '../bridges/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { explainAccess, explainExecution, probeAccess } from '../../posix/access/index.js';
import { lookupIdentity, runAs } from '../../posix/accounts/index.js';
import type { AccessWant } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type {
  DispatchNoEnd,
  DispatchProbeError,
  DispatchProbeRequest,
  DispatchRunner,
  ProbeMessage,
} from './dispatchProbe.js';
import { explainDispatchExit, sudoFault } from './explainDispatchExit.js';
import type { DispatchEnd, DispatchFault } from './explainDispatchExit.js';
import { explainSudoRule } from './explainSudoRule.js';
import { findMarker } from './findMarker.js';
import type { InstalledHop } from './readSudoHop.js';
import { substituteTokens } from './sendOptions.js';
import { entryType, walkState } from '../state/index.js';

/** Why a link is broken. */
export interface Broken {
  readonly fault: DispatchFault;
  readonly blockedAt: string | null;
  readonly detail: string;
}

/** May the caller execute the command, links and interpreters included? */
export async function reachable(request: DispatchProbeRequest): Promise<Result<Broken | null, DispatchProbeError>> {
  const { command, caller } = request;
  const searchPath = request.env?.PATH ?? request.path ?? TRUSTED_PATH;
  // A bare name is looked up by the run itself, which also reports when it is not found.
  if (!command.startsWith('/')) return ok(null);
  return executable(command, caller, searchPath, ['command-missing', 'command-unreachable']);
}

/** Does the target exist, and does sudo let the caller run it as the service user? */
export async function hopInForce(
  { caller }: DispatchProbeRequest,
  hop: InstalledHop,
): Promise<Result<Broken | null, DispatchProbeError>> {
  const { runAs, target } = hop;
  const type = await entryType(target);
  if (type.isErr()) return err(type.error);
  if (type.value === null)
    return ok({
      fault: 'target-missing',
      blockedAt: target,
      detail: `sudo starts ${target}, which does not exist`,
    });
  const rule = await explainSudoRule(caller.user.name, runAs, [target, 'send']);
  if (rule.isErr()) {
    if (rule.error.code !== 'PROGRAM_NOT_FOUND') return err(rule.error);
    return ok({ fault: 'sudo-broken', blockedAt: null, detail: `sudo is not installed: ${rule.error.message}` });
  }
  if (rule.value.allowed) return ok(null);
  const reason = rule.value.reason ?? '';
  const fault = sudoFault(reason);
  if (fault !== null) return ok({ fault, blockedAt: null, detail: `sudo refuses: ${reason}` });
  return rule.value.listed
    ? ok({
        fault: 'rule-shadowed',
        blockedAt: null,
        detail: `sudo has a rule for ${target}, but a later rule takes precedence: ${reason}; sudo reads rule files in the order of their names and applies the last match`,
      })
    : ok({
        fault: 'rule-missing',
        blockedAt: null,
        detail: `sudo reads no rule for ${target}: ${reason}; add the rule, or move it to a file that sudo reads`,
      });
}

/** May the service user execute what the target starts, interpreter included? */
export async function programReachable(hop: InstalledHop): Promise<Result<Broken | null, DispatchProbeError>> {
  const { runAs, program, searchPath } = hop;
  if (program === null) return ok(null);
  const identity = await lookupIdentity(runAs);
  if (identity.isErr()) {
    const { error } = identity;
    if (error.code !== 'USER_NOT_FOUND' && error.code !== 'GROUP_NOT_FOUND' && error.code !== 'INVALID_USER_NAME')
      return err(error);
    return ok({
      fault: 'program-unreachable',
      blockedAt: null,
      detail: `the hop leads to the account ${runAs}: ${error.message}`,
    });
  }
  return executable(program, identity.value, searchPath ?? TRUSTED_PATH, [
    'program-unreachable',
    'program-unreachable',
  ]);
}

async function executable(
  path: string,
  identity: Identity,
  searchPath: string,
  [missing, unreachable]: readonly [DispatchFault, DispatchFault],
): Promise<Result<Broken | null, DispatchProbeError>> {
  const explained = await explainExecution(path, identity, { searchPath });
  if (explained.isErr()) {
    if (explained.error.code !== 'NOT_FOUND') return err(explained.error);
    return ok({ fault: missing, blockedAt: null, detail: `${path} does not exist` });
  }
  const { allowed, blockedAt } = explained.value;
  if (allowed) return ok(null);
  const at = blockedAt === null ? '' : ` at ${blockedAt.path} (needs ${blockedAt.needs}; ${blockedAt.reason})`;
  const detail = `${identity.user.name} cannot execute ${path}: refused${at}`;
  return ok({ fault: unreachable, blockedAt: blockedAt?.path ?? null, detail });
}

/**
 * The argument with which the command is tried. kimaki makes directories below HOME before it answers `--version`, which an
 * account without a home of its own may not: only `--help` does nothing. A hop gives the program the service user's home,
 * and lets nothing but `--version` through.
 */
export function harmlessArgument(hop: InstalledHop | null): '--help' | '--version' {
  return hop === null ? '--help' : '--version';
}

/** Does the command run with these variables and no others? */
export function start(
  request: DispatchProbeRequest,
  hop: InstalledHop | null,
  env: Readonly<Record<string, string>>,
): Promise<Result<Broken | null, DispatchProbeError>> {
  return run(request, [harmlessArgument(hop)], env, request.timeoutMs ?? 20_000);
}

/** What `send` answers to who names no message. Source: `cli/src/cli-commands/send.ts` of Extra-Chill/roadie. */
const NO_MESSAGE = 64;

/**
 * Does the running service take what the caller sends with the token? Tried with `send` and no message: where the caller can
 * read the token and not the database, `send` hands on to the service whatever it is given, and the service refuses it.
 */
export async function byToken(
  request: DispatchProbeRequest,
  { variable, database }: NonNullable<DispatchProbeRequest['token']>,
): Promise<Result<Broken | null, DispatchProbeError>> {
  const { caller, command, env = {} } = request;
  const who = caller.user.name;
  const file = env[variable];
  const broken = (detail: string, blockedAt: string | null = null): Result<Broken, never> =>
    ok({ fault: 'token', blockedAt, detail });
  if (file?.startsWith('/') !== true)
    return broken(`the channel gives ${command} no ${variable}, the path of the file with the token`);
  const readable = await explainAccess(file, caller, 'read');
  if (readable.isErr()) {
    if (readable.error.code !== 'NOT_FOUND') return err(readable.error);
    return broken(`${variable}=${file} does not exist`);
  }
  const { allowed, blockedAt } = readable.value;
  if (!allowed) return broken(`${who} cannot read ${file}, the file with the token`, blockedAt?.path ?? file);
  const writable = await explainAccess(database, caller, 'write');
  if (writable.isErr() && writable.error.code !== 'NOT_FOUND') return err(writable.error);
  if (writable.isOk() && writable.value.allowed)
    return broken(`${who} can write ${database}, so send uses it as ${who} instead of asking the service`, database);
  const ran = await attempt(request, ['send'], env, request.timeoutMs ?? 20_000);
  if (ran.isErr()) return err(ran.error);
  if (!('exitCode' in ran.value)) return ok(ran.value);
  if (ran.value.exitCode === NO_MESSAGE) return ok(null);
  const verdict = explainDispatchExit({ ...ran.value, command });
  return verdict === undefined
    ? broken(`${command} send, without a message, ends with 0; ${NO_MESSAGE} was expected`)
    : ok({
        ...verdict,
        fault: verdict.fault === 'exit' ? 'token' : verdict.fault,
        blockedAt: null,
        detail: `${command} send: ${verdict.detail}`,
      });
}

/** Sends the message with the channel's own arguments. */
export function deliver(
  request: DispatchProbeRequest,
  message: ProbeMessage,
): Promise<Result<Broken | null, DispatchProbeError>> {
  const args = substituteTokens(request.args ?? [], {
    recipient: message.recipient,
    message: message.marker,
    conversationId: message.conversationId ?? '',
    channel: message.channel ?? KIMAKI.name,
  });
  return run(request, args, request.env ?? {}, message.timeoutMs ?? 60_000);
}

async function run(
  request: DispatchProbeRequest,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Result<Broken | null, DispatchProbeError>> {
  const { command } = request;
  const ran = await attempt(request, args, env, timeoutMs);
  if (ran.isErr()) return err(ran.error);
  if (!('exitCode' in ran.value)) return ok(ran.value);
  const verdict = explainDispatchExit({ ...ran.value, command });
  return ok(verdict === undefined ? null : { ...verdict, blockedAt: null, detail: `${command}: ${verdict.detail}` });
}

/** Runs the command once: how it ended, or why it did not. */
async function attempt(
  request: DispatchProbeRequest,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Result<DispatchEnd | Broken, DispatchProbeError>> {
  const { command, caller, noNewPrivileges = false } = request;
  const runner = request.run ?? runOutside(caller, { noNewPrivileges });
  const ran = await runner([command, ...args], { env, timeoutMs });
  if (ran.isErr()) return err(ran.error);
  if (!('end' in ran.value)) return ok(ran.value);
  return ran.value.end === 'timeout'
    ? ok({ fault: 'timeout', blockedAt: null, detail: `${command} did not end within ${timeoutMs} ms` })
    : ok({
        fault: 'php-cannot-start',
        blockedAt: null,
        detail: `PHP may not start programs here: ${ran.value.stderr}`,
      });
}

/**
 * Runs a dispatch command as an account with exactly the variables it is given, as `proc_open` does with an array and an
 * environment of its own. Of php-fpm's sandbox only `noNewPrivileges` applies.
 */
function runOutside(caller: Identity, { noNewPrivileges }: { readonly noNewPrivileges: boolean }): DispatchRunner {
  return ([command = '', ...args], { env, timeoutMs }) => {
    const unwanted = ['HOME', 'USER', 'LOGNAME', 'SHELL', 'LC_ALL', 'PATH'].filter((name) => !(name in env));
    const privileges = noNewPrivileges ? ['/usr/bin/setpriv', '--no-new-privs', '--'] : [];
    // env takes a program with `=` in its path for a variable; nice runs it as it is.
    const plain = command.includes('=') ? ['/usr/bin/nice', '-n', '0', '--'] : [];
    const argv = [
      ...privileges,
      '/usr/bin/env',
      ...unwanted.map((name) => `--unset=${name}`),
      '--',
      ...plain,
      command,
      ...args,
    ];
    const [program = '/usr/bin/env', ...rest] = argv;
    return runAs(caller, program, rest, { env, timeoutMs, maxOutputBytes: 4 * 1024 * 1024 })
      .map(({ exitCode, signal, stderr }): DispatchEnd | DispatchNoEnd => ({ exitCode, signal, stderr }))
      .orElse((error) =>
        error.code === 'PROGRAM_TIMEOUT'
          ? ok<DispatchEnd | DispatchNoEnd>({ end: 'timeout', stderr: '' })
          : err({ code: 'DISPATCH_NOT_RUN' as const, message: error.message }),
      );
  };
}

/** May the account that receives the message write the data directory and its databases? */
export async function dataDirectory({
  identity,
  dataDir,
}: NonNullable<DispatchProbeRequest['opens']>): Promise<Result<Broken | null, DispatchProbeError>> {
  const targets: { path: string; want: AccessWant }[] = [{ path: dataDir, want: 'create' }];
  const type = await entryType(dataDir);
  if (type.isErr()) return err(type.error);
  if (type.value !== null) {
    const walked = await walkState(dataDir, 1000, (entry) => {
      // SQLite must write the log and the index beside the database too.
      if (entry.type === 'file' && /\.(db|sqlite3?)(-wal|-shm|-journal)?$/.test(entry.relative.join('/'))) {
        targets.push({ path: entry.path.toString('utf8'), want: 'write' });
      }
      return 'skip';
    });
    if (walked.isErr()) return err(walked.error);
  }
  for (const { path, want } of targets) {
    const explained = await explainAccess(path, identity, want);
    if (explained.isErr()) {
      if (explained.error.code !== 'NOT_FOUND') return err(explained.error);
      if (path !== dataDir) continue;
      return ok({ fault: 'data-directory', blockedAt: null, detail: `the data directory ${dataDir} does not exist` });
    }
    const { blockedAt } = explained.value;
    // The kernel decides: it applies security modules and rules that cannot be read from here.
    const allowed = explained.value.allowed ? await probeAccess(path, identity, want) : ok(false);
    if (allowed.isErr()) return err(allowed.error);
    if (allowed.value) continue;
    const at = blockedAt === null ? '' : ` at ${blockedAt.path} (needs ${blockedAt.needs}; ${blockedAt.reason})`;
    return ok({
      fault: 'data-directory',
      blockedAt: blockedAt?.path ?? null,
      detail: `${identity.user.name} cannot write ${path}: refused${at}`,
    });
  }
  return ok(null);
}

/** Waits for the message to appear in what the service stores. */
export async function arrive(
  message: ProbeMessage,
  sentAt: number,
): Promise<Result<Broken | null, DispatchProbeError>> {
  const { roots, deadlineMs = 30_000 } = message.arrival;
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    // File systems keep coarser times than the clock.
    const found = await findMarker(roots, message.marker, sentAt - 2_000);
    if (found.isErr()) return err(found.error);
    if (found.value !== null) return ok(null);
    if (Date.now() >= deadline) break;
    await sleep(Math.min(500, Math.max(1, deadline - Date.now())));
  }
  const detail = `send succeeded, but the message did not appear in ${roots.join(', ')} within ${deadlineMs} ms`;
  return ok({ fault: 'not-arrived', blockedAt: null, detail });
}
