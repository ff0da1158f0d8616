import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';

/** A value that is not of the shape it should be, and where in the document it stands. */
export interface ShapeProblem {
  /** `[0].id`. */
  readonly field: string;
  readonly expected: string;
}

/** Checks an unknown value and gives it its type; `at` names its place. */
export type Shape<T> = (value: unknown, at: string) => Result<T, ShapeProblem>;

export const text: Shape<string> = (value, at) =>
  typeof value === 'string' ? ok(value) : err({ field: at, expected: 'a string' });

export const whole: Shape<number> = (value, at) =>
  Number.isSafeInteger(value) && typeof value === 'number' ? ok(value) : err({ field: at, expected: 'a whole number' });

export const flag: Shape<boolean> = (value, at) =>
  typeof value === 'boolean' ? ok(value) : err({ field: at, expected: 'true or false' });

/** A whole number, also when it came as decimal text (databases and PHP often give it so). */
export const id: Shape<number> = (value, at) => {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return whole(number, at).mapErr(() => ({ field: at, expected: 'a whole number' }));
};

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null ? ok(null) : shape(value, at));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return err({ field: at, expected: 'a list' });
    const items: T[] = [];
    for (const [index, item] of (value as readonly unknown[]).entries()) {
      const read = shape(item, `${at}[${index}]`);
      if (read.isErr()) return err(read.error);
      items.push(read.value);
    }
    return ok(items);
  };
}

/** One of these words. */
export function word<const W extends string>(...words: readonly W[]): Shape<W> {
  return (value, at) => {
    const found = words.find((one) => one === value);
    return found === undefined ? err({ field: at, expected: words.join(' or ') }) : ok(found);
  };
}

type Fields<T> = { readonly [K in keyof T]: Shape<T[K]> };

/** An object with at least these fields; others are ignored. */
export function record<T extends object>(fields: Fields<T>): Shape<T> {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return err({ field: at, expected: 'an object' });
    }
    const out: Partial<T> = {};
    for (const name in fields) {
      const read = fields[name](Reflect.get(value, name), at === '' ? name : `${at}.${name}`);
      if (read.isErr()) return err(read.error);
      out[name] = read.value;
    }
    return ok(out as T);
  };
}
