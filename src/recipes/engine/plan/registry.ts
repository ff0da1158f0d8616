import { ResultAsync, err, errAsync, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isJson } from './json.js';
import type { Json } from './json.js';
import type { Check, StepContext, StepDescription, StepFailure, StepKind, UndoData, UndoNotes } from './step.js';

/** Arguments (or a `before`) read from a plan or journal do not have the shape their kind wants. */
export interface InvalidStepData {
  readonly code: 'INVALID_STEP_DATA';
  readonly message: string;
  readonly kind: string;
}

/** A step threw instead of returning its failure: a bug of the kind. The run treats it as a failed step. */
export interface StepThrew {
  readonly code: 'STEP_THREW';
  readonly message: string;
  readonly kind: string;
}

/**
 * A {@link StepKind} with its types closed over, so that kinds of different arguments fit in one list.
 *
 * Every method checks what it is given with the kind's own guards first, and never throws or rejects.
 */
export interface ErasedKind {
  readonly kind: string;
  readonly volatile: boolean;
  /** {@link StepKind.describe}. */
  describe(args: Json): Result<StepDescription, StepFailure>;
  /** {@link StepKind.check}. */
  check(args: Json): ResultAsync<Check<Json>, StepFailure>;
  /** {@link StepKind.apply}. */
  apply(args: Json, before: Json, ctx: StepContext): ResultAsync<void, StepFailure>;
  /** {@link StepKind.verify}. */
  verify(args: Json, ctx: StepContext): ResultAsync<void, StepFailure>;
  /** {@link StepKind.undoable}; Ok at once for a kind without it. */
  undoable(args: Json, before: Json, ctx: StepContext): ResultAsync<void, StepFailure>;
  /** {@link StepKind.byHand}; empty for a kind without it, and for data it does not know. */
  byHand(args: Json, before: Json, where: UndoData): readonly string[];
  /** {@link StepKind.tidy}; Ok at once for a kind without it. */
  tidy(args: Json): ResultAsync<void, StepFailure>;
  /** {@link StepKind.undo}; no notes where the kind has none. */
  undo(args: Json, before: Json, ctx: StepContext): ResultAsync<UndoNotes, StepFailure>;
}

/** The kinds an engine call knows, by name. Plans and journals that name another are refused. */
export interface Registry {
  /** The kind of this name, or undefined. */
  get(kind: string): ErasedKind | undefined;
  /** Names in the order they were given. */
  readonly kinds: readonly string[];
}

/**
 * Closes over the types of one kind and makes it safe to call with data from a file.
 *
 * It promises a `Result` for everything: the wrong shape is `INVALID_STEP_DATA`, a throw or rejection
 * `STEP_THREW`. It does not check shapes for a kind without `isArgs` and `isBefore`.
 *
 * @example
 * ```ts
 * import { eraseKind, makeDirectoryKind } from '@wca/runtime-sdk/recipes';
 *
 * const described = eraseKind(makeDirectoryKind()).describe({ path: 7 });
 * if (described.isErr()) console.error(described.error.code); // INVALID_STEP_DATA
 * ```
 */
export function eraseKind<K extends string, A extends Json, B extends Json, E extends StepFailure>(
  kind: StepKind<K, A, B, E>,
): ErasedKind {
  const name = kind.kind;
  // Without a guard of its own a kind trusts its callers, as the docs of `isArgs` say: the one place that asserts.
  const toArgs = (value: Json): A | undefined =>
    kind.isArgs === undefined ? (value as A) : kind.isArgs(value) ? value : undefined;
  const toBefore = (value: Json): B | undefined =>
    kind.isBefore === undefined ? (value as B) : kind.isBefore(value) ? value : undefined;

  const withArgs = <T>(args: Json, act: (a: A) => ResultAsync<T, StepFailure>): ResultAsync<T, StepFailure> => {
    const typed = toArgs(args);
    return typed === undefined ? errAsync(invalid(name, 'arguments')) : guarded(name, () => act(typed));
  };
  const withBoth = <T>(args: Json, before: Json, act: (a: A, b: B) => ResultAsync<T, StepFailure>) =>
    withArgs(args, (typed) => {
      const found = toBefore(before);
      return found === undefined ? errAsync(invalid(name, 'recorded state')) : act(typed, found);
    });

  return {
    kind: name,
    volatile: kind.volatile === true,
    describe: (args) => {
      const typed = toArgs(args);
      if (typed === undefined) return err(invalid(name, 'arguments'));
      try {
        return ok(kind.describe(typed));
      } catch (cause) {
        return err(threw(name, cause));
      }
    },
    check: (args) =>
      withArgs<Check<Json>>(args, (a) => kind.check(a)).andThen((found) =>
        found.state === 'needed' && !isJson(found.before) ? err(invalid(name, 'state found')) : ok(found),
      ),
    apply: (args, before, ctx) => withBoth(args, before, (a, b) => kind.apply(a, b, ctx)),
    verify: (args, ctx) => withArgs(args, (a) => kind.verify(a, ctx)),
    undoable: (args, before, ctx) =>
      withBoth(args, before, (a, b) => kind.undoable?.(a, b, ctx) ?? new ResultAsync(Promise.resolve(ok(undefined)))),
    byHand: (args, before, where) => {
      const [a, b] = [toArgs(args), toBefore(before)];
      return a === undefined || b === undefined ? [] : (kind.byHand?.(a, b, where) ?? []);
    },
    tidy: (args) => withArgs(args, (a) => kind.tidy?.(a) ?? new ResultAsync(Promise.resolve(ok(undefined)))),
    undo: (args, before, ctx) =>
      withBoth(args, before, (a, b) => kind.undo(a, b, ctx).map((notes) => notes ?? { notes: [] })),
  };
}

/**
 * Collects kinds by name; of two with one name the later wins, so that a test or a host can replace one.
 *
 * @example
 * ```ts
 * import { createRegistry, eraseKind, makeDirectoryKind, putFileKind } from '@wca/runtime-sdk/recipes';
 *
 * const registry = createRegistry([eraseKind(putFileKind({ validators: {} })), eraseKind(makeDirectoryKind())]);
 * console.log(registry.kinds); // [ 'posix.putFile', 'posix.makeDirectory' ]
 * ```
 */
export function createRegistry(kinds: readonly ErasedKind[]): Registry {
  const byName = new Map(kinds.map((kind) => [kind.kind, kind]));
  return { get: (kind) => byName.get(kind), kinds: [...byName.keys()] };
}

/** Runs foreign code so that neither a throw, a rejection nor a non-plain error leaves as such. */
function guarded<T>(kind: string, act: () => ResultAsync<T, StepFailure>): ResultAsync<T, StepFailure> {
  const run = async (): Promise<Result<T, StepFailure>> => {
    try {
      return await act();
    } catch (cause) {
      return err(threw(kind, cause));
    }
  };
  return new ResultAsync(run());
}

function invalid(kind: string, what: 'arguments' | 'state found' | 'recorded state'): InvalidStepData {
  const message =
    `what a step of kind '${kind}' was given (${what}) has not the shape this version of the tool expects; ` +
    'make the plan again, or use the version of the tool that wrote it';
  return { code: 'INVALID_STEP_DATA', message, kind };
}

function threw(kind: string, cause: unknown): StepThrew {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const message = `a step of kind '${kind}' broke off: ${detail}; this is a bug of the step`;
  return { code: 'STEP_THREW', message, kind };
}
