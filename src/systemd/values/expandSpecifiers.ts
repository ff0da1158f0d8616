import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';

/** What each specifier letter stands for in one unit; null for one whose value is not known here. */
export type Specifiers = ReadonlyMap<string, string | null>;

/** A text in which a specifier stands that cannot be resolved. */
export type SpecifierFault = {
  /** `UNKNOWN_SPECIFIER`: systemd has no such letter here. `SPECIFIER_NOT_KNOWN`: it has, and this caller does not know its value. */
  readonly code: 'UNKNOWN_SPECIFIER' | 'SPECIFIER_NOT_KNOWN';
  readonly message: string;
  readonly letter: string;
};

/**
 * Replaces `%` and the letter behind it by what the letter stands for, as systemd does when it loads a unit: `%%` is
 * one percent sign, and a `%` that no letter or digit follows stays.
 *
 * Which letters there are is up to `specifiers`; see `unitSpecifiers`.
 *
 * Errors: `SpecifierFault`. What systemd does with such a value depends on the key: most are ignored, an
 * `Exec…=` or `User=` keeps the unit from loading.
 *
 * Source: systemd.unit(5), Specifiers; `specifier_printf()` in systemd's src/shared/specifier.c.
 *
 * @example
 * ```ts
 * import { expandSpecifiers } from '@wca/runtime-sdk/systemd';
 *
 * const home = expandSpecifiers('%h/.kimaki 100%%', new Map([['h', '/root']]));
 * if (home.isErr()) console.error(home.error.message);
 * else console.log(home.value); // /root/.kimaki 100%
 * ```
 */
export function expandSpecifiers(text: string, specifiers: Specifiers): Result<string, SpecifierFault> {
  if (!text.includes('%')) return ok(text);
  let expanded = '';
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at + 1);
    if (text.charAt(at) !== '%' || !/[%A-Za-z0-9]/.test(letter)) {
      expanded += text.charAt(at);
      continue;
    }
    at += 1;
    if (letter === '%') {
      expanded += '%';
      continue;
    }
    const value = specifiers.get(letter);
    if (value === undefined) {
      return err({ code: 'UNKNOWN_SPECIFIER', message: `systemd does not know the specifier %${letter} here`, letter });
    }
    if (value === null) {
      const message = `the value of %${letter} cannot be known from the files`;
      return err({ code: 'SPECIFIER_NOT_KNOWN', message, letter });
    }
    expanded += value;
  }
  return ok(expanded);
}
