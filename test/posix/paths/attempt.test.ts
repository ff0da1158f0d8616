import { expect, it } from 'vitest';
import { attempt } from '../../../src/posix/paths/attempt.js';

it('gives what the call resolves to', async () => {
  expect((await attempt(() => Promise.resolve(7), 'open', '/a'))._unsafeUnwrap()).toBe(7);
});

it('gives a rejection, and what is thrown before there is a promise, as an error with the call and the path', async () => {
  const rejected = await attempt(
    () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })),
    'open',
    '/a',
  );
  expect(rejected._unsafeUnwrapErr()).toMatchObject({ code: 'IO', errno: 'EACCES', syscall: 'open', path: '/a' });
  const thrown = await attempt(
    () => {
      throw new TypeError('bad argument');
    },
    'chown',
    '/b',
  );
  expect(thrown._unsafeUnwrapErr()).toMatchObject({ code: 'IO', errno: 'UNKNOWN', syscall: 'chown', path: '/b' });
});
