import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { TRUSTED_PATH, explainAccess, explainExecution, runAs } from '../posix/index.js';
import type { DispatchProbeError, DispatchProbeRequest, ProbeMessage } from './dispatchProbe.js';
import { explainDispatchExit } from './explainDispatchExit.js';
import type { DispatchFault } from './explainDispatchExit.js';
import { findMarker } from './findMarker.js';
import { substituteTokens } from './substituteTokens.js';
import { entryType, walkState } from './walkState.js';

/** How a link is broken. */
export interface Broken {
  readonly fault: DispatchFault;
  readonly blockedAt: string | null;
  readonly detail: string;
}

/** May the caller execute the command, links and interpreters included? */
export async function reachable(request: DispatchProbeRequest): Promise<Result<Broken | null, DispatchProbeError>> {
  const { command, caller } = request;
  const searchPath = request.env?.PATH ?? request.path ?? TRUSTED_PATH;
  // A bare name is looked up by the run itself, which also tells when it is not found.
  if (!command.startsWith('/')) return ok(null);
  const explained = await explainExecution(command, caller, { searchPath });
  if (explained.isErr()) {
    if (explained.error.code !== 'NOT_FOUND') return err(explained.error);
    return ok({ fault: 'command-missing', blockedAt: null, detail: `${command} does not exist` });
  }
  const { allowed, blockedAt } = explained.value;
  if (allowed) return ok(null);
  const at = blockedAt === null ? '' : ` at ${blockedAt.path} (needs ${blockedAt.needs}; ${blockedAt.reason})`;
  return ok({
    fault: 'command-unreachable',
    blockedAt: blockedAt?.path ?? null,
    detail: `${caller.user.name} cannot execute ${command}: refused${at}`,
  });
}

/** Does `--version` run with these variables and no others? */
export function start(
  request: DispatchProbeRequest,
  env: Readonly<Record<string, string>>,
): Promise<Result<Broken | null, DispatchProbeError>> {
  return run(request, ['--version'], env, request.timeoutMs ?? 10_000);
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
    channel: message.channel ?? 'kimaki',
  });
  return run(request, args, request.env ?? {}, message.timeoutMs ?? 60_000);
}

/** Runs the command with exactly these variables, as `proc_open` does with an array and an environment of its own. */
async function run(
  request: DispatchProbeRequest,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Result<Broken | null, DispatchProbeError>> {
  const { command, caller } = request;
  const unwanted = ['HOME', 'USER', 'LOGNAME', 'SHELL', 'LC_ALL', 'PATH'].filter((name) => !(name in env));
  const privileges = request.noNewPrivileges === true ? ['/usr/bin/setpriv', '--no-new-privs', '--'] : [];
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
  const ran = await runAs(caller, program, rest, { env, timeoutMs, maxOutputBytes: 4 * 1024 * 1024 });
  if (ran.isErr()) {
    if (ran.error.code !== 'PROGRAM_TIMEOUT') return err(ran.error);
    return ok({ fault: 'timeout', blockedAt: null, detail: `${command} did not end within ${timeoutMs} ms` });
  }
  const verdict = explainDispatchExit({ ...ran.value, command });
  return ok(verdict === null ? null : { ...verdict, blockedAt: null, detail: `${command}: ${verdict.detail}` });
}

/** May whoever ends up with the message write the data directory and its databases? */
export async function dataDirectory(request: DispatchProbeRequest): Promise<Result<Broken | null, DispatchProbeError>> {
  const { identity, dataDir } = request.opens;
  const targets: { path: string; want: 'create' | 'write' }[] = [{ path: dataDir, want: 'create' }];
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
    const { allowed, blockedAt } = explained.value;
    if (allowed) continue;
    const at = blockedAt === null ? '' : ` at ${blockedAt.path} (needs ${blockedAt.needs}; ${blockedAt.reason})`;
    return ok({
      fault: 'data-directory',
      blockedAt: blockedAt?.path ?? null,
      detail: `${identity.user.name} cannot write ${path}: refused${at}`,
    });
  }
  return ok(null);
}

/** Waits for the message to turn up in what the service stores. */
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
  const detail = `send ended well, but the message did not turn up in ${roots.join(', ')} within ${deadlineMs} ms`;
  return ok({ fault: 'not-arrived', blockedAt: null, detail });
}
