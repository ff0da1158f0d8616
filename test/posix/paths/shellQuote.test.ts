import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellQuote } from '../../../src/posix/paths/shellQuote.js';

it('gives one word that sh reads back as the same text, whatever is in it', () => {
  const texts = fc.sample(
    fc.string({ unit: 'binary' }).map((text) => text.replace(/\0/g, '')),
    200,
  );
  const script = ["it's", '$(id) `id` "\\', '-n', 'a\nb', ...texts]
    .map((text) => `printf '%s\\0' ${shellQuote(text)}`)
    .join('\n');
  const out = execFileSync('/bin/sh', ['-c', script]).toString('utf8');
  expect(out.split('\0').slice(0, -1)).toEqual(
    ["it's", '$(id) `id` "\\', '-n', 'a\nb', ...texts].map((text) => Buffer.from(text).toString()),
  );
});
