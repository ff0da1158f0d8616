import { parseEnvironment } from './parseEnvironment.js';
import type { EnvironmentVariable } from './parseEnvironment.js';
import type { Assignment, UnitDocument } from '../document/index.js';

/** A variable and the `Environment=` line it stands on. */
export interface LiveVariable {
  readonly assignment: Assignment;
  readonly variable: EnvironmentVariable;
}

/** Every variable of `[Service]` that no later empty `Environment=` takes away, in file order. */
export function liveVariables({ assignments }: Pick<UnitDocument, 'assignments'>): readonly LiveVariable[] {
  const lines = assignments.filter(({ section, key }) => section === 'Service' && key === 'Environment');
  const reset = lines.findLastIndex(({ value }) => value === '');
  return lines
    .slice(reset + 1)
    .flatMap((assignment) => parseEnvironment(assignment.value).map((variable) => ({ assignment, variable })));
}
