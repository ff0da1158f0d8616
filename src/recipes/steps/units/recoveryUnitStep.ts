import { readlink, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
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
import { absolutePath, defineStep, listOf, record } from '../../engine/index.js';
import type { Check, StepFailure, UndoNotes } from '../../engine/index.js';
import { newFileDiff } from '../files/newFileDiff.js';
import { placeRunner } from '../../runner/index.js';
import { programOf, runnableRecovery, sameRecovery } from './recoveryContent.js';

const args = record({
  /** In /etc/systemd/system; no other unit may have that name. */
  path: absolutePath,
  content: v.string(),
  /** What may start only after it: its [Install] section has RequiredBy= of each. */
  services: listOf(v.string()),
  installed: v.boolean(),
});

/** The unit that runs before others at the next boot, and whether it is to be installed. */
export type RecoveryUnitArgs = Readonly<v.InferOutput<typeof args>>;

const before = record({ installed: v.boolean() });

type RecoveryUnitBefore = v.InferOutput<typeof before>;

/**
 * Installs a unit that services require at their next start, or removes it: a pair of steps around a run.
 *
 * What it executes is a copy of the command line that only root can change, which is put in its place first, by a Node
 * that only root can change. Installed, it is enabled and started once, which proves that its program runs; it stays
 * active until a reboot, so that no start before a reboot waits for it. Where it does not start it is removed again. Undo
 * does the opposite, with this process's Node and package where the recorded ones are gone; where those do not start
 * either, it does without the unit and says so in a note. A file of that name with other content is not ours and is
 * refused.
 */
export const recoveryUnitStep = defineStep({
  kind: 'systemd.recoveryUnit',
  args,
  before,
  volatile: true,
  describe: ({ path, content, services, installed }) =>
    installed
      ? {
          title: 'Install the safety unit, which repairs the host if it reboots during the migration',
          why: `${services.join(', ')} must not start while the state has moved and the units have not: ${path} runs before them`,
          diff: newFileDiff(path, content),
          undo: `Remove the safety unit ${path}`,
        }
      : {
          title: `Remove the safety unit ${path}`,
          why: 'the migration is complete, so a reboot needs no repair',
          undo: 'Install the safety unit, which repairs the host if it reboots during the rollback',
        },
  writes: (args) => [args.path, ...linkPaths(args)],
  check: (args) => new ResultAsync(checkRecovery(args)),
  apply: (args) => new ResultAsync(args.installed ? placeAndInstall(args) : remove(args)),
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
});

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
  const message = `${args.path} was ${args.installed ? 'installed and is not in force' : 'removed and is still there'}; see systemctl status ${basename(args.path)}`;
  return err({ code: 'RECOVERY_UNIT_DIFFERS', message });
}

async function placeAndInstall(args: RecoveryUnitArgs): Promise<Result<void, StepFailure>> {
  const program = programOf(args.content);
  const placed = program === null ? ok(undefined) : await placeRunner(program);
  return placed.isErr() ? err(placed.error) : install(args);
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
 * The recorded Node and package may be gone when this is undone. The rollback then continues without the unit, which is
 * needed only if the host reboots meanwhile. Another file at its path is still a failure.
 */
async function installAgain(args: RecoveryUnitArgs): Promise<Result<UndoNotes, StepFailure>> {
  const there = await found(args);
  if (there.isErr()) return err(there.error);
  const content = await runnableRecovery(args.content);
  if (content.isErr()) return ok({ notes: [without(args, content.error.message)] });
  const installed = await install(args, content.value);
  if (installed.isOk()) return ok({ notes: [] });
  const left = await found(args);
  const links = await linksOf(args);
  if (left.isErr() || left.value !== null || links > 0) return err(installed.error);
  return ok({ notes: [without(args, installed.error.message)] });
}

function without({ path }: RecoveryUnitArgs, why: string): string {
  return `${path} could not be installed again (${why}): do not reboot before the rollback has ended`;
}

async function removeAgain(args: RecoveryUnitArgs): Promise<Result<UndoNotes, StepFailure>> {
  return (await remove(args)).map(() => ({ notes: [] }));
}

/** Stopped only when no unit requires it any more: a stop would stop those too. Source: systemd.unit(5), Requires=. */
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
  // `disable` has had systemd read the units already.
  const reloaded = there.value === null || unlinked.value > 0 ? await daemonReload() : ok(undefined);
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

/** The unit file as it is, if it is ours whatever Node and package it runs; null when there is none. */
async function found({ path, content }: RecoveryUnitArgs): Promise<Result<Buffer | null, StepFailure>> {
  const file = await readRegularFile(path);
  if (file.isErr()) return file.error.code === 'NOT_FOUND' ? ok(null) : err(file.error);
  if (sameRecovery(file.value.bytes.toString(), content)) return ok(file.value.bytes);
  const message = `${path} exists with content that this run does not write; find out where it comes from (an earlier version of this tool?), remove it with systemctl disable and rm, and run again`;
  return err({ code: 'FILE_IN_THE_WAY', message });
}

/** How many of the services have the link that makes them require the unit. */
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

/** Removes the links that `systemctl disable` leaves where the unit file was removed before, and gives how many it removed. */
async function removeLinks(args: RecoveryUnitArgs): Promise<Result<number, StepFailure>> {
  let count = 0;
  for (const link of linkPaths(args)) {
    if ((await readlink(link).catch(() => null)) === null) continue;
    const removed = await attemptAt(link, 'unlink', unlink);
    if (removed.isErr()) return err(removed.error);
    count += 1;
    // The directory may hold links of other units.
    await attemptAt(dirname(link), 'rmdir', rmdir).unwrapOr(undefined);
  }
  return ok(count);
}

function linkPaths({ path, services }: RecoveryUnitArgs): readonly string[] {
  return services.map((service) => join(dirname(path), `${service}.requires`, basename(path)));
}
