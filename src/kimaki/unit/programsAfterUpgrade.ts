import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { Identity } from '../../posix/accounts/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { parseUnit } from '../../systemd/document/index.js';
import { effectiveUnit } from '../../systemd/load/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
import { unitSpecifiers } from '../../systemd/values/index.js';
import { execWords } from './execWords.js';
import { programsFailingAsAgent } from './programsFailingAsAgent.js';
import type { FailingProgramError } from './programsFailingAsAgent.js';
import { unsafePrivilegedLines } from './unsafePrivilegedLines.js';
import type { PrivilegedLineError } from './unsafePrivilegedLines.js';

/** What of a service's preparation root has to do after an upgrade, and what root must not run. */
export interface ProgramsAfterUpgrade {
  readonly programs: readonly string[];
  readonly unsafe: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Finds the scripts before the service's start that change what only root may, such as the installed package, and so do
 * nothing there as the service's user. Root can run them after each upgrade, with nothing of the unit's environment: those
 * that another account could make do something else are told apart.
 *
 * Errors: a path could not be looked at, or a script not be read.
 */
export function programsAfterUpgrade(
  unit: EffectiveUnit,
  identity: Identity,
): ResultAsync<ProgramsAfterUpgrade, FailingProgramError | PrivilegedLineError> {
  return new ResultAsync(find(unit, identity));
}

async function find(
  unit: EffectiveUnit,
  identity: Identity,
): Promise<Result<ProgramsAfterUpgrade, FailingProgramError | PrivilegedLineError>> {
  const failing = await programsFailingAsAgent(unit, identity, TRUSTED_PATH);
  if (failing.isErr()) return err(failing.error);
  const writing = failing.value.filter(
    ({ key, problem }) => key === 'ExecStartPre' && problem === 'writes-where-it-may-not',
  );
  const programs: string[] = [];
  const unsafe: { path: string; reason: string }[] = [];
  for (const path of new Set(writing.map((one) => one.path))) {
    const faults = await unsafePrivilegedLines(runByRoot(path), { home: '/root' });
    if (faults.isErr()) return err(faults.error);
    const [fault] = faults.value;
    if (fault === undefined) programs.push(path);
    else unsafe.push({ path, reason: `${fault.subject} ${fault.reason}` });
  }
  return ok({ programs, unsafe });
}

/** A unit that runs the program as root, and sets nothing. */
function runByRoot(path: string): EffectiveUnit {
  const name = 'upgrade.service';
  const document = parseUnit(`[Service]\nExecStart=+${execWords([path])}\n`);
  return effectiveUnit(name, [{ path: name, role: 'fragment', document }], unitSpecifiers(name, null), {
    readPastFaults: true,
  });
}
