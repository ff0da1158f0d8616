import type { MigrationFacts } from '../../host/index.js';

/** The options of the operator that every sweep has. */
export function sweepOptions({ options }: MigrationFacts): {
  readonly crossMounts: boolean;
  readonly allowUnprotectedHardlinks: boolean;
  readonly leaveUnsafe: boolean;
} {
  return {
    crossMounts: options.crossMounts ?? false,
    allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
    leaveUnsafe: options.leaveUnsafe ?? false,
  };
}
