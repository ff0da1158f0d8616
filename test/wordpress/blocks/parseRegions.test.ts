import { expect, test } from 'vitest';
import { linesOf, parseRegions, readFence } from '../../../src/wordpress/blocks/parseRegions.js';

test('regions are found with the place where a new block goes', () => {
  const text = '<?php\n    // BEGIN bridges\n    // END bridges\n    // BEGIN runtimes\n    // END runtimes\n';
  const regions = parseRegions(Buffer.from(text))._unsafeUnwrap();
  expect(regions.map(({ name, line, endStart }) => [name, line, text.slice(endStart).split('\n', 1)[0]])).toEqual([
    ['bridges', 2, '    // END bridges'],
    ['runtimes', 4, '    // END runtimes'],
  ]);
});

test.each([
  ['    // BEGIN bridges', { edge: 'BEGIN', tag: 'bridges', problem: null }],
  ['    // END bridge:kimaki', { edge: 'END', tag: 'bridge:kimaki', problem: null }],
  ['\t// END bridges', { edge: 'END', tag: 'bridges', problem: 'indentation' }],
  ['    # BEGIN bridges', { edge: 'BEGIN', tag: 'bridges', problem: 'malformed' }],
  ['    // BEGIN bridges\r', { edge: 'BEGIN', tag: 'bridges', problem: 'line-ending' }],
  ['    // BEGIN the bridges', null],
  ['    // begin bridges', null],
  ['$x = 1; // BEGIN bridges', null],
])('the line %j is read as the fence %j', (line, fence) => {
  expect(readFence(line)).toEqual(fence);
});

test('lines keep their bytes, and the last one needs no newline', () => {
  const lines = [...linesOf(Buffer.from('a\r\n\nb'))];
  expect(lines.map(({ text, start, end, number }) => [text, start, end, number])).toEqual([
    ['a\r', 0, 3, 1],
    ['', 3, 4, 2],
    ['b', 4, 5, 3],
  ]);
  expect([...linesOf(Buffer.alloc(0))]).toEqual([]);
});
