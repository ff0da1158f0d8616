import { templateOf, unitNameOf, unitNameParts } from '../names/index.js';

/**
 * The names whose `.d` directories in one load directory belong to a unit, the most specific first: its own, its
 * template's, and those of all prefixes that end in a dash (`foo-bar.service` → `foo-.service`), each with its
 * template's. Names may come twice.
 *
 * Source: systemd.unit(5); `unit_file_find_dirs()` in systemd's src/shared/dropin.c.
 */
export function dropInNames(name: string): readonly string[] {
  const parts = unitNameParts(name);
  if (parts === null) return [];
  const template = templateOf(name);
  const prefix = dashPrefix(parts.prefix);
  // A template's prefixes are plain units; an instance's are instances.
  const instance = template === null ? null : parts.instance;
  return [
    name,
    ...(template === null ? [] : dropInNames(template)),
    ...(prefix === null ? [] : dropInNames(unitNameOf({ ...parts, prefix, instance }))),
  ];
}

/** `foo-bar` → `foo-`, `foo-bar-` → `foo-`; null where there is no dash, or only a leading one. */
function dashPrefix(prefix: string): string | null {
  const dash = prefix.lastIndexOf('-');
  if (dash < 1) return null;
  if (dash < prefix.length - 1) return prefix.slice(0, dash + 1);
  const before = prefix.slice(0, dash).lastIndexOf('-');
  return before < 1 ? null : prefix.slice(0, before + 1);
}
