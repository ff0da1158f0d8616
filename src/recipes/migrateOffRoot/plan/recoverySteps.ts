import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { recoveryUnitStep } from '../../steps/index.js';

/** The safety unit: installed for as long as a run is unfinished, and needed only when the host reboots meanwhile. */
export const RECOVERY_UNIT = '/etc/systemd/system/wca-recovery.service';

/** The step before a stop window that installs the safety unit: one for all instances that are moved together. */
export function recoverySteps(together: readonly MigrationFacts[]): RecipeStep[] {
  const args = recoveryArgs(together);
  return args === null
    ? []
    : [step(recoveryUnitStep, { id: 'recovery', phase: 'before', args: { ...args, installed: true } })];
}

/** The last step of a migration, which removes the unit of {@link recoverySteps}. */
export function recoveryOffSteps(together: readonly MigrationFacts[], recovery: readonly RecipeStep[]): RecipeStep[] {
  const args = recoveryArgs(together);
  if (args === null || recovery.length === 0) return [];
  return [
    step(recoveryUnitStep, {
      id: 'recovery-off',
      phase: 'after',
      after: recovery[0],
      args: { ...args, installed: false },
    }),
  ];
}

function recoveryArgs(together: readonly MigrationFacts[]): {
  readonly path: string;
  readonly content: string;
  readonly services: readonly string[];
} | null {
  const recovery = together.find((one) => one.recovery !== null)?.recovery ?? null;
  if (recovery === null) return null;
  const companions = together.flatMap((one) => one.companions).filter(({ kind }) => kind === 'service');
  const services = [...new Set([...together.map(({ unit }) => unit), ...companions].map(({ name }) => name))];
  return { path: RECOVERY_UNIT, content: recoveryUnit(recovery, services), services };
}

/**
 * Without the default dependencies, which would order it after timers.target and so after the units it must precede. A
 * service that requires it does not start where it fails. Source: systemd.unit(5), Requires=, Before=.
 */
function recoveryUnit({ node, program }: NonNullable<MigrationFacts['recovery']>, services: readonly string[]): string {
  return `# Written by @wca/runtime-sdk (recipe migrateOffRoot) while a run is unfinished; resuming or rolling back that run removes it.
[Unit]
Description=Repair the host after a reboot during a migration
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
