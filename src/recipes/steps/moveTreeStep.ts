import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lstat } from 'node:fs/promises';
import { ioError, moveLeftovers, moveTree } from '../../posix/index.js';
import { roomFor } from '../roomFor.js';
import { shellWord } from '../shellWord.js';
import type { Check, StepFailure, StepKind, UndoNotes } from '../step.js';

/** From where to where, both absolute; the parent of `to` exists. */
export type MoveTreeArgs = {
  readonly from: string;
  readonly to: string;
  readonly why: string;
  /** A later step puts something else in the old place, and takes it away before this one is undone. */
  readonly placeIsTaken?: boolean;
};

type Places = { readonly from: boolean; readonly to: boolean; readonly unfinished: boolean };

type MoveTreeBefore = { readonly moved: false };

/**
 * Moves a file or a whole directory; undo moves it back with all that was written in it since.
 *
 * Nothing is ever merged or overwritten: with something at both places the step fails, and so does its undo.
 * Satisfied when the source is gone and the target is there. A copy to another filesystem that was killed is finished, or
 * taken back, from wherever it stood.
 */
export const moveTreeStep: StepKind<'posix.moveTree', MoveTreeArgs, MoveTreeBefore, StepFailure> = {
  kind: 'posix.moveTree',
  describe: (args) => ({ title: `move ${args.from} to ${args.to}`, why: args.why }),
  check: (args) => new ResultAsync(checkMove(args)),
  apply: (args, _before, ctx) =>
    moveTree(args.from, args.to).map(({ method }) => {
      ctx.progress(method === 'rename' ? 'renamed' : 'copied to the other filesystem and verified');
    }),
  verify: (args) => new ResultAsync(verifyMove(args)),
  byHand: ({ from, to }) => [`mv -T -- ${shellWord(to)} ${shellWord(from)}`],
  tidy: (args) => new ResultAsync(tidyMove(args)),
  undoable: (args) => new ResultAsync(undoableMove(args)),
  undo: (args) => new ResultAsync(undoMove(args)),
};

async function checkMove(args: MoveTreeArgs): Promise<Result<Check<MoveTreeBefore>, StepFailure>> {
  const places = await look(args);
  if (places.isErr()) return err(places.error);
  const { from, to, unfinished } = places.value;
  if (from && to && !unfinished) return err(bothThere(args));
  if (from || unfinished) return ok({ state: 'needed', before: { moved: false } });
  return to ? ok({ state: 'satisfied' }) : err(gone(args));
}

async function verifyMove(args: MoveTreeArgs): Promise<Result<void, StepFailure>> {
  const places = await look(args);
  if (places.isErr()) return err(places.error);
  if (!places.value.to) return err(gone(args));
  return places.value.from ? err(bothThere(args)) : ok(undefined);
}

async function undoableMove(args: MoveTreeArgs): Promise<Result<void, StepFailure>> {
  const places = await look(args);
  if (places.isErr()) return err(places.error);
  const { from, to, unfinished } = places.value;
  if (from && to && !unfinished && args.placeIsTaken !== true) return err(bothThere(args));
  if (!from && !to) return err(gone(args));
  return from ? ok(undefined) : roomFor(args.to, args.from);
}

async function undoMove(args: MoveTreeArgs): Promise<Result<UndoNotes, StepFailure>> {
  const places = await look(args);
  if (places.isErr()) return err(places.error);
  const { from, to, unfinished } = places.value;
  if (from && to && !unfinished) return err(bothThere(args));
  if (from && !unfinished) return ok({ notes: [] });
  if (!from && !to) return err(gone(args));
  const moved = await moveTree(args.to, args.from);
  return moved.isErr() ? err(moved.error) : ok({ notes: [] });
}

/** A copy that was killed before it had its name, or a source that was given up already: whole is the other one. */
async function tidyMove(args: MoveTreeArgs): Promise<Result<void, StepFailure>> {
  const places = await look(args);
  if (places.isErr()) return err(places.error);
  const { from, to, unfinished } = places.value;
  if (!unfinished || from === to) return ok(undefined);
  const tidied = from ? await moveTree(args.to, args.from) : await moveTree(args.from, args.to);
  return tidied.isErr() ? err(tidied.error) : ok(undefined);
}

/** What is at the two places; `unfinished` when a killed copy left something beside them. */
async function look(args: MoveTreeArgs): Promise<Result<Places, StepFailure>> {
  const from = await exists(args.from);
  if (from.isErr()) return err(from.error);
  const to = await exists(args.to);
  if (to.isErr()) return err(to.error);
  const left = await moveLeftovers(args.from, args.to);
  // The directory above the target may be one that is still to be made.
  if (left.isErr() && left.error.code === 'IO' && left.error.errno === 'ENOENT') return ok({ from: from.value, to: to.value, unfinished: false });
  return left.isErr() ? err(left.error) : ok({ from: from.value, to: to.value, unfinished: left.value.length > 0 });
}

async function exists(path: string): Promise<Result<boolean, StepFailure>> {
  const stat = await ResultAsync.fromPromise(lstat(path), (cause) => ioError(cause, 'lstat', path));
  if (stat.isOk()) return ok(true);
  return stat.error.errno === 'ENOENT' ? ok(false) : err(stat.error);
}

function bothThere(args: MoveTreeArgs): StepFailure {
  const message = `${args.from} and ${args.to} both exist; nothing is merged or overwritten: look at both, and set one aside by hand`;
  return { code: 'BOTH_EXIST', message };
}

function gone(args: MoveTreeArgs): StepFailure {
  const message = `neither ${args.from} nor ${args.to} exists any more; it was there when the plan was made: find out what took it before going on`;
  return { code: 'SOURCE_MISSING', message };
}
