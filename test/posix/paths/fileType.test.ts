import { expect, it } from 'vitest';
import { fileTypeOf, octalMode } from '../../../src/posix/paths/fileType.js';

it('reads the type from the format bits, and takes an unknown format for a device', () => {
  expect([0o100644, 0o040755, 0o120777, 0o010600, 0o140600, 0o060600, 0o020600].map(fileTypeOf)).toEqual([
    'file',
    'directory',
    'symlink',
    'fifo',
    'socket',
    'block',
    'char',
  ]);
  expect(fileTypeOf(0o170000)).toBe('char');
});

it('writes permission bits as four octal digits, without the format bits', () => {
  expect([0o100644, 0o42775, 0].map(octalMode)).toEqual(['0644', '2775', '0000']);
});
