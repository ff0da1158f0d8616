import { ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { ownProgram } from '../../runner/index.js';
import type { RunnerError } from '../../runner/index.js';
import { refusal } from '../../host/index.js';
import type { MigrationFacts, MigrationRefusal } from '../../host/index.js';
import { needsWindow } from './needsWindow.js';

/**
 * What puts things together at a boot in the middle of a run. A migration that stops the service is refused where root
 * cannot run it, or another account could change it: it runs as root later.
 */
export async function observeRecovery(
  facts: Omit<MigrationFacts, 'recovery'>,
): Promise<Result<MigrationFacts['recovery'], MigrationRefusal>> {
  const own = await ownProgram();
  if (own.isErr() && !needsWindow(facts)) return ok(null);
  return own.mapErr(refuseRunner);
}

function refuseRunner({ code, message, path }: RunnerError): MigrationRefusal {
  const way =
    code === 'RUNNER_UNTRUSTED'
      ? 'install this package and Node where only root may write, for example with npm install -g below /usr, and plan again'
      : 'install this package again with npm install -g, and plan again';
  return refusal(code, path, message, remedy.text(way));
}
