import type { SettingReader } from './reading.js';

/** What is known of a key in a section. */
export interface Directive {
  /** The keys it sets, as `Section.Key`: its own, or those of the setting it is another spelling of. */
  readonly sets: readonly string[];
  /** `last`: one value, the last valid assignment counts. `list`: assignments add up. */
  readonly merge: 'last' | 'list';
  /** The keys of the section that an empty assignment takes away besides its own: an empty condition resets them all. */
  readonly clears: RegExp | null;
  /** Null where values are not checked: then each is taken as valid, and an empty one does what `emptyResets` says. */
  readonly read: SettingReader | null;
  /** What an empty assignment does: take away what was assigned before, or nothing, with a warning. */
  readonly emptyResets: boolean;
}

/** How the values of a group of keys are read. */
export type Shape = Omit<Directive, 'sets'>;

/** A key whose last valid assignment counts, and which an empty one does not reset. */
export function single(read: SettingReader): Shape {
  return { merge: 'last', clears: null, read, emptyResets: false };
}

/** A key whose last valid assignment counts, back to the default with an empty one. */
export function optional(read: SettingReader): Shape {
  return { merge: 'last', clears: null, read, emptyResets: true };
}

/** A key whose assignments add up until an empty one. */
export function list(read: SettingReader): Shape {
  return { merge: 'list', clears: null, read, emptyResets: true };
}

/** The same shapes for keys whose values are not checked. */
export const UNCHECKED_SINGLE: Shape = { merge: 'last', clears: null, read: null, emptyResets: false };
export const UNCHECKED_OPTIONAL: Shape = { merge: 'last', clears: null, read: null, emptyResets: true };
export const UNCHECKED_LIST: Shape = { merge: 'list', clears: null, read: null, emptyResets: true };

/** Shapes by key; the keys of one shape as words in one string. */
export type KeyTable = readonly (readonly [shape: Shape, keys: string])[];

/** Keys that are another spelling of others: of the same section, unless they name one. */
export type AliasTable = Readonly<Record<string, readonly string[]>>;
