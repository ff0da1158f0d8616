import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';

/** The unit that is there for as long as a run is, and needs to be only when the host goes down meanwhile. */
export const RECOVERY_UNIT = '/etc/systemd/system/wca-recovery.service';

/**
 * The first and the last step around a stop window; `off` is the last.
 *
 * @param undoNeeds - what has to be back before the unit goes: no hold lasts longer than a reboot, so without it a service
 *   would start on one side with its state on the other
 */
export function recoverySteps(
  { recovery, unit, companions }: MigrationFacts,
  undoNeeds: readonly string[],
): { readonly on: RecipeStep[]; readonly off: RecipeStep[] } {
  if (recovery === null) return { on: [], off: [] };
  const services = [unit.name, ...companions.filter(({ kind }) => kind === 'service').map(({ name }) => name)];
  const args = { path: RECOVERY_UNIT, content: recoveryUnit(recovery, services), services };
  return {
    on: [
      { id: 'recovery', kind: 'systemd.recoveryUnit', phase: 'before', undoNeeds, args: { ...args, installed: true } },
    ],
    off: [
      {
        id: 'recovery-off',
        kind: 'systemd.recoveryUnit',
        phase: 'after',
        after: 'recovery',
        args: { ...args, installed: false },
      },
    ],
  };
}

/**
 * Without the default dependencies, which would put it after timers.target and so after what it must come before. A
 * service that requires it does not start where it fails. Source: systemd.unit(5), Requires=, Before=.
 */
function recoveryUnit({ node, program }: NonNullable<MigrationFacts['recovery']>, services: readonly string[]): string {
  return `# Written by wca migrate-off-root for as long as a run is unfinished; wca migrate-off-root resume or rollback removes it.
[Unit]
Description=Put state and units together again before they start (wca migrate-off-root)
DefaultDependencies=no
After=sysinit.target remote-fs.target
Conflicts=shutdown.target
Before=shutdown.target ${services.join(' ')}
RequiresMountsFor=/var/lib/wca ${program}

[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStartSec=6h
ExecStart=${node} ${program} migrate-off-root recover

[Install]
RequiredBy=${services.join(' ')}
`;
}
