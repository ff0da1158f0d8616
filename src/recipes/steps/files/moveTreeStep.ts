import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lstat } from 'node:fs/promises';
import { ioError, shellWord } from '../../../posix/paths/index.js';
import { checkMoveSpace, moveLeftovers, moveTree } from '../../../posix/moves/index.js';
import type { Check, StepContext, StepFailure, StepKind, UndoNotes } from '../../engine/index.js';

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
 * Nothing is ever merged or overwritten: with something at both places the step fails, and so does its undo; forced, the
 * undo renames what was made anew at the old place, keeps it, and tells. Where the old place was only cleared
 * (`placeIsTaken`), a copy that somebody deleted since is told, and no failure.
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
  undoable: (args, _before, ctx) => new ResultAsync(undoableMove(args, ctx)),
  undo: (args, _before, ctx) => new ResultAsync(undoMove(args, ctx)),
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

async function undoableMove(args: MoveTreeArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const places = await look(args);
  if (places.isErr()) return err(places.error);
  const { from, to, unfinished } = places.value;
  if (!from && !to) return args.placeIsTaken === true ? ok(undefined) : err(gone(args));
  if (!to || unfinished) return ok(undefined);
  if (from && args.placeIsTaken === true) return ok(undefined);
  if (from && !ctx.force) return err(madeAnew(args));
  return checkMoveSpace(args.to, args.from);
}

async function undoMove(args: MoveTreeArgs, ctx: StepContext): Promise<Result<UndoNotes, StepFailure>> {
  const places = await look(args);
  if (places.isErr()) return err(places.error);
  const { from, to, unfinished } = places.value;
  if (!from && !to) return args.placeIsTaken === true ? ok({ notes: [lostCopy(args)] }) : err(gone(args));
  if (from && !to && !unfinished) return ok({ notes: [] });
  const notes: string[] = [];
  if (from && to && !unfinished) {
    if (!ctx.force) return err(madeAnew(args));
    const aside = await setAside(args.from);
    if (aside.isErr()) return err(aside.error);
    notes.push(`${args.from} had been made anew since; what it held is kept in ${aside.value}`);
  }
  const moved = await moveTree(args.to, args.from);
  return moved.isErr() ? err(moved.error) : ok({ notes });
}

/** Under another name in the same directory: whoever has it open goes on with it there. */
async function setAside(path: string): Promise<Result<string, StepFailure>> {
  for (let number = 1; ; number += 1) {
    const aside = `${path}.made-since${number === 1 ? '' : `-${number}`}`;
    const taken = await exists(aside);
    if (taken.isErr()) return err(taken.error);
    if (taken.value) continue;
    const moved = await moveTree(path, aside);
    return moved.isErr() ? err(moved.error) : ok(aside);
  }
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
  if (left.isErr() && left.error.code === 'IO' && left.error.errno === 'ENOENT')
    return ok({ from: from.value, to: to.value, unfinished: false });
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

function madeAnew(args: MoveTreeArgs): StepFailure {
  const message =
    `${args.from} was made anew since its content moved to ${args.to}; nothing is merged or overwritten: look at it, give it another ` +
    'name and roll back again, or roll back with --force, which does that and keeps it';
  return { code: 'BOTH_EXIST', message };
}

function lostCopy({ from, to }: MoveTreeArgs): string {
  return `${to}, where ${from} had been set aside, is gone: somebody removed it since; ${from} is not there again`;
}

function gone(args: MoveTreeArgs): StepFailure {
  const message = `neither ${args.from} nor ${args.to} exists any more; it was there when the plan was made: find out what took it before going on`;
  return { code: 'SOURCE_MISSING', message };
}
