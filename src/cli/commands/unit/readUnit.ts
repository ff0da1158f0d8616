import { basename, isAbsolute } from 'node:path';
import { errAsync, okAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { printablePath } from '../../../posix/paths/index.js';
import { readRegularFile } from '../../../posix/files/index.js';
import { findUnitFiles } from '../../../systemd/load/index.js';
import { parseUnit } from '../../../systemd/document/index.js';
import type { UnitDocument } from '../../../systemd/document/index.js';
import type { CliError } from '../../command.js';
import { usageError } from '../../parseArguments.js';

/** A unit file as a command was given it. */
export interface UnitFile {
  readonly path: string;
  /** What systemd calls it. */
  readonly name: string;
  readonly document: UnitDocument;
}

/** What every unit command says about its first operand. */
export const OPERAND_NOTE = 'UNIT is the name of a unit or the absolute path of a file.';

/** What the commands say that print bytes of a file. */
export const TERMINAL_NOTE = 'On a terminal, control characters but tab and line feed come out as \\xHH.';

/** Reads the unit file an operand means: a file when it has a slash in it, otherwise the one systemd would load. */
export function readUnit(operand: string): ResultAsync<UnitFile, CliError> {
  return fileOf(operand).andThen((path) =>
    readRegularFile(path, { followLinks: true })
      .map(({ bytes }) => ({ path, name: basename(path), document: parseUnit(bytes) }))
      .mapErr((error): CliError => error),
  );
}

function fileOf(operand: string): ResultAsync<string, CliError> {
  const shown = printablePath(operand);
  if (operand.includes('/')) {
    return isAbsolute(operand)
      ? okAsync(operand)
      : errAsync(usageError(`${shown} is a relative path; give an absolute path or the name of a unit`));
  }
  return findUnitFiles(operand)
    .mapErr((error): CliError => error)
    .andThen(({ kind, path }) => {
      if (path !== null && kind !== 'masked') return okAsync(path);
      const why = path === null ? 'has no unit file' : `is masked by ${path}`;
      return errAsync({ code: path === null ? 'UNIT_WITHOUT_FILE' : 'UNIT_MASKED', message: `${shown} ${why}` });
    });
}
