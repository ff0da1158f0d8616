import { ResultAsync, err, errAsync, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { toldDiff, toldLines, toldText } from '../../../posix/secrets/index.js';
import { readData } from './data.js';
import type { DataSchema } from './data.js';
import type { Json } from './json.js';
import type {
  Check,
  InvalidStepData,
  StepDefinition,
  StepDescription,
  StepFailure,
  StepKind,
  StepThrew,
  UndoNotes,
} from './step.js';

/**
 * Makes a kind of step from one declaration: the type of its data, the check of what comes from a plan or journal, and
 * what it does.
 *
 * Every method of the kind answers `INVALID_STEP_DATA` with kind and field for data of another shape, before the
 * definition sees it, and `STEP_THREW` for a throw or a rejection. A `before` that the definition finds itself and that
 * does not fit its schema is `INVALID_STEP_DATA` as well: the journal could not be read again. Titles, reasons, diffs, notes
 * and messages of errors are printable and without the secrets that `redactSecrets` knows, whatever the definition put
 * into them.
 *
 * @example
 * ```ts
 * import { readFile, writeFile } from 'node:fs/promises';
 * import { ResultAsync, okAsync } from 'neverthrow';
 * import * as v from 'valibot';
 * import { createRegistry, defineStep } from '@wca/runtime-sdk/recipes';
 *
 * const failed = (cause: unknown) => ({ code: 'MOTD', message: String(cause) });
 * const motdStep = defineStep({
 *   kind: 'example.motd',
 *   args: v.strictObject({ text: v.string() }),
 *   before: v.strictObject({ text: v.string() }),
 *   describe: ({ text }) => ({ title: `greet with ${text}`, why: 'users read it at login' }),
 *   check: ({ text }) =>
 *     ResultAsync.fromPromise(readFile('/etc/motd', 'utf8'), failed).map((found) =>
 *       found === text ? { state: 'satisfied' as const } : { state: 'needed' as const, before: { text: found } },
 *     ),
 *   apply: ({ text }) => ResultAsync.fromPromise(writeFile('/etc/motd', text), failed),
 *   verify: () => okAsync(undefined),
 *   undo: (_args, before) => ResultAsync.fromPromise(writeFile('/etc/motd', before.text), failed),
 * });
 *
 * const described = createRegistry([motdStep]).get('example.motd')?.describe({ txt: 'hello' });
 * if (described?.isErr() === true) console.error(described.error.code); // INVALID_STEP_DATA
 * ```
 */
export function defineStep<const K extends string, A extends Json, B extends Json>(
  definition: StepDefinition<K, A, B>,
): StepKind<K, A, B> {
  const { kind } = definition;
  const checkArgs = (args: Json): Result<A, InvalidStepData> => checked(kind, 'args', definition.args, args);
  const checkBefore = (before: Json): Result<B, InvalidStepData> => checked(kind, 'before', definition.before, before);

  const withArgs = <T>(args: Json, act: (a: A) => ResultAsync<T, StepFailure>): ResultAsync<T, StepFailure> => {
    const typed = checkArgs(args);
    return typed.isErr() ? errAsync(typed.error) : guarded(kind, () => act(typed.value));
  };
  const withBoth = <T>(
    args: Json,
    before: Json,
    act: (a: A, b: B) => ResultAsync<T, StepFailure>,
  ): ResultAsync<T, StepFailure> =>
    withArgs(args, (typed) => {
      const found = checkBefore(before);
      return found.isErr() ? errAsync(found.error) : act(typed, found.value);
    });

  return {
    kind,
    args: definition.args,
    before: definition.before,
    volatile: definition.volatile === true,
    checkArgs,
    checkBefore,
    describe: (args) =>
      checkArgs(args).andThen((typed) => {
        try {
          return ok(toldDescription(definition.describe(typed)));
        } catch (cause) {
          return err(threw(kind, cause));
        }
      }),
    check: (args) =>
      withArgs(args, (typed) => definition.check(typed)).andThen((found) =>
        found.state === 'needed' ? checkBefore(found.before).map(() => toldCheck(found)) : ok(found),
      ),
    apply: (args, before, ctx) => withBoth(args, before, (a, b) => definition.apply(a, b, ctx)),
    verify: (args, ctx) => withArgs(args, (typed) => definition.verify(typed, ctx)),
    undoable: (args, before, ctx) =>
      withBoth(args, before, (a, b) => definition.undoable?.(a, b, ctx) ?? okAsync(undefined)).map((undone) =>
        toldNotes(undone ?? NOTHING_LEFT),
      ),
    undo: (args, before, ctx) =>
      withBoth(args, before, (a, b) => definition.undo(a, b, ctx)).map((undone) => toldNotes(undone ?? NOTHING_LEFT)),
    byHand: (args, before, where) => {
      const [a, b] = [checkArgs(args), checkBefore(before)];
      return a.isErr() || b.isErr() ? [] : (definition.byHand?.(a.value, b.value, where) ?? []);
    },
    writes: (args) =>
      checkArgs(args)
        .map((typed) => definition.writes?.(typed) ?? [])
        .unwrapOr([]),
    tidy: (args) => withArgs(args, (typed) => definition.tidy?.(typed) ?? okAsync(undefined)),
  };
}

function checked<T extends Json>(
  kind: string,
  what: 'args' | 'before',
  schema: DataSchema<T>,
  value: Json,
): Result<T, InvalidStepData> {
  return readData(schema, value).mapErr(({ field, problem }) => {
    const where = `${what}${field === '' || field.startsWith('[') ? '' : '.'}${field}`;
    const message =
      `${where} of a step of kind '${kind}' ${problem}; make the plan again, or use the version of the tool that ` +
      'wrote it';
    return { code: 'INVALID_STEP_DATA', message, kind, field: where };
  });
}

/**
 * What a kind says goes through here, into plans, journals and reports: it names paths, repeats commands and shows lines of
 * files, with whatever secrets stand in them.
 */
function toldDescription({ title, why, diff, undo, ...rest }: StepDescription): StepDescription {
  return {
    ...rest,
    title: toldText(title),
    why: toldText(why),
    ...(diff === undefined ? {} : { diff: toldDiff(diff) }),
    ...(undo === undefined ? {} : { undo: toldText(undo) }),
  };
}

function toldCheck<B extends Json>(check: Check<B>): Check<B> {
  return check.state === 'satisfied' || check.note === undefined ? check : { ...check, note: toldText(check.note) };
}

const NOTHING_LEFT: UndoNotes = { notes: [] };

function toldNotes({ notes }: UndoNotes): UndoNotes {
  return { notes: notes.map(toldText) };
}

/** Runs foreign code so that neither a throw, a rejection nor a message that steers a terminal leaves as such. */
function guarded<T>(kind: string, act: () => ResultAsync<T, StepFailure>): ResultAsync<T, StepFailure> {
  const run = async (): Promise<Result<T, StepFailure>> => {
    try {
      return (await act()).mapErr((error) => ({ ...error, message: toldLines(error.message) }));
    } catch (cause) {
      return err(threw(kind, cause));
    }
  };
  return new ResultAsync(run());
}

function threw(kind: string, cause: unknown): StepThrew {
  const detail = toldText(cause instanceof Error ? cause.message : String(cause));
  const message = `a step of kind '${kind}' threw: ${detail}; this is a bug of the step`;
  return { code: 'STEP_THREW', message, kind };
}
