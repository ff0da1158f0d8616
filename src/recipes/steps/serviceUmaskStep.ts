import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lstat, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ioError, makeDirectory, replaceFile } from '../../posix/index.js';
import { daemonReload, restartUnit } from '../../systemd/index.js';
import { fpmWorkers } from '../../wordpress/index.js';
import type { Check, StepContext, StepFailure, StepKind, UndoNotes } from '../step.js';
import { mayRestore, readFileState, restoreFile } from './fileState.js';
import type { FileState } from './fileState.js';
import { newFileDiff } from './newFileDiff.js';

/** The php-fpm unit and the drop-in that sets its umask. */
export type ServiceUmaskArgs = {
  readonly unit: string;
  readonly umask: number;
  readonly path: string;
  readonly content: string;
};

type ServiceUmaskBefore = {
  /** The drop-in as it was; null when there was none. */
  readonly file: FileState | null;
  /** Whether the drop-in directory was there. */
  readonly directory: boolean;
};

/**
 * Gives php-fpm a umask by a drop-in and a restart, and proves it on a running worker.
 *
 * A reload keeps the old umask while `systemctl show` already tells the new one, so only /proc counts.
 * Requests in flight at the restart get a 502. Every pool of the master gets the umask.
 */
export const serviceUmaskStep: StepKind<'systemd.serviceUmask', ServiceUmaskArgs, ServiceUmaskBefore, StepFailure> = {
  kind: 'systemd.serviceUmask',
  describe: (args) => ({
    title: `set UMask=${octal(args.umask)} for ${args.unit} and restart it`,
    why: 'what WordPress writes must stay writable for the agent; requests in flight at the restart get a 502',
    diff: newFileDiff(args.path, args.content),
  }),
  check: (args) => new ResultAsync(checkUmask(args)),
  apply: (args, before, ctx) => new ResultAsync(applyUmask(args, before, ctx)),
  verify: (args) => new ResultAsync(provenByWorkers(args)),
  undoable: (args, before) => mayRestore(args.path, before.file, Buffer.from(args.content)),
  undo: (args, before, ctx) => new ResultAsync(undoUmask(args, before, ctx)),
};

async function checkUmask(args: ServiceUmaskArgs): Promise<Result<Check<ServiceUmaskBefore>, StepFailure>> {
  const proven = await provenByWorkers(args);
  if (proven.isOk()) return ok({ state: 'satisfied' });
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
  const written = await replaceFile(args.path, args.content, { mode: 0o644, uid: 0, gid: 0, expect });
  if (written.isErr()) return err(written.error);
  return restart(args, ctx);
}

async function restart(args: ServiceUmaskArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const reloaded = await daemonReload();
  if (reloaded.isErr()) return err(reloaded.error);
  const restarted = await restartUnit(args.unit);
  if (restarted.isErr()) return err(restarted.error);
  ctx.progress(`${args.unit} restarted`);
  return ok(undefined);
}

async function provenByWorkers(args: ServiceUmaskArgs): Promise<Result<void, StepFailure>> {
  const workers = await fpmWorkers(args.unit);
  if (workers.isErr()) return err(workers.error);
  const other = workers.value.find(({ umask }) => umask !== args.umask);
  if (workers.value.length > 0 && other === undefined) return ok(undefined);
  const found = other === undefined ? 'no worker is running' : `worker ${other.pid} has ${octal(other.umask)}`;
  const message = `the workers of ${args.unit} should have umask ${octal(args.umask)}, but ${found}; another drop-in may win: systemctl cat ${args.unit}`;
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
    const removed = await ResultAsync.fromPromise(rmdir(dirname(args.path)), (cause) => ioError(cause, 'rmdir', dirname(args.path)));
    // Others may keep drop-ins of theirs there by now.
    if (removed.isErr() && !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(removed.error.errno)) return err(removed.error);
  }
  const restarted = await restart(args, ctx);
  return restarted.isErr() ? err(restarted.error) : ok({ notes: [] });
}

async function makeDirectoryWouldBeNew(path: string): Promise<Result<boolean, StepFailure>> {
  const stat = await ResultAsync.fromPromise(lstat(path), (cause) => ioError(cause, 'lstat', path));
  if (stat.isOk()) return ok(false);
  return stat.error.errno === 'ENOENT' ? ok(true) : err(stat.error);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
