import fc from 'fast-check';
import { expect, test } from 'vitest';
import { execWords } from '../../../src/kimaki/unit/execWords.js';
import { parseExec } from '../../../src/systemd/values/index.js';

test('plain words stay as they are, others are quoted, and specifiers and variables are escaped', () => {
  expect(execWords(['/usr/bin/kimaki', '--data-dir', '/home/opencode/.kimaki'])).toBe(
    '/usr/bin/kimaki --data-dir /home/opencode/.kimaki',
  );
  expect(execWords(['/opt/a$b', '50%', '$HOME', 'two words', 'a"b\\c', 'x\ny'])).toBe(
    '/opt/a$b 50%% $$HOME "two words" "a\\"b\\\\c" "x\\ny"',
  );
  expect(execWords(['/bin/true', ''])).toBe('/bin/true ""');
});

test('the arguments read back as they were, whatever is in them', () => {
  const word = fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '%', '$', '\n', '\t', ';', '\u0001') });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), (words) => {
      const read = parseExec(execWords(['/bin/x', ...words])).args.map(({ value }) => value);
      expect(read.map((value) => value.replaceAll('%%', '%').replaceAll('$$', '$'))).toEqual(words);
    }),
  );
});
