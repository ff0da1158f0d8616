import type { MigrationFacts } from '../../host/index.js';

/** What the operator said of every sweep. */
export function sweepOptions({ options }: MigrationFacts): Readonly<Record<string, boolean>> {
  return {
    crossMounts: options.crossMounts ?? false,
    allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
    leaveUnsafe: options.leaveUnsafe ?? false,
  };
}
