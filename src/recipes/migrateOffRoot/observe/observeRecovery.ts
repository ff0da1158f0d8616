import { checkTrustedPath } from '../../../posix/handles/index.js';
import { ownProgram } from '../../steps/index.js';
import type { MigrationFacts } from '../../host/index.js';

/** What runs at the next boot when a run is cut off, and what an operator should know of it. */
export async function observeRecovery(): Promise<{
  readonly recovery: MigrationFacts['recovery'];
  readonly warnings: readonly string[];
}> {
  const recovery = await ownProgram();
  if (recovery === null) {
    const warning =
      'this package is not installed where a unit could run it, so nothing puts things together should this host go down ' +
      'half-way: do not reboot before the run has ended';
    return { recovery: null, warnings: [warning] };
  }
  const warnings: string[] = [];
  for (const path of [recovery.node, recovery.program]) {
    const trusted = await checkTrustedPath(path);
    if (trusted.isErr()) warnings.push(`root runs it at a boot in the middle of a run: ${trusted.error.message}`);
  }
  return { recovery, warnings };
}
