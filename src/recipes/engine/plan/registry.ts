import type { StepKind } from './step.js';

/** The kinds an engine call knows, by name. Plans and journals that name another are refused. */
export interface Registry {
  /** The kind of this name, or undefined. */
  get(kind: string): StepKind | undefined;
  /** Names in the order they were given. */
  readonly kinds: readonly string[];
}

/**
 * Collects kinds by name; of two with one name the later wins, so that a test or a host can replace one.
 *
 * @example
 * ```ts
 * import { createRegistry, makeDirectoryStep, putFileStep } from '@wca/runtime-sdk/recipes';
 *
 * console.log(createRegistry([putFileStep, makeDirectoryStep]).kinds); // [ 'posix.putFile', 'posix.makeDirectory' ]
 * ```
 */
export function createRegistry(kinds: readonly StepKind[]): Registry {
  const byName = new Map(kinds.map((kind) => [kind.kind, kind]));
  return { get: (kind) => byName.get(kind), kinds: [...byName.keys()] };
}
