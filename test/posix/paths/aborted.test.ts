import { expect, it } from 'vitest';
import { aborted, unlessAborted } from '../../../src/posix/paths/aborted.js';

it('lets work go on without a signal, and while the signal is not aborted', () => {
  expect(unlessAborted(undefined, 'reading')).toBeOk();
  expect(unlessAborted(new AbortController().signal, 'reading')).toBeOk();
});

it('says what was stopped when the signal is aborted', () => {
  const stopped = unlessAborted(AbortSignal.abort(), 'reading /etc/php');
  expect(stopped._unsafeUnwrapErr()).toEqual(aborted('reading /etc/php was stopped on request'));
});
