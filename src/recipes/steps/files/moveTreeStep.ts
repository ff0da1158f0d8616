import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { remedy } from '../../../posix/findings/index.js';
import type { Remedy } from '../../../posix/findings/index.js';
import { shellWord } from '../../../posix/paths/index.js';
import { lookAt } from '../../../posix/handles/index.js';
import { checkMoveSpace, moveLeftovers, moveTree } from '../../../posix/moves/index.js';
import { absolutePath, defineStep, record } from '../../engine/index.js';
import type { Check, StepContext, StepFailure, UndoNotes } from '../../engine/index.js';
import { inode } from './fileState.js';
import { setAside } from './setAside.js';

const args = record({
  from: absolutePath,
  /** Its parent exists. */
  to: absolutePath,
  why: v.string(),
  /** A later step puts something else at `from`, and removes it before this one is undone. */
  placeIsTaken: v.exactOptional(v.boolean()),
});

/** From where to where. */
export type MoveTreeArgs = Readonly<v.InferOutput<typeof args>>;

interface Places {
  readonly from: boolean;
  readonly to: boolean;
  readonly unfinished: boolean;
  /** The directories they lie in; null while one of the two still has to be made. */
  readonly within: MoveTreeBefore['within'];
}

const before = record({ moved: v.literal(false), within: v.nullable(record({ from: inode, to: inode })) });

type MoveTreeBefore = v.InferOutput<typeof before>;

/**
 * Moves a file or a whole directory; undo moves it back with all that was written in it since.
 *
 * Nothing is ever merged or overwritten: with something at both places the step fails, and so does its undo; a forced
 * undo renames what was made at the old place since, keeps it, and says so in a note. Where the old place was only cleared
 * (`placeIsTaken`), a copy that somebody deleted since is a note, not a failure.
 * Satisfied when the source is gone and the target exists. A copy to another filesystem that was killed is completed, or
 * undone, from wherever it stood.
 */
export const moveTreeStep = defineStep({
  kind: 'posix.moveTree',
  args,
  before,
  describe: ({ from, to, why }) => ({ title: `Move ${from} to ${to}`, why, undo: `Move ${to} back to ${from}` }),
  writes: ({ from, to }) => [from, to],
  check: (args) => new ResultAsync(checkMove(args)),
  apply: (args, { within }, ctx) =>
    moveTree(args.from, args.to, { within: within ?? undefined }).map(({ method }) => {
      ctx.progress(method === 'rename' ? 'renamed' : 'copied to the other filesystem and verified');
    }),
  verify: (args) => new ResultAsync(verifyMove(args)),
  byHand: ({ from, to }) => [`mv -T -- ${shellWord(to)} ${shellWord(from)}`],
  tidy: (args) => new ResultAsync(tidyMove(args)),
  undoable: (args, _before, ctx) => new ResultAsync(undoableMove(args, ctx)),
  undo: (args, _before, ctx) => new ResultAsync(undoMove(args, ctx)),
});

async function checkMove(args: MoveTreeArgs): Promise<Result<Check<MoveTreeBefore>, StepFailure>> {
  const places = await look(args);
  if (places.isErr()) return err(places.error);
  const { from, to, unfinished, within } = places.value;
  if (from && to && !unfinished) return err(bothThere(args));
  if (from || unfinished) return ok({ state: 'needed', before: { moved: false, within } });
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
    const aside = await setAside(args.from, 'made-since');
    if (aside.isErr()) return err(aside.error);
    notes.push(`${args.from} had been created since; its content is kept in ${aside.value}`);
  }
  const moved = await moveTree(args.to, args.from);
  return moved.isErr() ? err(moved.error) : ok({ notes });
}

/** Removes the incomplete side of a killed copy: the copy without its name, or the source that is being removed. */
async function tidyMove(args: MoveTreeArgs): Promise<Result<void, StepFailure>> {
  const places = await look(args);
  if (places.isErr()) return err(places.error);
  const { from, to, unfinished } = places.value;
  if (!unfinished || from === to) return ok(undefined);
  const tidied = from ? await moveTree(args.to, args.from) : await moveTree(args.from, args.to);
  return tidied.isErr() ? err(tidied.error) : ok(undefined);
}

/** What exists at the two places; `unfinished` when a killed copy left something beside them. */
async function look(args: MoveTreeArgs): Promise<Result<Places, StepFailure>> {
  const from = await lookAt(args.from);
  if (from.isErr()) return err(from.error);
  const to = await lookAt(args.to);
  if (to.isErr()) return err(to.error);
  const places = { from: from.value.stat !== null, to: to.value.stat !== null };
  if (from.value.within === null || to.value.within === null) return ok({ ...places, unfinished: false, within: null });
  const within = { from: from.value.within, to: to.value.within };
  const left = await moveLeftovers(args.from, args.to);
  return left.isErr() ? err(left.error) : ok({ ...places, unfinished: left.value.length > 0, within });
}

function bothThere(args: MoveTreeArgs): StepFailure {
  const message = `${args.from} and ${args.to} both exist; nothing is merged or overwritten: look at both, and rename one by hand`;
  return { code: 'BOTH_EXIST', message };
}

function madeAnew(args: MoveTreeArgs): StepFailure & { readonly remedy: Remedy } {
  const message =
    `${args.from} was created after its content had moved to ${args.to}; nothing is merged or overwritten, ` +
    'and a forced rollback renames and keeps it';
  const way = remedy.anyOf(remedy.text(`rename ${args.from} and roll back again`), remedy.option('force'));
  return { code: 'BOTH_EXIST', message, remedy: way };
}

function lostCopy({ from, to }: MoveTreeArgs): string {
  return `${to}, the copy of ${from}, was removed since the run; ${from} is not restored`;
}

function gone(args: MoveTreeArgs): StepFailure {
  const message = `neither ${args.from} nor ${args.to} exists any more; one did when the plan was made: find out what removed it before you continue`;
  return { code: 'SOURCE_MISSING', message };
}
