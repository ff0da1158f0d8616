import { CGROUP_KEYS } from './tables/cgroupKeys.js';
import type { AliasTable, Directive, KeyTable } from './directive.js';
import { EXEC_ALIASES, EXEC_KEYS, KILL_KEYS } from './tables/execKeys.js';
import {
  AUTOMOUNT_KEYS,
  MOUNT_KEYS,
  PATH_KEYS,
  SCOPE_KEYS,
  SOCKET_KEYS,
  SWAP_KEYS,
  TIMER_KEYS,
} from './tables/otherKeys.js';
import { SERVICE_ALIASES, SERVICE_KEYS } from './tables/serviceKeys.js';
import { INSTALL_KEYS, UNIT_ALIASES, UNIT_KEYS } from './tables/unitKeys.js';

const RUNS_PROCESSES: KeyTable = [...EXEC_KEYS, ...KILL_KEYS, ...CGROUP_KEYS];

const SECTIONS: readonly (readonly [section: string, keys: KeyTable, aliases: AliasTable])[] = [
  ['Unit', UNIT_KEYS, UNIT_ALIASES],
  ['Install', INSTALL_KEYS, {}],
  ['Service', [...RUNS_PROCESSES, ...SERVICE_KEYS], { ...EXEC_ALIASES, ...SERVICE_ALIASES }],
  ['Socket', [...RUNS_PROCESSES, ...SOCKET_KEYS], EXEC_ALIASES],
  ['Mount', [...RUNS_PROCESSES, ...MOUNT_KEYS], EXEC_ALIASES],
  ['Swap', [...RUNS_PROCESSES, ...SWAP_KEYS], EXEC_ALIASES],
  ['Scope', [...KILL_KEYS, ...CGROUP_KEYS, ...SCOPE_KEYS], {}],
  ['Slice', CGROUP_KEYS, {}],
  ['Timer', TIMER_KEYS, {}],
  ['Path', PATH_KEYS, {}],
  ['Automount', AUTOMOUNT_KEYS, {}],
];

let directives: ReadonlyMap<string, Directive> | null = null;

/** What systemd 252 does with a key of a section; undefined for one that it does not know. */
export function findDirective(section: string, key: string): Directive | undefined {
  directives ??= new Map(SECTIONS.flatMap(([name, keys, aliases]) => [...entriesOf(name, keys, aliases)]));
  return directives.get(`${section}.${key}`);
}

function entriesOf(section: string, keys: KeyTable, aliases: AliasTable): ReadonlyMap<string, Directive> {
  const entries = new Map<string, Directive>();
  for (const [shape, names] of keys) {
    for (const key of names.split(' ')) entries.set(`${section}.${key}`, { ...shape, sets: [`${section}.${key}`] });
  }
  const unit = section === 'Unit' ? entries : entriesOf('Unit', UNIT_KEYS, {});
  for (const [alias, names] of Object.entries(aliases)) {
    const sets = names.map((name) => (name.includes('.') ? name : `${section}.${name}`));
    const shape = entries.get(sets[0] ?? '') ?? unit.get(sets[0] ?? '');
    if (shape !== undefined) entries.set(`${section}.${alias}`, { ...shape, sets });
  }
  return entries;
}

/**
 * Says whether an empty assignment takes away what was assigned to a key before (`User=`, `ExecStart=`), and is not just
 * ignored (`UMask=`, `ProtectHome=`). A key that systemd 252 does not know counts as one that is reset.
 */
export function emptyResets(section: string, key: string): boolean {
  return findDirective(section, key)?.emptyResets !== false;
}

/** Says whether systemd 252 knows a key of a section. */
export function isKnownKey(section: string, key: string): boolean {
  return findDirective(section, key) !== undefined;
}
