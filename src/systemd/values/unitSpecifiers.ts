import { dirname } from 'node:path';
import type { Specifiers } from './expandSpecifiers.js';

/** What specifiers say of the machine; a letter that is missing is one whose value is not known. @inline */
export interface HostSpecifiers {
  /** Architecture, as systemd calls it: `x86-64`. */
  readonly a?: string;
  /** Boot id, and machine id, without dashes. */
  readonly b?: string;
  readonly m?: string;
  /** Kernel release. */
  readonly v?: string;
  /** Name of the host: whole, up to its first dot, and the pretty one. */
  readonly H?: string;
  readonly l?: string;
  readonly q?: string;
  /** Of os-release: IMAGE_VERSION, BUILD_ID, IMAGE_ID, ID, VERSION_ID and VARIANT_ID; empty where it does not say. */
  readonly A?: string;
  readonly B?: string;
  readonly M?: string;
  readonly o?: string;
  readonly w?: string;
  readonly W?: string;
}

const HOST_LETTERS = ['a', 'b', 'm', 'v', 'H', 'l', 'q', 'A', 'B', 'M', 'o', 'w', 'W'] as const;

/**
 * Gives what each specifier stands for in a unit of the system manager: names from the unit's own, the directories and
 * the user of the manager (root, whatever `User=` says), and the machine's facts as given.
 *
 * A fact that is not given stays unknown: a value that uses it is reported and not guessed.
 *
 * Source: systemd.unit(5), Specifiers; `unit_full_printf()` in systemd's src/core/unit-printf.c.
 *
 * @param name - full name of the unit
 * @param fragment - path of its unit file, or null
 *
 * @example
 * ```ts
 * import { expandSpecifiers, unitSpecifiers } from '@wca/runtime-sdk/systemd';
 *
 * const specifiers = unitSpecifiers('kimaki@blog.service', '/etc/systemd/system/kimaki@.service');
 * const path = expandSpecifiers('/srv/%i/%p', specifiers);
 * if (path.isErr()) console.error(path.error.message);
 * else console.log(path.value); // /srv/blog/kimaki
 * ```
 */
export function unitSpecifiers(name: string, fragment: string | null, host: HostSpecifiers = {}): Specifiers {
  const stem = name.slice(0, name.lastIndexOf('.'));
  const at = stem.indexOf('@');
  const prefix = at === -1 ? stem : stem.slice(0, at);
  const instance = at === -1 ? '' : stem.slice(at + 1);
  const last = prefix.slice(prefix.lastIndexOf('-') + 1);
  const unescaped = { P: unescapeName(prefix), I: unescapeName(instance), J: unescapeName(last) };
  return new Map<string, string | null>([
    ...HOST_LETTERS.map((letter): [string, string | null] => [letter, host[letter] ?? null]),
    ['n', name],
    ['N', stem],
    ['p', prefix],
    ['P', unescaped.P],
    ['i', instance],
    ['I', unescaped.I],
    ['j', last],
    // Behind a dash at the end there is nothing to unescape, and systemd 252 aborts: `unit_name_unescape()` asserts.
    ['J', last === '' ? null : unescaped.J],
    ['f', pathOf(at === -1 || instance === '' ? prefix : instance)],
    ['y', fragment ?? ''],
    ['Y', fragment === null ? '' : dirname(fragment)],
    ['u', 'root'],
    ['U', '0'],
    ['g', 'root'],
    ['G', '0'],
    ['h', '/root'],
    ['t', '/run'],
    ['S', '/var/lib'],
    ['C', '/var/cache'],
    ['L', '/var/log'],
    ['E', '/etc'],
    ['T', '/tmp'],
    ['V', '/var/tmp'],
    ['d', `/run/credentials/${name}`],
    ['s', null],
    // Of the cgroup: what they give depends on the slice, and they are deprecated.
    ['c', null],
    ['r', null],
    ['R', null],
  ]);
}

/** `unit_name_path_unescape()`: null for what is no escaped path. */
function pathOf(escaped: string): string | null {
  if (escaped === '-') return '/';
  const path = `/${unescapeName(escaped)}`;
  const components = path.slice(1).split('/');
  return components.some((one) => one === '' || one === '.' || one === '..') ? null : path;
}

/** `unit_name_unescape()`: `-` for a slash, `\xHH` for any byte. */
function unescapeName(name: string): string {
  const bytes: Buffer[] = [];
  for (const [part] of name.matchAll(/\\x[0-9a-fA-F]{2}|-|[^\\-]+|\\/g)) {
    if (part === '-') bytes.push(Buffer.from('/'));
    else if (part.startsWith('\\x')) bytes.push(Buffer.of(parseInt(part.slice(2), 16)));
    else bytes.push(Buffer.from(part));
  }
  return Buffer.concat(bytes).toString('utf8');
}
