/** What a type of unit allows. */
export interface UnitType {
  /** A link to another unit's file may give it a second name. */
  readonly aliases: boolean;
  /** It may have templates. */
  readonly templates: boolean;
  /** It may exist without a unit file: systemd makes it, or the kernel does. */
  readonly withoutFile: boolean;
  /** The section of its own besides `[Unit]` and `[Install]`. */
  readonly section: string | null;
}

/**
 * Every type of unit, by its suffix.
 *
 * Source: `unit_type_may_alias()` and `unit_type_may_template()` in systemd's src/basic/unit-def.c and unit-name.c, and
 * the `load` of each type in src/core.
 */
export const UNIT_TYPES: ReadonlyMap<string, UnitType> = new Map<string, UnitType>([
  ['service', { aliases: true, templates: true, withoutFile: false, section: 'Service' }],
  ['socket', { aliases: true, templates: true, withoutFile: false, section: 'Socket' }],
  ['target', { aliases: true, templates: true, withoutFile: false, section: null }],
  ['timer', { aliases: true, templates: true, withoutFile: false, section: 'Timer' }],
  ['path', { aliases: true, templates: true, withoutFile: false, section: 'Path' }],
  ['device', { aliases: true, templates: false, withoutFile: true, section: null }],
  ['mount', { aliases: false, templates: false, withoutFile: true, section: 'Mount' }],
  ['automount', { aliases: false, templates: false, withoutFile: false, section: 'Automount' }],
  ['swap', { aliases: false, templates: false, withoutFile: true, section: 'Swap' }],
  ['slice', { aliases: false, templates: false, withoutFile: true, section: 'Slice' }],
  ['scope', { aliases: false, templates: false, withoutFile: true, section: 'Scope' }],
]);
