import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { jsonOf } from '../../posix/programs/index.js';

/** What a bridge tells of itself on its port. */
export interface Health {
  /** The process that answers: it holds the port and the database. */
  readonly pid: number;
  /** The process that started it and starts it again; null where there is none. */
  readonly wrapperPid: number | null;
}

/** The port does not answer as a bridge that is well does. */
export interface NotHealthy {
  readonly code: 'NOT_HEALTHY';
  readonly message: string;
  readonly url: string;
}

const ONE_ANSWER_MS = 2_000;
const PAUSE_MS = 250;

/**
 * Asks a bridge on its loopback port whether it is well, again and again until it says so or the time is over.
 *
 * It says so itself, and who holds the port is not checked here: hold `pid` against the unit's processes. Errors: `NOT_HEALTHY`,
 * with the last answer.
 *
 * Source: `/health` in `cli/src/hrana-server.ts` of the public repository Extra-Chill/roadie.
 */
export function askHealth(
  port: number,
  path: string,
  { deadlineMs = 0 }: { readonly deadlineMs?: number } = {},
): ResultAsync<Health, NotHealthy> {
  return new ResultAsync(ask(`http://127.0.0.1:${port}${path}`, Date.now() + deadlineMs));
}

async function ask(url: string, deadline: number): Promise<Result<Health, NotHealthy>> {
  for (;;) {
    const answer = await answerOf(url);
    const read = answer.andThen((text) => readHealth(text));
    if (read.isOk()) return ok(read.value);
    if (Date.now() >= deadline) return err({ code: 'NOT_HEALTHY', message: `${url} ${read.error}`, url });
    await sleep(PAUSE_MS);
  }
}

async function answerOf(url: string): Promise<Result<string, string>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ONE_ANSWER_MS), redirect: 'error' });
    const text = (await response.text()).slice(0, 2_000);
    return response.ok ? ok(text) : err(`answers ${response.status}`);
  } catch {
    return err('does not answer');
  }
}

/** Reads an answer; the error is the rest of a sentence. Pure. */
export function readHealth(text: string): Result<Health, string> {
  const value = jsonOf(text);
  if (typeof value !== 'object' || value === null || !('status' in value))
    return err('answers with something else than a bridge does');
  if (value.status !== 'ok') return err(`answers with the status ${JSON.stringify(value.status)}`);
  const pid = 'pid' in value ? value.pid : null;
  const wrapperPid = 'wrapperPid' in value ? value.wrapperPid : null;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0)
    return err('answers without the pid of its process');
  return ok({ pid, wrapperPid: typeof wrapperPid === 'number' ? wrapperPid : null });
}
