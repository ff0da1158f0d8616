import fc from 'fast-check';

/** Pieces out of which every odd case of the syntax can be made; no digits, so that no value is a valid mode. */
export const PIECES = [
  'UMask=',
  'UMask =',
  'zz',
  ' ',
  '\t',
  '\\',
  '\\\n',
  '\\\r\n',
  '\n',
  '\n',
  '\r\n',
  '#',
  ';',
  '# c\n',
  '[Service]\n',
  '[X-a]\n',
  '[',
  ']',
  '=',
  '\ufeff',
  'é',
  '"',
  "'",
  'q',
  'Foo=',
  '\f',
  '\u00a0',
  '\n\nUMask=q\n',
  '\nUMask=q',
];
/** What systemd and an editor read differently. */
export const HIDDEN = ['\r', '\0', '\xff'];

function assembled(pieces: readonly string[]): Buffer {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, piece === '\xff' ? 'latin1' : 'utf8')));
}

const START = '[Service]\nExecStart=/bin/true\n';

/** Unit files with every oddity there is, safe to edit or not. */
export const oddUnit = fc
  .array(fc.constantFrom(...PIECES, ...HIDDEN), { minLength: 1, maxLength: 30 })
  .map((pieces) => assembled([START, ...pieces]));

/** Odd unit files without the bytes that hide directives; some are unsafe to edit all the same. */
export const plainUnit = fc
  .tuple(
    fc.constantFrom(START, '', '[Unit]\nFoo=a\n', '\ufeff[Service]\r\nUMask=a\r\n'),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }),
  )
  .map(([start, pieces]) => assembled([start, ...pieces]));

/** Values that a line can hold. */
export const fitValue = fc
  .array(fc.constantFrom('a', 'b c', '/root', '"', "'", '\\n', '#', ';', ' ; ', '=', 'é', '%h', '\ufeff', '\\\\'), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join('').replace(/^[ \t]+|[ \t\\]+$/g, ''));

/** Texts that a word can hold, made of all that has a meaning somewhere. */
export const oddText = fc
  .array(
    fc.constantFrom(
      ...['a', 'b c', '/root/x', '"', "'", '\\', '\\n', '\\x41', '#', ';', ' ; ', '=', 'é', '😀', '%', '%%', '%h', '$', '$$'],
      ...['$HOME', '${A}', '\t', '\n', '\r', ' ', '\u0001', '\u001b', '\u007f', '\ufeff', '\u00a0', '-', '@', '`', '*', '!'],
    ),
    { maxLength: 10 },
  )
  .map((pieces) => pieces.join(''));
