import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from '../../../src/posix/paths/shellWord.js';

test('a word comes out of a shell as it went in', () => {
  for (const word of ['/etc/x.service', "it's", '$(id) `id` "q" \\', 'a b', '-n', 'é*?']) {
    expect(execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' })).toBe(word);
  }
});
