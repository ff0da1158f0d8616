/** What a type of unit allows. */
export interface UnitType {
  /** A link to another unit's file may give it a second name. */
  readonly aliases: boolean;
  /** It may have templates. */
  readonly templates: boolean;
  /** It may exist without a unit file: systemd makes it, or the kernel does. */
  readonly withoutFile: boolean;
}

/**
 * Every type of unit, by its suffix.
 *
 * Source: `unit_type_may_alias()` and `unit_type_may_template()` in systemd's src/basic/unit-def.c and unit-name.c, and
 * the `load` of each type in src/core.
 */
export const UNIT_TYPES: ReadonlyMap<string, UnitType> = new Map([
  ['service', { aliases: true, templates: true, withoutFile: false }],
  ['socket', { aliases: true, templates: true, withoutFile: false }],
  ['target', { aliases: true, templates: true, withoutFile: false }],
  ['timer', { aliases: true, templates: true, withoutFile: false }],
  ['path', { aliases: true, templates: true, withoutFile: false }],
  ['device', { aliases: true, templates: false, withoutFile: true }],
  ['mount', { aliases: false, templates: false, withoutFile: true }],
  ['automount', { aliases: false, templates: false, withoutFile: false }],
  ['swap', { aliases: false, templates: false, withoutFile: true }],
  ['slice', { aliases: false, templates: false, withoutFile: true }],
  ['scope', { aliases: false, templates: false, withoutFile: true }],
]);
