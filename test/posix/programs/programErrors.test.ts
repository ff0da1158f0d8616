import { describe, expect, it } from 'vitest';
import {
  errnoOf,
  notFound,
  notStarted,
  programAborted,
  timedOut,
  tooMuch,
} from '../../../src/posix/programs/programErrors.js';

describe('notFound', () => {
  it('says where was looked for a bare name, and that a path must be absolute', () => {
    expect(notFound('visudo').message).toMatch(/^visudo was not found in \/\S+; install it and run again$/);
    expect(notFound('/opt/x').message).toBe('/opt/x was not found; install it and run again');
    expect(notFound('./x').message).toContain('give an absolute path');
  });
});

describe('notStarted', () => {
  it('names the errno, and what ENOENT can mean', () => {
    expect(notStarted('/bin/a', { code: 'EACCES' })).toEqual({
      code: 'PROGRAM_NOT_STARTED',
      message: '/bin/a could not be started: EACCES',
      program: '/bin/a',
      errno: 'EACCES',
    });
    expect(notStarted('/bin/a', { code: 'ENOENT' }).message).toContain('its interpreter or the working directory');
  });
});

describe('errnoOf', () => {
  it.each([[null], [undefined], ['EPERM'], [{}], [{ code: 5 }]])('of %j is not known', (thrown) => {
    expect(errnoOf(thrown)).toBe('UNKNOWN');
  });

  it('is the code of what Node throws', () => {
    expect(errnoOf(Object.assign(new Error('x'), { code: 'EPERM' }))).toBe('EPERM');
  });
});

it('every error prints the name of the program escaped', () => {
  const name = '/bin/a\u001b[31m';
  const errors = [notFound(name), notStarted(name, null), timedOut(name, 5), programAborted(name), tooMuch(name, 5)];
  expect(errors.filter((error) => error.message.includes('\u001b'))).toEqual([]);
});
