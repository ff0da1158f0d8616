import { expect, test } from 'vitest';
import { removeBlock } from '../../../src/wordpress/blocks/removeBlock.js';
import { CHANNELS, KIMAKI_BODY } from '../support/files.js';

test('the block goes with its two fence lines and nothing else', () => {
  const next = removeBlock(CHANNELS, 'bridge:kimaki')._unsafeUnwrap();
  const gone = `    // BEGIN bridge:kimaki\n${KIMAKI_BODY}    // END bridge:kimaki\n`;
  expect(next.toString()).toBe(CHANNELS.toString().replace(gone, ''));
});

test('removing what is not there returns the very same buffer', () => {
  expect(removeBlock(CHANNELS, 'bridge:telegram')._unsafeUnwrap()).toBe(CHANNELS);
});

test('nothing is removed from a damaged file', () => {
  const damaged = Buffer.from(CHANNELS.toString().replace('    // END bridges', '    // END runtimes'));
  expect(removeBlock(damaged, 'bridge:kimaki')._unsafeUnwrapErr().code).toBe('FENCE_DAMAGED');
});
