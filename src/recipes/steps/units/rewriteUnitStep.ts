import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { planUnitRewrite } from '../../../kimaki/unit/index.js';
import { clearAbandoned } from '../../../posix/files/index.js';
import { parseUnit, printUnit } from '../../../systemd/document/index.js';
import { verifyUnit } from '../../../systemd/host-edit/index.js';
import { restoreCommands } from '../files/restoreCommands.js';
import { absolutePath, defineStep, listOf, record } from '../../engine/index.js';
import type { Check, StepFailure } from '../../engine/index.js';
import { fileState, mayRestore, readFileState, replaceRecorded, restoreFile } from '../files/fileState.js';
import type { FileState } from '../files/fileState.js';

const args = record({
  /** The unit the file belongs to. */
  unit: v.string(),
  path: absolutePath,
  /** As for `planUnitRewrite`. */
  request: record({
    user: v.string(),
    group: v.string(),
    oldUser: v.exactOptional(v.string()),
    oldHomes: listOf(v.string()),
    newHome: v.string(),
    oldDataDir: v.string(),
    newDataDir: v.string(),
    binary: v.nullable(v.string()),
    umask: v.string(),
    moves: listOf(record({ from: v.string(), to: v.string() })),
    dropIn: v.boolean(),
    addArgs: v.exactOptional(listOf(v.string())),
    prefixes: v.exactOptional(listOf(record({ key: v.string(), program: v.string(), prefix: v.picklist(['-', '+']) }))),
  }),
  /** Unified diff with secrets redacted, for the plan. */
  diff: v.string(),
});

/** Which unit file or drop-in is rewritten, and to what. Holds no bytes of the file: a unit may hold secrets. */
export type RewriteUnitArgs = Readonly<v.InferOutput<typeof args>>;

/**
 * Rewrites one unit file or drop-in for another identity: losslessly, validated by systemd, in one rename.
 *
 * The bytes are computed from the file as it is and must still be those when they are replaced. Owner, mode
 * and ACL stay. systemd reads it at the next daemon-reload, which the step that starts the units does. Undo restores the
 * old bytes, and refuses where someone edited the file since.
 */
export const rewriteUnitStep = defineStep({
  kind: 'kimaki.rewriteUnit',
  args,
  before: fileState,
  describe: (args) => ({
    title: `Edit ${args.path}`,
    why: `${args.unit} then runs as ${args.request.user}`,
    diff: args.diff,
    undo: `Restore ${args.path} as it was`,
  }),
  writes: ({ path }) => [path],
  check: (args) => new ResultAsync(checkRewrite(args)),
  apply: (args, before, ctx) =>
    rewritten(args, before).asyncAndThen((ours) => replaceRecorded(args.path, ours, before, ctx)),
  verify: (args) => new ResultAsync(verifyRewrite(args)),
  byHand: (args, before, where) => [...restoreCommands(args.path, before, where), 'systemctl daemon-reload'],
  tidy: (args) => clearAbandoned(args.path),
  undoable: (args, before, ctx) =>
    rewritten(args, before).asyncAndThen((ours) => mayRestore(args.path, before, ours, ctx)),
  undo: (args, before, ctx) =>
    rewritten(args, before).asyncAndThen((ours) => restoreFile(args.path, before, ours, ctx)),
});

/**
 * Verifies the same edit on a private copy while the old service still runs: a complaint of systemd that the old unit does
 * not cause stops the migration before anything is stopped.
 */
export const verifyRewriteStep = defineStep({
  kind: 'kimaki.verifyRewrite',
  args,
  before: v.null(),
  describe: (args) => ({
    title: `Verify a copy of the new ${args.unit}`,
    why: 'a unit that systemd does not load must be found before the old one is stopped',
    undo: `Nothing to undo: only a copy of ${args.unit} was verified`,
  }),
  check: (args) =>
    new ResultAsync(checkRewrite(args)).map((check): Check<null> =>
      check.state === 'satisfied' ? check : { state: 'needed', before: null },
    ),
  apply: (args) => new ResultAsync(verifyAside(args)),
  verify: () => new ResultAsync(Promise.resolve(ok(undefined))),
  undo: () => new ResultAsync(Promise.resolve(ok(undefined))),
});

async function checkRewrite(args: RewriteUnitArgs): Promise<Result<Check<FileState>, StepFailure>> {
  const file = await readFileState(args.path);
  if (file.isErr()) return err(file.error);
  if (file.value === null) return err(missing(args));
  const ours = rewritten(args, file.value);
  if (ours.isErr()) return err(ours.error);
  const same = ours.value.toString('base64') === file.value.bytes;
  return ok(same ? { state: 'satisfied' } : { state: 'needed', before: file.value });
}

async function verifyRewrite(args: RewriteUnitArgs): Promise<Result<void, StepFailure>> {
  const check = await checkRewrite(args);
  if (check.isErr()) return err(check.error);
  if (check.value.state === 'satisfied') return ok(undefined);
  return err({
    code: 'UNIT_NOT_REWRITTEN',
    message: `${args.path} was rewritten and has other content now; find out who else edits it, and run again`,
  });
}

async function verifyAside(args: RewriteUnitArgs): Promise<Result<void, StepFailure>> {
  // A drop-in is not a unit; its effect on the whole unit is proven by the health of the service.
  if (args.request.dropIn) return ok(undefined);
  const file = await readFileState(args.path);
  if (file.isErr()) return err(file.error);
  if (file.value === null) return err(missing(args));
  const ours = rewritten(args, file.value);
  if (ours.isErr()) return err(ours.error);
  const verified = await verifyUnit(args.unit, ours.value, { baseline: Buffer.from(file.value.bytes, 'base64') });
  if (verified.isErr()) return err(verified.error);
  const [first] = verified.value.complaints;
  if (first === undefined) return ok(undefined);
  const message = `systemd complains about the new ${args.unit} and not about the old one: ${first}`;
  return err({ code: 'UNIT_NOT_VALID', message });
}

function rewritten(args: RewriteUnitArgs, file: FileState): Result<Buffer, StepFailure> {
  return planUnitRewrite(parseUnit(Buffer.from(file.bytes, 'base64')), args.request).map(({ document }) =>
    printUnit(document),
  );
}

function missing(args: RewriteUnitArgs): StepFailure {
  return {
    code: 'UNIT_FILE_MISSING',
    message: `${args.path} does not exist any more; it belonged to ${args.unit} when the plan was made: plan again`,
  };
}
