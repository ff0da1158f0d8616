import type { Result } from 'neverthrow';
import type { Specifiers } from '../../values/index.js';

/** What systemd makes of one assignment. */
export type Reading =
  | {
      /** It counts. For a key with one value there is one. */
      readonly kind: 'values';
      readonly values: readonly string[];
      /** Why systemd drops a part of it, a sentence each. */
      readonly dropped: readonly string[];
    }
  /** It comes to nothing, which takes away what was assigned before. */
  | { readonly kind: 'reset' }
  /** It changes nothing; what was assigned before stays. */
  | { readonly kind: 'ignored'; readonly reason: string }
  | {
      /** The unit does not load, or, where it stands in a drop-in, the rest of that file does not count. */
      readonly kind: 'refused';
      readonly reason: string;
      /** What the line says before the fault, which counts all the same. */
      readonly values: readonly string[];
      /** As `systemctl show -p LoadState` says it; `bad-setting` for nearly all. */
      readonly loadState?: 'error';
    };

/** Reads the value of one assignment, as it stands in the file. */
export type SettingReader = (text: string, specifiers: Specifiers) => Reading;

export function oneValue(value: string): Reading {
  return { kind: 'values', values: [value], dropped: [] };
}

export function ignored(reason: string): Reading {
  return { kind: 'ignored', reason };
}

export function refused(reason: string, values: readonly string[] = []): Reading {
  return { kind: 'refused', reason, values };
}

/** A reader of values that are either right, and then stand as they are, or ignored; empty ones are wrong too. */
export function valid(what: string, isValid: (text: string) => boolean): SettingReader {
  return (text) => (isValid(text) ? oneValue(text) : ignored(`it is not a ${what}`));
}

/** Reads each word for itself: those that are right count, the others are dropped. */
export function eachWord(
  words: readonly string[],
  read: (word: string) => Result<string, string>,
  fault: string | null,
): Reading {
  const results = words.map(read);
  const dropped = results.flatMap((one) => (one.isErr() ? [one.error] : []));
  return {
    kind: 'values',
    values: results.flatMap((one) => (one.isOk() ? [one.value] : [])),
    dropped: fault === null ? dropped : [...dropped, fault],
  };
}
