import { expect } from 'vitest';
import type { MatcherState } from 'vitest';
import type { Result } from 'neverthrow';

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars -- as vitest has it
  interface Matchers<T = any> {
    /** The Result is Ok, of a value equal to the one given. Shows the error when it is not. */
    toBeOk: (value?: unknown) => void;
    /** The Result is Err, of an error that has the members given. Shows the value when it is not. */
    toBeErr: (error?: Readonly<Record<string, unknown>>) => void;
  }
}

expect.extend({
  toBeOk(received: Result<unknown, unknown>, ...expected: readonly unknown[]) {
    const pass = received.isOk() && (expected.length === 0 || this.equals(received.value, expected[0]));
    return { pass, message: () => message(this, 'Ok', expected, received) };
  },
  toBeErr(received: Result<unknown, unknown>, ...expected: readonly (object | undefined)[]) {
    const members = expected.map((one) => expect.objectContaining(one ?? {}) as unknown);
    const pass = received.isErr() && (members.length === 0 || this.equals(received.error, members[0]));
    return { pass, message: () => message(this, 'Err', expected, received) };
  },
});

function message(
  { utils, isNot }: MatcherState,
  side: 'Ok' | 'Err',
  expected: readonly unknown[],
  received: Result<unknown, unknown>,
): string {
  const shown = (value: unknown): string => utils.stringify(value, undefined, { min: true });
  const wanted = [isNot ? `not ${side}` : side, ...expected.map(shown)].join(' ');
  const got = received.isOk() ? `Ok ${shown(received.value)}` : `Err ${shown(received.error)}`;
  return `expected ${wanted}, got ${got}`;
}
