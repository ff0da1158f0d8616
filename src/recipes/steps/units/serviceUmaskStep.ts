import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lstat, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { clearAbandoned, makeDirectory, replaceFile } from '../../../posix/files/index.js';
import { attemptAt } from '../../../posix/handles/index.js';
import { attempt, ioError, octalMode, shellWord } from '../../../posix/paths/index.js';
import { readProcess } from '../../../posix/processes/index.js';
import { runProgram } from '../../../posix/programs/index.js';
import type { ProgramResult } from '../../../posix/programs/index.js';
import type { ProcessStatus } from '../../../posix/processes/index.js';
import { daemonReload, restartUnit, showUnit } from '../../../systemd/manager/index.js';
import { redactSecrets } from '../../../posix/secrets/index.js';
import { fpmWorkers } from '../../../wordpress/fpm/index.js';
import { restoreCommands } from '../files/restoreCommands.js';
import { absolutePath, defineStep, record } from '../../engine/index.js';
import type { Check, StepContext, StepFailure, UndoNotes } from '../../engine/index.js';
import { fileState, mayRestore, readFileState, restoreFile } from '../files/fileState.js';
import { newFileDiff } from '../files/newFileDiff.js';

const args = record({
  unit: v.string(),
  umask: v.number(),
  /** The drop-in. */
  path: absolutePath,
  content: v.string(),
});

/** The php-fpm unit and the drop-in that sets its umask. */
export type ServiceUmaskArgs = Readonly<v.InferOutput<typeof args>>;

const before = record({
  /** The drop-in as it was; null when there was none. */
  file: v.nullable(fileState),
  /** Whether the drop-in directory existed. */
  directory: v.boolean(),
});

type ServiceUmaskBefore = v.InferOutput<typeof before>;

/**
 * Gives php-fpm a umask by a drop-in and a restart, and proves it on a running worker.
 *
 * A reload keeps the old umask while `systemctl show` already reports the new one, so only /proc counts.
 * Requests in progress at the restart get a 502. Every pool of the master gets the umask. A configuration with which
 * php-fpm would not start again is found when this is planned, and again before it is stopped: it keeps running.
 */
export const serviceUmaskStep = defineStep({
  kind: 'systemd.serviceUmask',
  args,
  before,
  describe: (args) => ({
    title: `Set UMask=${octalMode(args.umask)} for ${args.unit} and restart it`,
    why: 'what WordPress writes must stay writable for the agent; requests in progress at the restart get a 502',
    diff: newFileDiff(args.path, args.content),
    undo: `Take the UMask= of ${args.unit} back and restart it`,
  }),
  writes: ({ path }) => [path],
  check: (args) => new ResultAsync(checkUmask(args)),
  apply: (args, before, ctx) => new ResultAsync(applyUmask(args, before, ctx)),
  verify: (args) => new ResultAsync(provenByWorkers(args)),
  undoable: (args, before, ctx) => mayRestore(args.path, before.file, Buffer.from(args.content), ctx),
  byHand: (args, { file }, where) => [
    ...(file === null ? [`rm -- ${shellWord(args.path)}`] : restoreCommands(args.path, file, where)),
    `systemctl daemon-reload && systemctl restart ${shellWord(args.unit)}`,
  ],
  tidy: (args) => clearAbandoned(args.path).andThen(() => clearAbandoned(dirname(args.path))),
  undo: (args, before, ctx) => new ResultAsync(undoUmask(args, before, ctx)),
});

async function checkUmask(args: ServiceUmaskArgs): Promise<Result<Check<ServiceUmaskBefore>, StepFailure>> {
  const proven = await provenByWorkers(args);
  if (proven.isOk()) return ok({ state: 'satisfied' });
  const startable = await wouldStart(args.unit, 'quietly');
  if (startable.isErr()) return err(startable.error);
  const file = await readFileState(args.path);
  if (file.isErr()) return err(file.error);
  const directory = await makeDirectoryWouldBeNew(dirname(args.path));
  if (directory.isErr()) return err(directory.error);
  return ok({ state: 'needed', before: { file: file.value, directory: !directory.value } });
}

async function applyUmask(
  args: ServiceUmaskArgs,
  before: ServiceUmaskBefore,
  ctx: StepContext,
): Promise<Result<void, StepFailure>> {
  const made = await makeDirectory(dirname(args.path), { mode: 0o755, uid: 0, gid: 0 });
  if (made.isErr()) return err(made.error);
  const expect = before.file === null ? null : Buffer.from(before.file.bytes, 'base64');
  const within = before.file?.within;
  const written = await replaceFile(args.path, args.content, { mode: 0o644, uid: 0, gid: 0, expect, within });
  if (written.isErr()) return err(written.error);
  return restart(args, ctx);
}

async function restart(args: ServiceUmaskArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const reloaded = await daemonReload();
  if (reloaded.isErr()) return err(reloaded.error);
  const startable = await wouldStart(args.unit, 'as-it-is');
  if (startable.isErr()) return err(startable.error);
  const restarted = await restartUnit(args.unit);
  if (restarted.isErr()) return err(restarted.error);
  ctx.progress(`${args.unit} restarted`);
  return ok(undefined);
}

/**
 * An edit since the last start may be wrong, and the site would be down after the restart.
 *
 * @param how - `quietly`: php-fpm writes nothing into its error log. Source: php-fpm(8)
 */
async function wouldStart(unit: string, how: 'quietly' | 'as-it-is'): Promise<Result<void, StepFailure>> {
  const state = await showUnit(unit);
  if (state.isErr()) return err(state.error);
  const path = /^\{ path=(\/\S+) ;/.exec(state.value.execStart)?.[1];
  const config = /(?:--fpm-config|-y)[ =](\S+)/.exec(state.value.execStart)?.[1];
  if (path === undefined)
    return err({
      code: 'CONFIGURATION_UNTESTED',
      message: `systemctl show -p ExecStart ${unit} names no program, so it is unknown whether it would start again; nothing was restarted`,
    });
  const tested = await (how === 'quietly' && config !== undefined
    ? testQuietly(path, config)
    : runProgram(path, ['--test', ...(config === undefined ? [] : ['--fpm-config', config])]));
  if (tested.isErr()) return err(tested.error);
  if (tested.value.exitCode === 0) return ok(undefined);
  const line = tested.value.stderr.split('\n').find((each) => each.includes('ERROR')) ?? tested.value.stderr;
  const message = `${unit} would not start again with its present configuration, so it was not restarted: ${redactSecrets(line.trim().slice(0, 300))}; correct it (${path} --test) and run again`;
  return err({ code: 'CONFIGURATION_BROKEN', message });
}

/**
 * On a private copy that sends the error log nowhere: the last value counts, and the files of pools are named by absolute
 * paths.
 */
async function testQuietly(path: string, config: string): Promise<Result<ProgramResult, StepFailure>> {
  const made = await attempt(() => mkdtemp(`${tmpdir()}/wca-fpm-`), 'mkdtemp', tmpdir());
  if (made.isErr()) return err(made.error);
  const copy = join(made.value, 'php-fpm.conf');
  try {
    const written = await attempt(
      async () => {
        const text = await readFile(config, 'utf8');
        await writeFile(copy, `${text}\n[global]\nerror_log = /dev/null\n`, { mode: 0o600, flag: 'wx' });
      },
      'write',
      copy,
    );
    if (written.isErr()) return err(written.error);
    const tested = await runProgram(path, ['--test', '--fpm-config', copy]);
    return tested.mapErr((error): StepFailure => error);
  } finally {
    await rm(made.value, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function provenByWorkers(args: ServiceUmaskArgs): Promise<Result<void, StepFailure>> {
  const running = await processesOf(args.unit);
  if (running.isErr()) return err(running.error);
  const processes = running.value;
  const other = processes.find(({ umask }) => umask !== args.umask);
  if (processes.length > 0 && other === undefined) return ok(undefined);
  const found = other === undefined ? 'it is not running' : `process ${other.pid} has ${octalMode(other.umask)}`;
  const message = `the workers of ${args.unit} should have umask ${octalMode(args.umask)}, but ${found}; another drop-in may win: systemctl cat ${shellWord(args.unit)}`;
  return err({ code: 'UMASK_NOT_PROVEN', message });
}

async function undoUmask(
  args: ServiceUmaskArgs,
  before: ServiceUmaskBefore,
  ctx: StepContext,
): Promise<Result<UndoNotes, StepFailure>> {
  const restored = await restoreFile(args.path, before.file, Buffer.from(args.content), ctx);
  if (restored.isErr()) return err(restored.error);
  if (!before.directory) {
    const removed = await attemptAt(dirname(args.path), 'rmdir', rmdir);
    // The directory may hold other drop-ins by now.
    if (removed.isErr() && !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(removed.error.errno)) return err(removed.error);
  }
  // Workers that never got the umask need no restart, and may not survive one. Checked once, since at boot php-fpm may
  // just be starting, with the umask.
  const running = await processesOf(args.unit);
  if (running.isErr()) return err(running.error);
  if (running.value.length > 0 && running.value.every(({ umask }) => umask !== args.umask)) {
    const reloaded = await daemonReload();
    return reloaded.isErr() ? err(reloaded.error) : ok({ notes: [] });
  }
  const restarted = await restart(args, ctx);
  return restarted.isErr() ? err(restarted.error) : ok({ notes: [] });
}

/** The workers, or the master where there are none: pools that start workers on demand fork them from it, with its umask. */
async function processesOf(unit: string): Promise<Result<readonly ProcessStatus[], StepFailure>> {
  const workers = await fpmWorkers(unit);
  if (workers.isErr()) return err(workers.error);
  return ok(workers.value.length > 0 ? workers.value : await masterOf(unit));
}

async function masterOf(unit: string): Promise<readonly ProcessStatus[]> {
  const state = await showUnit(unit);
  if (state.isErr() || state.value.mainPid === 0) return [];
  const master = await readProcess(state.value.mainPid);
  return master.isErr() ? [] : [master.value];
}

async function makeDirectoryWouldBeNew(path: string): Promise<Result<boolean, StepFailure>> {
  const stat = await ResultAsync.fromPromise(lstat(path), (cause) => ioError(cause, 'lstat', path));
  if (stat.isOk()) return ok(false);
  return stat.error.errno === 'ENOENT' ? ok(true) : err(stat.error);
}
