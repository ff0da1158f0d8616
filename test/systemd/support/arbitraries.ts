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
      ...[
        'a',
        'b c',
        '/root/x',
        '"',
        "'",
        '\\',
        '\\n',
        '\\x41',
        '#',
        ';',
        ' ; ',
        '=',
        'é',
        '😀',
        '%',
        '%%',
        '%h',
        '$',
        '$$',
      ],
      ...[
        '$HOME',
        '${A}',
        '\t',
        '\n',
        '\r',
        ' ',
        '\u0001',
        '\u001b',
        '\u007f',
        '\ufeff',
        '\u00a0',
        '-',
        '@',
        '`',
        '*',
        '!',
      ],
    ),
    { maxLength: 10 },
  )
  .map((pieces) => pieces.join(''));

const WORD_PIECES = [
  ...[
    'a',
    'b',
    '1',
    '=',
    'A=',
    'B=1',
    '_c=d',
    '"',
    '"',
    "'",
    "'",
    ' ',
    ' ',
    '\t',
    '\\"',
    "\\'",
    '\\\\',
    '\\s',
    '\\x41',
    '\\x1b',
  ],
  ...[
    '\\102',
    '\\u00e9',
    '\\U0001f600',
    '\\n',
    'é',
    '$',
    '$A',
    '${A}',
    '%%',
    ';',
    ' ; ',
    ' \\; ',
    '#',
    '\\\n',
    ' \\\n# c\n',
    '\\\r\n ',
  ],
];
const words = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...WORD_PIECES, '\\q', '\\ '), { maxLength })
    .map((pieces) => pieces.join('').replace(/[\\\s]+$/, ''));

const serviceLine = fc.oneof(
  { weight: 5, arbitrary: words(9).map((text) => `Environment=${text}`) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', '-', '@', ':', '+', '!', '!!', '-@', '+:', '-+', '@-!'),
        fc.constantFrom('/bin/x', '"/bin/y z"', "'/bin/z'", '/b\\x69n/w'),
        words(7),
      )
      .map(([prefix, path, text]) => `ExecStart=${path.replace(/^(["']?)/, `$1${prefix}`)} a ${text}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('User=daemon', 'User=', 'User=a\\x41', 'User="q"', ' User = b # c', 'user=x'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'Environment=',
      'ExecStart=',
      'Environment = \t',
      '[Unit]\nDescription=d\n[Service]',
      '# c',
      '',
      '; c\\',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('[X-a]\nEnvironment=X=1\n[Service]', '\ufeffEnvironment=BOM=1', 'junk', '=x', 'Foo=1'),
  },
);

/** Services with users, variables and commands in every odd way there is to write them. */
export const oddServices = fc
  .tuple(fc.array(serviceLine, { minLength: 1, maxLength: 7 }), fc.constantFrom('\n', '\r\n'))
  .map(([lines, eol]) => Buffer.from(['[Service]', 'Type=oneshot', ...lines, ''].join(eol)));
