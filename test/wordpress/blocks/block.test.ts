import { expect, test } from 'vitest';
import { parseLabel } from '../../../src/wordpress/blocks/block.js';

test('a label is split into kind, name and region', () => {
  expect(parseLabel('bridge:kimaki')._unsafeUnwrap()).toEqual({
    label: 'bridge:kimaki',
    kind: 'bridge',
    name: 'kimaki',
    region: 'bridges',
  });
  expect(parseLabel('runtime:open.code_2-x')._unsafeUnwrap()).toMatchObject({ kind: 'runtime', region: 'runtimes' });
});

test.each([
  'kimaki',
  'bridge:',
  'bridge:-x',
  'bridge:A',
  'bridge:../x',
  'bridge:a b',
  'bridge:a\n',
  'plugin:x',
  '',
  `bridge:${'a'.repeat(65)}`,
])('the label %j is refused', (label) => {
  expect(parseLabel(label)._unsafeUnwrapErr().code).toBe('INVALID_LABEL');
});
