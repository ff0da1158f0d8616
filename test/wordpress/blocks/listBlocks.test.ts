import { expect, test } from 'vitest';
import { emptyManagedFile } from '../../../src/wordpress/blocks/emptyManagedFile.js';
import { getBlock, listBlocks } from '../../../src/wordpress/blocks/listBlocks.js';
import type { FenceDamaged } from '../../../src/wordpress/blocks/block.js';
import { CHANNELS, KIMAKI_BODY } from '../support/files.js';

test('the blocks of a file are found in order, with their lines and exact bodies', () => {
  const blocks = listBlocks(CHANNELS)._unsafeUnwrap();
  expect(blocks.map(({ label, kind, name, line, endLine }) => ({ label, kind, name, line, endLine }))).toEqual([
    { label: 'bridge:kimaki', kind: 'bridge', name: 'kimaki', line: 10, endLine: 17 },
    { label: 'bridge:cc-connect', kind: 'bridge', name: 'cc-connect', line: 19, endLine: 21 },
  ]);
  expect(blocks[0]?.body.toString()).toBe(KIMAKI_BODY);
  for (const { body, bodyStart, bodyEnd } of blocks) expect(CHANNELS.subarray(bodyStart, bodyEnd)).toEqual(body);
});

test('a fresh file has its region and no block', () => {
  expect(listBlocks(emptyManagedFile('bridge'))._unsafeUnwrap()).toEqual([]);
  expect(listBlocks(emptyManagedFile('runtime'))._unsafeUnwrap()).toEqual([]);
});

test('a region that ends the file without a newline is whole', () => {
  expect(listBlocks(Buffer.from('<?php\n    // BEGIN bridges\n    // END bridges'))._unsafeUnwrap()).toEqual([]);
});

test('a file without a region is refused', () => {
  for (const text of ['', '<?php\n', '<?php\n// nothing managed here\n']) {
    expect(listBlocks(Buffer.from(text))._unsafeUnwrapErr().code).toBe('REGION_MISSING');
  }
});

const R = '    // BEGIN bridges';
const E = '    // END bridges';
const K = '    // BEGIN bridge:kimaki';
const KE = '    // END bridge:kimaki';
const damaged: readonly (readonly [string, readonly string[], FenceDamaged['problem'], number])[] = [
  ['BEGIN without END', [R, K, 'x', E], 'unclosed', 2],
  ['BEGIN without END at the end of the file', [R, K, 'x'], 'unclosed', 2],
  ['a region that never ends', [R, K, KE], 'unclosed', 1],
  ['END without BEGIN', [R, KE, E], 'unopened', 2],
  ['a region END without BEGIN', ['x', E], 'unopened', 2],
  ['BEGIN twice in a row', [R, K, K, KE, E], 'doubled', 3],
  ['the same block twice', [R, K, KE, K, KE, E], 'doubled', 4],
  ['the same region twice', [R, E, R, E], 'doubled', 3],
  ['a region inside itself', [R, R, E, E], 'doubled', 2],
  ['a block inside another', [R, K, '    // BEGIN bridge:other', E], 'nested', 3],
  ['a region inside another', [R, '    // BEGIN runtimes', E], 'nested', 2],
  ['an END of another block', [R, K, '    // END bridge:other', E], 'crossed', 3],
  ['an END of another region', [R, '    // END runtimes', E], 'crossed', 2],
  ['a block before the region', [K, KE, R, E], 'outside-region', 1],
  ['a block after the region', [R, E, K, KE], 'outside-region', 3],
  ['an END after the region', [R, E, KE], 'outside-region', 3],
  ['a runtime in the region of bridges', [R, '    // BEGIN runtime:opencode', E], 'outside-region', 2],
  ['a CRLF fence', [R, `${K}\r`, KE, E], 'line-ending', 2],
  ['a CRLF region', [`${R}\r`, E], 'line-ending', 1],
  ['a carriage return in a fence', [R, `${K}\rphpinfo();`, KE, E], 'line-ending', 2],
  ['a no-break space at the end of a fence', [`${R}\u00a0`, E], 'malformed', 1],
  ['a tab as indentation', [R, '\t// BEGIN bridge:kimaki', KE, E], 'indentation', 2],
  ['no indentation', [R, '// BEGIN bridge:kimaki', KE, E], 'indentation', 2],
  ['too much indentation', [`    ${R}`, E], 'indentation', 1],
  ['trailing space', [R, `${K} `, KE, E], 'malformed', 2],
  ['two spaces before the name', [R, '    // BEGIN  bridge:kimaki', KE, E], 'malformed', 2],
  ['a hash comment', [R, '    # BEGIN bridge:kimaki', KE, E], 'malformed', 2],
  ['a name that is none', [R, '    // BEGIN bridge:Kimaki', E], 'malformed', 2],
  ['an empty name', [R, '    // BEGIN bridge:', E], 'malformed', 2],
  ['a name with a space', [R, '    // BEGIN bridge:a b', E], 'malformed', 2],
];

test.each(damaged)('%s is refused with its line, never repaired', (_, lines, problem, line) => {
  const refused = listBlocks(Buffer.from(`${lines.join('\n')}\n`, 'latin1'))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'FENCE_DAMAGED', problem, line });
  expect(refused.message).toContain(`line ${line}`);
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  expect(refused.message).not.toMatch(/[\u0000-\u001f]/);
});

test('a documentation block that shows a fence is no fence', () => {
  expect(listBlocks(Buffer.from(`/*\n *   // BEGIN bridge:<name>\n */\n${R}\n${E}\n`))).toBeOk();
});

test('bytes that are not UTF-8 keep their place in a body', () => {
  const body = Buffer.from([0xff, 0xfe, 0x00, 0x0a]);
  const file = Buffer.concat([Buffer.from(`${R}\n${K}\n`), body, Buffer.from(`${KE}\n${E}\n`)]);
  expect(listBlocks(file)._unsafeUnwrap()[0]?.body).toEqual(body);
});

test('lines and files as long as they can be take no time to speak of', () => {
  const blanks = Buffer.from(`${R}\n    // BEGIN bridge:${' '.repeat(2_000_000)}x\n${E}\n`);
  expect(listBlocks(blanks)._unsafeUnwrapErr()).toMatchObject({ problem: 'malformed', line: 2 });
  const many = Array.from({ length: 100_000 }, (_, n) => `    // BEGIN bridge:b${n}\n    // END bridge:b${n}\n`);
  expect(listBlocks(Buffer.from(`${R}\n${many.join('')}${E}\n`))._unsafeUnwrap()).toHaveLength(100_000);
});

test('a block is returned byte for byte', () => {
  expect(getBlock(CHANNELS, 'bridge:kimaki')._unsafeUnwrap().body.toString()).toBe(KIMAKI_BODY);
});

test('a block that is not there is named along with those that are', () => {
  const missing = getBlock(CHANNELS, 'bridge:telegram')._unsafeUnwrapErr();
  expect(missing.code).toBe('BLOCK_NOT_FOUND');
  expect(missing.message).toContain('bridge:kimaki, bridge:cc-connect');
});

test('a label of another region says that the region is missing', () => {
  const missing = getBlock(CHANNELS, 'runtime:opencode')._unsafeUnwrapErr();
  expect(missing).toMatchObject({ code: 'REGION_MISSING', region: 'runtimes' });
});

test('no block of a damaged file is returned, not even a sound one', () => {
  const damaged = Buffer.concat([CHANNELS, Buffer.from('    // END bridges\n')]);
  expect(getBlock(damaged, 'bridge:kimaki')._unsafeUnwrapErr().code).toBe('FENCE_DAMAGED');
});
