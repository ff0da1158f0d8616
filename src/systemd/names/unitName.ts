import { UNIT_TYPES } from './unitTypes.js';

/** A unit's name taken apart: `foo-bar@x.service` is prefix `foo-bar`, instance `x`, type `service`. */
export interface UnitNameParts {
  readonly prefix: string;
  /** Null without an `@`; empty for a template. */
  readonly instance: string | null;
  readonly type: string;
}

const VALID = /^[A-Za-z0-9:_.\\-][A-Za-z0-9:_.\\@-]*$/;

/**
 * Takes a name apart, or gives null for what systemd does not take for a unit's name: a file of that name is no unit.
 *
 * Source: `unit_name_is_valid()` in systemd's src/basic/unit-name.c. `checkUnitName` is stricter.
 */
export function unitNameParts(name: string): UnitNameParts | null {
  const dot = name.lastIndexOf('.');
  const type = name.slice(dot + 1);
  if (dot < 1 || name.length > 255 || !VALID.test(name) || !UNIT_TYPES.has(type)) return null;
  const stem = name.slice(0, dot);
  const at = stem.indexOf('@');
  return at === -1
    ? { prefix: stem, instance: null, type }
    : { prefix: stem.slice(0, at), instance: stem.slice(at + 1), type };
}

/** Puts a name together again; an instance of null makes a plain one. */
export function unitNameOf({ prefix, instance, type }: UnitNameParts): string {
  return `${prefix}${instance === null ? '' : `@${instance}`}.${type}`;
}

/** `plain`, `template` (`foo@.service`) or `instance` (`foo@x.service`). */
export function unitNameForm({ instance }: UnitNameParts): 'plain' | 'template' | 'instance' {
  return instance === null ? 'plain' : instance === '' ? 'template' : 'instance';
}

/** The template an instance is made of, or null for what is no instance. */
export function templateOf(name: string): string | null {
  const parts = unitNameParts(name);
  if (parts === null || unitNameForm(parts) !== 'instance') return null;
  return unitNameOf({ ...parts, instance: '' });
}

/** The name with this instance where it is a template, otherwise as it is. */
export function instantiated(name: string, instance: string | null): string {
  const parts = unitNameParts(name);
  if (parts === null || instance === null || unitNameForm(parts) !== 'template') return name;
  return unitNameOf({ ...parts, instance });
}
