import { toldText } from '../secrets/index.js';

/**
 * What to do about a finding or a refusal, as data. Whoever shows it to a person words it: the library names no command
 * line of its own. Plain JSON.
 */
export type Remedy =
  | OptionRemedy
  | CommandRemedy
  | RecipeRemedy
  | CallRemedy
  /** What a person has to do, as a sentence without its full stop. */
  | { readonly kind: 'text'; readonly text: string }
  /** This, if the condition holds; it completes "if …". */
  | { readonly kind: 'when'; readonly condition: string; readonly remedy: Remedy }
  /** All of these, one after the other. */
  | { readonly kind: 'in-order'; readonly remedies: readonly Remedy[] }
  /** One of these. */
  | { readonly kind: 'any-of'; readonly remedies: readonly Remedy[] };

/** Run the same recipe again with this option. @inline */
export type OptionRemedy = {
  readonly kind: 'option';
  /** The name of a member of the recipe's options: `keepPaths`. */
  readonly option: string;
  /** What to set it to; left out where the caller has to choose, and for a switch that is to be on. */
  readonly value?: string | number;
};

/** Run this program. @inline */
export type CommandRemedy = {
  readonly kind: 'command';
  readonly argv: readonly string[];
};

/** Run a recipe of this package, or a part of it. @inline */
export type RecipeRemedy = {
  readonly kind: 'recipe';
  /** `migrateOffRoot`, `hardenInstall`. */
  readonly recipe: string;
  /** `plan`, `apply`, `verify`, `resume`, `rollback`, `status`. */
  readonly action: string;
  /** Its options, by the names of their members. */
  readonly options?: Readonly<Record<string, string>>;
};

/** Call a function of this package. @inline */
export type CallRemedy = {
  readonly kind: 'call';
  readonly call: 'reclaim' | 'queryOwnership' | 'explainAccess' | 'editUnit' | 'listBlocks' | 'putBlock';
  /** What it is called for: a path, or the name of a unit. */
  readonly subject: string;
  /** `reclaim`: `from`, `to`. `queryOwnership`: `by`. `explainAccess`: `as`, `for`. `editUnit`: settings by `Section.Key`. */
  readonly args: Readonly<Record<string, string>>;
};

/** Makes remedies; pure. */
export const remedy = {
  option: (option: string, value?: string | number): OptionRemedy =>
    value === undefined ? { kind: 'option', option } : { kind: 'option', option, value },
  command: (...argv: readonly string[]): CommandRemedy => ({ kind: 'command', argv }),
  recipe: (recipe: string, action: string, options: Readonly<Record<string, string>> = {}): RecipeRemedy =>
    Object.keys(options).length === 0
      ? { kind: 'recipe', recipe, action }
      : { kind: 'recipe', recipe, action, options },
  call: (call: CallRemedy['call'], subject: string, args: Readonly<Record<string, string>> = {}): CallRemedy => ({
    kind: 'call',
    call,
    subject,
    args,
  }),
  text: (text: string): Remedy => ({ kind: 'text', text: toldText(text) }),
  when: (condition: string, way: Remedy): Remedy => ({
    kind: 'when',
    condition: toldText(condition),
    remedy: way,
  }),
  inOrder: (...remedies: readonly Remedy[]): Remedy => ({ kind: 'in-order', remedies }),
  anyOf: (...remedies: readonly Remedy[]): Remedy => ({ kind: 'any-of', remedies }),
} as const;
