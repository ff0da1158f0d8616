import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { planUnitRewrite } from '../../../kimaki/unit/index.js';
import { clearAbandoned } from '../../../posix/files/index.js';
import { parseUnit, printUnit } from '../../../systemd/document/index.js';
import { verifyUnit } from '../../../systemd/host-edit/index.js';
import { restoreCommands } from '../files/restoreCommands.js';
import type { Check, StepFailure, StepKind } from '../../engine/index.js';
import { mayRestore, readFileState, replaceRecorded, restoreFile } from '../files/fileState.js';
import type { FileState } from '../files/fileState.js';

/** Which unit file or drop-in is rewritten, and to what. Holds no bytes of the file: a unit may hold secrets. */
export type RewriteUnitArgs = {
  /** The unit the file belongs to. */
  readonly unit: string;
  readonly path: string;
  readonly request: {
    readonly user: string;
    readonly group: string;
    readonly oldHomes: readonly string[];
    readonly newHome: string;
    readonly oldDataDir: string;
    readonly newDataDir: string;
    readonly binary: string | null;
    readonly umask: string;
    readonly moves: readonly { readonly from: string; readonly to: string }[];
    readonly dropIn: boolean;
    readonly addArgs?: readonly string[];
  };
  /** Unified diff with secrets redacted, for the plan. */
  readonly diff: string;
};

/**
 * Rewrites one unit file or drop-in for another identity: losslessly, validated by systemd, in one rename.
 *
 * The bytes are computed from the file as it is and must still be those when they are replaced. Owner, mode
 * and ACL stay. systemd learns of it at the next daemon-reload, which is the release's. Undo puts the old
 * bytes back, and refuses where someone edited the file since.
 */
export const rewriteUnitStep: StepKind<'kimaki.rewriteUnit', RewriteUnitArgs, FileState, StepFailure> = {
  kind: 'kimaki.rewriteUnit',
  describe: (args) => ({
    title: `edit ${args.path}`,
    why: `${args.unit} runs as ${args.request.user} from then on`,
    diff: args.diff,
  }),
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
};

/**
 * The same edit tried on a private copy while the old service still runs: what systemd would complain about
 * afterwards and does not today stops the migration before anything is stopped.
 */
export const verifyRewriteStep: StepKind<'kimaki.verifyRewrite', RewriteUnitArgs, null, StepFailure> = {
  kind: 'kimaki.verifyRewrite',
  describe: (args) => ({
    title: `verify the new ${args.unit} aside`,
    why: 'a unit that systemd will not load must be found before the old one is stopped',
  }),
  check: (args) =>
    new ResultAsync(checkRewrite(args)).map((check): Check<null> =>
      check.state === 'satisfied' ? check : { state: 'needed', before: null },
    ),
  apply: (args) => new ResultAsync(verifyAside(args)),
  verify: () => new ResultAsync(Promise.resolve(ok(undefined))),
  undo: () => new ResultAsync(Promise.resolve(ok(undefined))),
};

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
    message: `${args.path} was rewritten and reads differently now; someone else edits it: see who, and run again`,
  });
}

async function verifyAside(args: RewriteUnitArgs): Promise<Result<void, StepFailure>> {
  // A drop-in is no unit of its own; what it does to the whole is proven by the health of the service.
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
  const message = `systemd would complain about the new ${args.unit}, which it does not about the old one: ${first}`;
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
    message: `${args.path} is gone; it belonged to ${args.unit} when the plan was made: plan again`,
  };
}
