import { describe, expect, it } from 'vitest';
import { ioError } from '../../../src/posix/paths/ioError.js';

const thrown = (code: string): Error => Object.assign(new Error('low level'), { code });

describe('ioError', () => {
  it('makes a sentence of the errno, with the path first', () => {
    expect(ioError(thrown('ENOENT'), 'open', '/nope/dir')).toEqual({
      code: 'IO',
      message: '/nope/dir does not exist',
      syscall: 'open',
      path: '/nope/dir',
      errno: 'ENOENT',
    });
    expect(ioError(thrown('EACCES'), 'lstat', '/root/x').message).toBe(
      '/root/x may not be accessed by this user; see what refuses with: namei -l /root/x',
    );
  });

  it('names the call where a change was refused', () => {
    expect(ioError(thrown('EROFS'), 'rename', '/a').message).toBe(
      '/a is on a filesystem that is mounted read-only (rename: EROFS)',
    );
    expect(ioError(thrown('EPERM'), 'chown', '/a').message).toContain('lsattr -d /a');
  });

  it('gives an errno without a sentence, and what is no errno, as they are', () => {
    expect(ioError(thrown('ENOSYS'), 'openat2', '/a').message).toBe('/a: openat2 failed: ENOSYS');
    expect(ioError(new Error('broken'), 'read', '/a')).toMatchObject({
      errno: 'UNKNOWN',
      message: '/a: read failed: broken',
    });
    expect(ioError('text', 'read', '/a').message).toBe('/a: read failed: text');
  });

  it('escapes what a terminal would act on', () => {
    expect(ioError(thrown('ENOENT'), 'open', '/a\u001b[31m').message).toBe('/a\\x1b[31m does not exist');
    expect(ioError(thrown('EACCES'), 'open', '/a$&').message).toContain('namei -l /a$&');
  });
});
