import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import { attempt, resultOf } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { runProgram } from '../../posix/programs/index.js';
import { showUnit, systemctl } from '../../systemd/manager/index.js';
import type { SystemdError } from '../../systemd/manager/index.js';
import { DEFAULT_STATE_DIR, checkPrivateDirectory, ensureStateDir, isJsonObject, parseJson } from '../engine/index.js';
import type { Json, JsonObject, JournalError } from '../engine/index.js';
import { placeRunner } from './placeRunner.js';
import { ownProgram } from './runner.js';
import type { PlaceRunnerError } from './placeRunner.js';
import { sandboxOf } from './sandbox.js';

/** A transient unit that carries a run out, and the directory (root, 0700) through which it is told what and tells how. */
export interface RunUnit {
  /** `wca-run-20260102T030405Z-0a1b2c.service`. */
  readonly name: string;
  readonly directory: string;
}

/** Why a run could not be carried out in a unit; nothing was begun. */
export type RunUnitError =
  | PlaceRunnerError
  | IoError
  | SystemdError
  | { readonly code: 'RUN_UNIT_NOT_STARTED'; readonly message: string; readonly unit: string };

const UNITS = join(DEFAULT_STATE_DIR, 'units');
const NAME = /^wca-run-\d{8}T\d{6}Z-[0-9a-f]{6}\.service$/;
/** How many directories of ended units are kept at least, and for how long since they told anything. */
const KEPT = 20;
const OLD_MS = 24 * 60 * 60 * 1000;
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/** A stop window may hold a copy of the whole state, and is finished before the unit ends. */
const STOP_TIMEOUT = '30min';

/**
 * Starts this package's command line, with these arguments and the unit's name behind them, as a system unit: root
 * executes the copy that {@link placeRunner} makes, and can write what is named and nothing else of the system, of homes
 * and of sites (`sandboxOf`).
 *
 * The unit outlives this process. SIGTERM reaches the command alone, which then has half an hour to end.
 *
 * @param request - what {@link readRequest} gives the unit
 */
export async function startRunUnit(
  args: readonly string[],
  request: Json,
  writes: readonly string[],
): Promise<Result<RunUnit, RunUnitError>> {
  return resultOf(async function* () {
    const own = yield* await ownProgram();
    yield* await placeRunner(own);
    yield* await ensureStateDir(DEFAULT_STATE_DIR);
    const unit = yield* await makeDirectoryOf(request);
    const sandbox = await sandboxOf(writes);
    const started = await runProgram(
      'systemd-run',
      [
        '--quiet',
        '--no-ask-password',
        '--collect',
        `--unit=${unit.name}`,
        '--service-type=exec',
        ...[
          'Description=Carry out a run that another command follows',
          'SyslogIdentifier=wca',
          'KillMode=mixed',
          `TimeoutStopSec=${STOP_TIMEOUT}`,
          ...sandbox,
        ].map((setting) => `--property=${setting}`),
        '--',
        own.node,
        own.program,
        ...args,
        unit.name,
      ],
      { timeoutMs: 120_000 },
    );
    if (started.isOk() && started.value.exitCode === 0) return ok(unit);
    await rm(unit.directory, { recursive: true, force: true });
    const why = started.isErr() ? started.error.message : started.value.stderr.trim();
    const message = `systemd did not start ${unit.name}, which carries the run out: ${why}; nothing was changed`;
    return err({ code: 'RUN_UNIT_NOT_STARTED' as const, message, unit: unit.name });
  });
}

async function makeDirectoryOf(request: Json): Promise<Result<RunUnit, JournalError>> {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const unit = unitNamed(`wca-run-${stamp}-${randomBytes(3).toString('hex')}.service`);
  const made = await attempt(() => mkdir(UNITS, 0o700), 'mkdir', UNITS);
  if (made.isErr() && made.error.errno !== 'EEXIST') return err(made.error);
  const trusted = await checkPrivateDirectory(UNITS);
  if (trusted.isErr()) return err(trusted.error);
  return attempt(
    async () => {
      await mkdir(unit.directory, 0o700);
      await writeFile(requestOf(unit), JSON.stringify(request), { mode: 0o600, flag: 'wx', flush: true });
      await writeFile(eventsOf(unit), '', { mode: 0o600, flag: 'wx' });
      await removeOld();
      return unit;
    },
    'write',
    unit.directory,
  );
}

async function removeOld(): Promise<void> {
  for (const name of (await unitNames()).slice(0, -KEPT)) {
    const { directory } = unitNamed(name);
    const { mtimeMs } = await lstat(eventsOf({ name, directory }));
    if (Date.now() - mtimeMs > OLD_MS) await rm(directory, { recursive: true });
  }
}

function unitNamed(name: string): RunUnit {
  return { name, directory: join(UNITS, name) };
}

function requestOf({ directory }: RunUnit): string {
  return join(directory, 'request.json');
}

function eventsOf({ directory }: RunUnit): string {
  return join(directory, 'events.jsonl');
}

/** Oldest first. */
async function unitNames(): Promise<readonly string[]> {
  return (await readdir(UNITS).catch(() => [])).filter((name) => NAME.test(name)).sort();
}

/** What a unit was started for; undefined where there is no unit of that name, or its directory is not root's alone. */
export async function readRequest(
  name: string,
): Promise<{ readonly unit: RunUnit; readonly request: Json } | undefined> {
  if (!NAME.test(name)) return undefined;
  const unit = unitNamed(name);
  const trusted = await checkPrivateDirectory(unit.directory);
  if (trusted.isErr() || !trusted.value) return undefined;
  const file = await readRegularFile(requestOf(unit), { maxBytes: MAX_REQUEST_BYTES });
  if (file.isErr()) return undefined;
  const request = parseJson(file.value.bytes.toString());
  return request === undefined ? undefined : { unit, request };
}

/** The unit that carries a run out right now, or undefined. */
export async function activeRunUnit(): Promise<RunUnit | undefined> {
  const states = '--state=activating,active,reloading,deactivating';
  const listed = await systemctl(['list-units', '--plain', '--no-legend', states, '--', 'wca-run-*.service']);
  if (listed.isErr()) return undefined;
  const names = listed.value.stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
  // One that began later found the run of another and ends.
  const name = names.filter((one) => NAME.test(one)).sort()[0];
  return name === undefined ? undefined : unitNamed(name);
}

async function isAlive(name: string): Promise<boolean> {
  const shown = await showUnit(name);
  // A manager that does not answer says nothing about the unit.
  if (shown.isErr()) return shown.error.code !== 'UNIT_NOT_FOUND';
  return !['inactive', 'failed'].includes(shown.value.activeState);
}

/** Sends a signal to the command of the unit, not to the programs it runs. */
export async function signalRunUnit(
  { name }: RunUnit,
  signal: 'SIGINT' | 'SIGUSR2',
): Promise<Result<void, SystemdError>> {
  const sent = await systemctl(['kill', `--signal=${signal}`, '--kill-who=main', '--', name], { unit: name });
  return sent.map(() => undefined);
}

/** What the unit tells those who follow it, one line each. */
export interface Telling {
  /** Plain JSON. */
  tell(line: object): void;
  close(): Promise<void>;
}

/** Opens the file that {@link followRunUnit} reads. What cannot be written (a full disk) is left out. */
export async function tellingOf(unit: RunUnit): Promise<Telling> {
  const file = await open(eventsOf(unit), 'a', 0o600);
  // In order, and none is waited for: a run does not wait for those who watch.
  let written: Promise<unknown> = Promise.resolve();
  return {
    tell: (line) => {
      written = written.then(() => file.write(`${JSON.stringify(line)}\n`)).catch(() => undefined);
    },
    close: async () => {
      await written;
      await file.close();
    },
  };
}

const POLL_MS = 100;
/** How often systemd is asked whether the unit still runs, when it tells nothing. */
const ALIVE_MS = 5_000;

/**
 * Everything that the unit told and tells, until it has ended; from the beginning, whenever this is called.
 *
 * @param signal - aborted: ends at once, the unit goes on
 */
export async function* followRunUnit(unit: RunUnit, signal: AbortSignal): AsyncGenerator<JsonObject, void> {
  const file = await open(eventsOf(unit), 'r');
  try {
    const buffer = Buffer.alloc(64 * 1024);
    let rest = Buffer.alloc(0);
    let askedAt = performance.now();
    for (let isOver = false; !signal.aborted;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) {
        // What was told before it ended was read after that.
        if (isOver) return;
        if (performance.now() - askedAt > ALIVE_MS) {
          isOver = !(await isAlive(basename(unit.directory)));
          askedAt = performance.now();
        }
        if (!isOver) await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
        continue;
      }
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
        const line = parseJson(rest.subarray(0, end).toString());
        rest = rest.subarray(end + 1);
        if (isJsonObject(line)) yield line;
      }
    }
  } finally {
    await file.close();
  }
}
