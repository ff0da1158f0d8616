import { dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { makeDirectory, removeFile, replaceFile } from '../../posix/files/index.js';
import type { MakeDirectoryError, RemoveFileError, ReplaceFileError } from '../../posix/files/index.js';
import type { TrustError } from '../../posix/handles/index.js';
import type { UnitChange } from '../edits/index.js';
import { checkUnitTrust } from './checkUnitTrust.js';
import { confirmEdit } from './confirmEdit.js';
import type { EditDoesNotWin } from './confirmEdit.js';
import type { EditChoice } from './editChoice.js';
import { baseName, findUnitFiles } from '../load/index.js';
import { planUnitEdit } from './planUnitEdit.js';
import type { PlanEditError, UnitEditPlan } from './planUnitEdit.js';
import { requireValidUnit } from './requireValidUnit.js';
import type { UnitNotValid } from './requireValidUnit.js';
import type { FindUnitFilesError, UnitFiles } from '../load/index.js';
import type { ManagerOptions } from '../manager/index.js';
import type { VerifyUnitError } from './verifyUnit.js';

/** What was written for a unit. @inline */
export interface UnitEditReport {
  /** The main name of the unit. */
  readonly id: string;
  readonly path: string;
  readonly isNew: boolean;
  /** Why this file, in words. */
  readonly why: string;
  /** Empty for a new file. May hold secrets. */
  readonly before: Buffer;
  readonly after: Buffer;
}

/** Why the unit was not edited. */
export type EditUnitError =
  | FindUnitFilesError
  | PlanEditError
  | TrustError
  | UnitNotValid
  | VerifyUnitError
  | MakeDirectoryError
  | ReplaceFileError
  | RemoveFileError
  | EditDoesNotWin;

/**
 * Changes settings of a unit so that they take effect at the next daemon-reload, and proves by the files that they do.
 *
 * The file is the one `planUnitEdit` names; a new drop-in is made with mode 0644, its directory with 0755. Before
 * anything is written, it checks that only root can change the unit's file and the edited one (`checkUnitTrust`), and
 * that systemd reports no new problem (`verifyUnit`). Afterwards the files are read anew; when the values do not take effect, because
 * another drop-in was added meanwhile, the change is undone. Undefined when everything is so already.
 *
 * The manager is not asked to reload: it keeps what it has loaded until `daemonReload`, and a process until a restart.
 *
 * Errors: {@link EditUnitError}. After `EDIT_DOES_NOT_WIN` the file is as it was. `ABORTED` comes only before the file is
 * written.
 *
 * @example
 * ```ts
 * import { editUnit } from '@wca/runtime-sdk/systemd';
 *
 * const change = { kind: 'set', section: 'Service', key: 'User', value: 'opencode' } as const;
 * const edited = await editUnit('kimaki.service', [change]);
 * if (edited.isErr()) console.error(edited.error.code, edited.error.message);
 * else console.log(edited.value?.path ?? 'already so');
 * ```
 */
export function editUnit(
  name: string,
  changes: readonly UnitChange[],
  options: ManagerOptions = {},
): ResultAsync<UnitEditReport | undefined, EditUnitError> {
  return new ResultAsync(edit(name, changes, options));
}

async function edit(
  name: string,
  changes: readonly UnitChange[],
  options: ManagerOptions,
): Promise<Result<UnitEditReport | undefined, EditUnitError>> {
  const files = await findUnitFiles(name, options);
  if (files.isErr()) return err(files.error);
  const planned = planUnitEdit(files.value, changes);
  if (planned.isErr()) return err(planned.error);
  if (planned.value === null) return ok(undefined);
  const { choice, document, wanted } = planned.value;
  const accepted = await guard(files.value, planned.value, options);
  if (accepted.isErr()) return err(accepted.error);
  const [before, after] = [choice.document.bytes, document.bytes];
  const written = await write(files.value, choice, after);
  if (written.isErr()) return err(written.error);

  const again = await findUnitFiles(name);
  const confirmed = again.isErr() ? err(again.error) : confirmEdit(again.value, choice.path, wanted);
  if (confirmed.isOk()) {
    return ok({ id: files.value.id, path: choice.path, isNew: choice.isNew, why: choice.why, before, after });
  }
  const undone = choice.isNew
    ? await removeFile(choice.path, { expect: after })
    : await replaceFile(choice.path, before, { expect: after });
  return err(undone.isErr() ? undone.error : confirmed.error);
}

/** Only root may change the edited file, and systemd accepts the new content. */
async function guard(
  { id, path }: UnitFiles,
  { choice, document }: UnitEditPlan,
  options: ManagerOptions,
): Promise<Result<void, TrustError | UnitNotValid | VerifyUnitError>> {
  for (const one of process.geteuid?.() === 0 ? [...(path === null ? [] : [path]), choice.path] : []) {
    const trusted = await checkUnitTrust(one);
    if (trusted.isErr()) return err(trusted.error);
  }
  const dropIn = choice.role === 'drop-in' ? { dropIn: baseName(choice.path) } : {};
  return requireValidUnit(id, document.bytes, { ...options, baseline: choice.document.bytes, ...dropIn });
}

async function write(
  files: UnitFiles,
  { path, document, isNew }: EditChoice,
  after: Buffer,
): Promise<Result<void, MakeDirectoryError | ReplaceFileError>> {
  const directory = dirname(path);
  if (isNew && !files.dropInDirectories.some((one) => one.path === directory)) {
    const made = await makeDirectory(directory, { mode: 0o755, uid: 0, gid: 0 });
    if (made.isErr()) return err(made.error);
  }
  const options = isNew ? { expect: null, mode: 0o644 } : { expect: document.bytes };
  return replaceFile(path, after, options).map(() => undefined);
}
