import { err, errAsync, ok, okAsync, safeTry } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import { expect, expectTypeOf, test } from 'vitest';
import { resultOf } from '../../../src/posix/paths/resultOf.js';

interface A {
  readonly code: 'A';
}
interface B {
  readonly code: 'B';
}
const a: Result<number, A> = err({ code: 'A' });
const later = (value: number): ResultAsync<number, B> => okAsync(value);

test('values are taken from Result, ResultAsync and promises of one, and errors are united in the type', async () => {
  const sum = resultOf(async function* () {
    const one = yield* ok<number, A>(1);
    const two = yield* later(2);
    const three = yield* await Promise.resolve(ok<number, B>(3));
    return ok(one + two + three);
  });
  expectTypeOf(sum).toEqualTypeOf<ResultAsync<number, A | B>>();
  expect(await sum).toEqual(ok(6));
});

test('the first Err ends it, wherever it stands, and nothing behind it runs', async () => {
  const ran: string[] = [];
  const result = await resultOf(async function* () {
    ran.push('before');
    for (const value of [1, 2]) yield* value === 2 ? a : ok<number, A>(value);
    ran.push('behind');
    return ok(1);
  });
  expect(result).toEqual(a);
  expect(ran).toEqual(['before']);
  expect(
    await resultOf(async function* () {
      yield* later(1);
      return a;
    }),
  ).toEqual(a);
});

test('finally runs after an Err, waits for what it awaits, and is done before the result is there', async () => {
  const ran: string[] = [];
  const result = await resultOf(async function* () {
    try {
      try {
        yield* errAsync<number, A>({ code: 'A' });
        return ok(1);
      } finally {
        await new Promise((resolve) => setTimeout(resolve, 20));
        ran.push('inner');
      }
    } finally {
      ran.push('outer');
    }
  });
  expect(result).toEqual(a);
  expect(ran).toEqual(['inner', 'outer']);
});

test('an Err inside finally hides neither the first Err nor what is behind it', async () => {
  const ran: string[] = [];
  const result = await resultOf(async function* () {
    try {
      try {
        yield* a;
        return ok(1);
      } finally {
        yield* err<number, B>({ code: 'B' });
        ran.push('never');
      }
    } finally {
      ran.push('outer');
    }
  });
  expect(result).toEqual(a);
  expect(ran).toEqual(['outer']);
});

test('what is thrown is thrown, after finally', async () => {
  const ran: string[] = [];
  const failing = resultOf(async function* () {
    try {
      yield* later(1);
      throw new Error('of a callback');
      return ok(1);
    } finally {
      ran.push('closed');
    }
  });
  await expect(Promise.resolve(failing)).rejects.toThrow('of a callback');
  expect(ran).toEqual(['closed']);
});

test('safeTry does not run finally, which is why this exists', async () => {
  const ran: string[] = [];
  const result = await safeTry(async function* () {
    try {
      yield* a;
      return ok(1);
    } finally {
      ran.push('closed');
    }
  });
  expect(result).toEqual(a);
  expect(ran).toEqual([]);
});

test('an error that is made in a function called from it has that function in its stack', async () => {
  const failing = resultOf(async function* () {
    const made = yield* later(1);
    return ok(await deep(made));
  });
  const stack = await Promise.resolve(failing).then(
    () => '',
    (cause: unknown) => (cause instanceof Error ? (cause.stack ?? '') : ''),
  );
  expect(stack).toContain('deep');
});

async function deep(made: number): Promise<number> {
  await Promise.resolve();
  throw new Error(`of deep: ${made}`);
}
