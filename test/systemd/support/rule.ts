/** One rule of reading, and the change of its source text that switches it off. */
export interface Rule {
  readonly name: string;
  readonly module: string;
  /** Must stand in the module exactly once. */
  readonly from: string;
  readonly to: string;
}

export function rulesOf(
  module: string,
  rules: readonly (readonly [name: string, from: string, to: string])[],
): readonly Rule[] {
  return rules.map(([name, from, to]) => ({ module, name, from, to }));
}
