import { describe, expect, it } from 'vitest';
import { codeOf, databaseError } from '../../../src/kimaki/database/databaseError.js';

describe('codeOf', () => {
  it.each([
    ['database is locked', 'DATABASE_BUSY'],
    ['Error: stepping, database is locked (5)', 'DATABASE_BUSY'],
    ['database disk image is malformed', 'DATABASE_DAMAGED'],
    ['file is not a database', 'DATABASE_DAMAGED'],
    ['no such table: channels', 'DATABASE_UNREADABLE'],
    ['', 'DATABASE_UNREADABLE'],
  ])('takes %j for %s', (message, code) => {
    expect(codeOf(message)).toBe(code);
  });
});

describe('databaseError', () => {
  it('begins with the path, printed escaped', () => {
    expect(databaseError('DATABASE_DAMAGED', '/a\nb.db', 'is damaged')).toEqual({
      code: 'DATABASE_DAMAGED',
      message: expect.stringMatching(/^\/a\\\S*b\.db is damaged$/) as string,
      path: expect.not.stringContaining('\n') as string,
    });
  });

  it('joins what begins with a colon to the path', () => {
    expect(databaseError('DATABASE_BUSY', '/a.db', ': sqlite3 ended with 5').message).toBe(
      '/a.db: sqlite3 ended with 5',
    );
  });
});
