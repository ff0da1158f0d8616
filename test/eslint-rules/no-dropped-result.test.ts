// @module-tag slow
import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, it } from 'vitest';
import rule from '../../eslint-rules/no-dropped-result.js';

RuleTester.describe = describe;
RuleTester.it = it;

const tester = new RuleTester({
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: {
      projectService: { allowDefaultProject: ['*.ts'] },
      tsconfigRootDir: new URL('../..', import.meta.url).pathname,
    },
  },
});

const PRELUDE = `
  import { ResultAsync, okAsync, ok } from 'neverthrow';
  import type { Result } from 'neverthrow';
  declare function sync(): Result<number, Error>;
  declare function soon(): ResultAsync<number, Error>;
  declare function promised(): Promise<Result<number, Error>>;
  declare function plain(): Promise<number>;
  declare function each(visit: (n: number) => void): void;
  declare function map(visit: (n: number) => Result<number, Error>): void;
  declare function resultOf<T, E>(body: () => AsyncGenerator<unknown, Result<T, E>>): ResultAsync<T, E>;
  declare const condition: boolean;
  let kept: Result<number, Error>;
`;

const drops = (name: string, code: string, messageId: string) => ({
  name,
  code: PRELUDE + code,
  errors: [{ messageId }],
});
const passes = (name: string, code: string) => ({ name, code: PRELUDE + code });

tester.run('no-dropped-result', rule, {
  valid: [
    passes('a Result that is assigned is kept', 'kept = sync();'),
    passes('an awaited Result that is assigned is kept', 'kept = await soon();'),
    passes('a Result that is looked at is used', 'if (sync().isErr()) throw new Error();'),
    passes('match that returns nothing is a use', 'sync().match(() => {}, () => {});'),
    passes('a promise of something else is not its business', 'await plain();'),
    passes('void of something else is not its business', 'void plain();'),
    passes('an arrow function whose caller takes the Result', 'map(() => sync());'),
    passes(
      'a yield* takes the value of a Result',
      'async function* g() { const n = yield* sync(); yield* soon(); yield* await promised(); return ok(n); } g();',
    ),
    passes(
      'a generator function is called with its Result taken',
      'kept = await resultOf(async function* () { return ok(yield* soon()); });',
    ),
    passes(
      'a class of the same name from elsewhere',
      'class Ok { x = 1 } function own(): Ok { return new Ok(); } own();',
    ),
  ],
  invalid: [
    drops('a Result as a statement', 'sync();', 'dropped'),
    drops('a ResultAsync as a statement', 'soon();', 'dropped'),
    drops('an awaited ResultAsync', 'await soon();', 'dropped'),
    drops('a promise of a Result', 'promised();', 'dropped'),
    drops('an awaited promise of a Result', 'await promised();', 'dropped'),
    drops(
      'a Result called bare in a generator',
      'void async function* () { sync(); yield* soon(); return ok(1); };',
      'dropped',
    ),
    drops(
      'a Result awaited bare in a generator',
      'void async function* () { await soon(); return ok(1); };',
      'dropped',
    ),
    drops('a Result yielded without the star', 'void async function* () { yield sync(); return ok(1); };', 'yielded'),
    drops('the Result of a generator', 'resultOf(async function* () { return ok(yield* soon()); });', 'dropped'),
    drops('map alone does not look at the error', 'sync().map((n) => n + 1);', 'dropped'),
    drops('one arm of a condition', 'condition && sync();', 'dropped'),
    drops('one arm of a choice', 'condition ? sync() : undefined;', 'dropped'),
    drops('several at once', 'await Promise.all([soon(), promised()]);', 'dropped'),
    drops('void of a Result', 'void sync();', 'voided'),
    drops('void of an awaited one', 'void (await soon());', 'voided'),
    drops('void inside an arrow function', 'each(() => void soon());', 'voided'),
    drops('an arrow function whose caller drops it', 'each(() => sync());', 'arrow'),
    drops('the same with forEach', '[1].forEach((n) => ok<number, Error>(n));', 'arrow'),
    drops(
      'a type parameter that is a Result',
      'function f<R extends Result<number, Error>>(r: () => R) { r(); }',
      'dropped',
    ),
    drops('a variable that is only named', 'const r = okAsync(1); r;', 'dropped'),
  ],
});
