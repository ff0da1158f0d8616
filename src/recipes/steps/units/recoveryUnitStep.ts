import { readlink, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { clearAbandoned, readRegularFile, removeFile, replaceFile } from '../../../posix/files/index.js';
import { attemptAt } from '../../../posix/handles/index.js';
import { shellWord } from '../../../posix/paths/index.js';
import {
  daemonReload,
  disableUnit,
  enableUnit,
  showUnit,
  startUnit,
  stopUnit,
} from '../../../systemd/manager/index.js';
import type { Check, StepFailure, StepKind, UndoNotes } from '../../engine/index.js';
import { newFileDiff } from '../files/newFileDiff.js';
import { runnableRecovery, sameRecovery } from './recoveryContent.js';

/** The unit that runs before others at the next boot, and whether it is to be there. */
export type RecoveryUnitArgs = {
  /** In /etc/systemd/system; nothing else may have that name. */
  readonly path: string;
  readonly content: string;
  /** What may start only after it: its [Install] section says RequiredBy= of each. */
  readonly services: readonly string[];
  readonly installed: boolean;
};

type RecoveryUnitBefore = { readonly installed: boolean };

/**
 * Puts a unit in place that services need at their next start, or takes it away: a pair of steps around a run.
 *
 * Put in place, it is enabled and started once, which proves that what it runs can run; it stays active until a reboot,
 * so that no start before one waits for it. Where it does not start it is removed again. Undo does the opposite, with this
 * process's Node and package where the recorded ones are gone, and without the unit, told in a note, where that does not start
 * either. A file of that name with other content is not ours and is refused.
 */
export const recoveryUnitStep: StepKind<'systemd.recoveryUnit', RecoveryUnitArgs, RecoveryUnitBefore, StepFailure> = {
  kind: 'systemd.recoveryUnit',
  volatile: true,
  describe: ({ path, content, services, installed }) =>
    installed
      ? {
          title: `install ${path}, without which ${services.join(', ')} cannot start after a reboot`,
          why: 'should this host go down half-way, state and units must fit together again before anything starts',
          diff: newFileDiff(path, content),
        }
      : { title: `remove ${path}`, why: 'from here on every start finds state and units that fit together' },
  check: (args) => new ResultAsync(checkRecovery(args)),
  apply: (args) => new ResultAsync(args.installed ? install(args) : remove(args)),
  verify: (args) => new ResultAsync(verifyRecovery(args)),
  byHand: ({ path, installed }) =>
    installed
      ? [
          `systemctl disable ${basename(path)}`,
          `systemctl stop ${basename(path)}`,
          `rm -- ${shellWord(path)}`,
          'systemctl daemon-reload',
        ]
      : [],
  tidy: (args) => clearAbandoned(args.path),
  undo: (args) => new ResultAsync<UndoNotes, StepFailure>(args.installed ? removeAgain(args) : installAgain(args)),
};

async function checkRecovery(args: RecoveryUnitArgs): Promise<Result<Check<RecoveryUnitBefore>, StepFailure>> {
  const there = await found(args);
  if (there.isErr()) return err(there.error);
  const isOurs = there.value?.equals(Buffer.from(args.content)) === true;
  const links = await linksOf(args);
  const state = await showUnit(basename(args.path));
  const active = state.isOk() && state.value.activeState === 'active';
  const installed = isOurs && links === args.services.length && active;
  const gone = there.value === null && links === 0;
  const satisfied = args.installed ? installed : gone;
  return ok(satisfied ? { state: 'satisfied' } : { state: 'needed', before: { installed: !args.installed } });
}

async function verifyRecovery(args: RecoveryUnitArgs): Promise<Result<void, StepFailure>> {
  const check = await checkRecovery(args);
  if (check.isErr()) return err(check.error);
  if (check.value.state === 'satisfied') return ok(undefined);
  const message = `${args.path} is not ${args.installed ? 'in force' : 'gone'} a moment after it was to be; see systemctl status ${basename(args.path)}`;
  return err({ code: 'RECOVERY_UNIT_DIFFERS', message });
}

async function install(args: RecoveryUnitArgs, content = args.content): Promise<Result<void, StepFailure>> {
  const there = await found(args);
  if (there.isErr()) return err(there.error);
  const name = basename(args.path);
  const written = await replaceFile(args.path, content, { mode: 0o644, uid: 0, gid: 0, expect: there.value });
  if (written.isErr()) return err(written.error);
  const enabled = await enableUnit(name);
  const started = enabled.isErr() ? enabled : await startUnit(name);
  if (started.isOk()) return ok(undefined);
  // Left enabled, it would keep what requires it from ever starting.
  const removed = await remove(args);
  if (removed.isOk()) return err(started.error);
  return err({
    ...started.error,
    message: `${started.error.message} (and removing ${args.path} failed: ${removed.error.message})`,
  });
}

/**
 * On the way back what was recorded may be gone since; then the way back is gone without the unit, which only a host that goes
 * down meanwhile would miss. What stands at its path and is not ours is still a failure.
 */
async function installAgain(args: RecoveryUnitArgs): Promise<Result<UndoNotes, StepFailure>> {
  const there = await found(args);
  if (there.isErr()) return err(there.error);
  const content = await runnableRecovery(args.content);
  if (content === null)
    return ok({
      notes: [
        without(args, 'what it ran is gone, and this package is not installed where root could run it at a boot'),
      ],
    });
  const installed = await install(args, content);
  if (installed.isOk()) return ok({ notes: [] });
  const left = await found(args);
  const links = await linksOf(args);
  if (left.isErr() || left.value !== null || links > 0) return err(installed.error);
  return ok({ notes: [without(args, installed.error.message)] });
}

function without({ path }: RecoveryUnitArgs, why: string): string {
  return `${path} could not be put in place again (${why}): do not reboot before the rollback has ended`;
}

async function removeAgain(args: RecoveryUnitArgs): Promise<Result<UndoNotes, StepFailure>> {
  return (await remove(args)).map(() => ({ notes: [] }));
}

/** Stopped only when nothing needs it any more: a stop takes along what requires the unit. Source: systemd.unit(5), Requires=. */
async function remove(args: RecoveryUnitArgs): Promise<Result<void, StepFailure>> {
  const there = await found(args);
  if (there.isErr()) return err(there.error);
  const name = basename(args.path);
  if (there.value !== null) {
    const disabled = await disableUnit(name);
    if (disabled.isErr()) return err(disabled.error);
  }
  const unlinked = await removeLinks(args);
  if (unlinked.isErr()) return err(unlinked.error);
  const reloaded = await daemonReload();
  if (reloaded.isErr()) return err(reloaded.error);
  const state = await showUnit(name);
  if (state.isOk() && state.value.activeState !== 'inactive') {
    const stopped = await stopUnit(name);
    if (stopped.isErr()) return err(stopped.error);
  }
  if (there.value === null) return ok(undefined);
  const removed = await removeFile(args.path, { expect: there.value });
  if (removed.isErr()) return err(removed.error);
  const forgotten = await daemonReload();
  return forgotten.isErr() ? err(forgotten.error) : ok(undefined);
}

/** The unit file as it is, if it is ours, wherever the Node and the package it runs lie; null when there is none. */
async function found({ path, content }: RecoveryUnitArgs): Promise<Result<Buffer | null, StepFailure>> {
  const file = await readRegularFile(path);
  if (file.isErr()) return file.error.code === 'NOT_FOUND' ? ok(null) : err(file.error);
  if (sameRecovery(file.value.bytes.toString(), content)) return ok(file.value.bytes);
  const message = `${path} exists with another content than this run gives it; see where it comes from (an earlier version of this tool?), remove it with systemctl disable and rm, and run again`;
  return err({ code: 'FILE_IN_THE_WAY', message });
}

/** How many of the services have the link that makes them need the unit. */
async function linksOf(args: RecoveryUnitArgs): Promise<number> {
  const found = await Promise.all(
    linkPaths(args).map((link) =>
      readlink(link).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.filter(Boolean).length;
}

/** What a disable leaves where somebody removed the file before it: systemctl disables nothing that is not there. */
async function removeLinks(args: RecoveryUnitArgs): Promise<Result<void, StepFailure>> {
  for (const link of linkPaths(args)) {
    if ((await readlink(link).catch(() => null)) === null) continue;
    const removed = await attemptAt(link, 'unlink', unlink);
    if (removed.isErr()) return err(removed.error);
    // Others may have links of theirs there.
    await attemptAt(dirname(link), 'rmdir', rmdir).unwrapOr(undefined);
  }
  return ok(undefined);
}

function linkPaths({ path, services }: RecoveryUnitArgs): readonly string[] {
  return services.map((service) => join(dirname(path), `${service}.requires`, basename(path)));
}
