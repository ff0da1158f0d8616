import { liveVariables } from '../values/index.js';
import type { UnitDocument } from '../document/index.js';

/** A key of a section; with `variable`, one variable of `Service.Environment`. */
export interface UnitKey {
  readonly section: string;
  readonly key: string;
  readonly variable?: string;
}

/** Whether a file has a say in what the key ends up with. For a variable that is also a reset of all of them. */
export function assigns({ assignments, ...document }: UnitDocument, { section, key, variable }: UnitKey): boolean {
  const own = assignments.filter((one) => one.section === section && one.key === key);
  if (variable === undefined) return own.length > 0;
  if (own.some(({ value }) => value === '')) return true;
  return liveVariables({ assignments, ...document }).some((live) => live.variable.name === variable);
}

/** As it is typed: `Service.User`, `Service.Environment.HOME`. */
export function shownKey({ section, key, variable }: UnitKey): string {
  return [section, key, ...(variable === undefined ? [] : [variable])].join('.');
}
