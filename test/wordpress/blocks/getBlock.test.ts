import { expect, test } from 'vitest';
import { getBlock } from '../../../src/wordpress/blocks/getBlock.js';
import { CHANNELS, KIMAKI_BODY } from '../support/files.js';

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

test.each(['kimaki', 'bridge:', 'bridge:-x', 'bridge:A', 'bridge:../x', 'bridge:a b', 'bridge:a\n', 'plugin:x', ''])(
  'the label %j is refused',
  (label) => {
    expect(getBlock(CHANNELS, label)._unsafeUnwrapErr().code).toBe('INVALID_LABEL');
  },
);

test('no block of a damaged file is returned, not even a sound one', () => {
  const damaged = Buffer.concat([CHANNELS, Buffer.from('    // END bridges\n')]);
  expect(getBlock(damaged, 'bridge:kimaki')._unsafeUnwrapErr().code).toBe('FENCE_DAMAGED');
});
