import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCliChannel } from '../../../../src/wordpress/blocks/entries/readCliChannel.js';
import { renderCliChannel } from '../../../../src/wordpress/blocks/entries/renderCliChannel.js';

test('a channel comes out in the layout installers write', () => {
  const body = renderCliChannel({
    name: 'kimaki',
    command: '/usr/bin/kimaki',
    args: ['send', '{message}'],
    detach: true,
    timeoutSeconds: 600,
    env: { HOME: '/home/opencode' },
  });
  expect(body._unsafeUnwrap()).toBe(`    $channels['kimaki'] = [
        'command' => '/usr/bin/kimaki',
        'args'    => [ 'send', '{message}' ],
        'detach'  => true,
        'timeout' => 600,
        'env'     => [ 'HOME' => '/home/opencode' ],
    ];
`);
});

test('any channel that is rendered reads back as itself', () => {
  const text = fc.string({ unit: 'grapheme' });
  const channel = fc.record(
    {
      command: text,
      args: fc.array(text),
      detach: fc.boolean(),
      timeoutSeconds: fc.maxSafeInteger(),
      env: fc.dictionary(fc.stringMatching(/^[A-Z_]+$/), text),
      cwd: text,
    },
    { requiredKeys: ['command', 'args'] },
  );
  fc.assert(
    fc.property(
      text.filter((name) => !/^-?\d+$/.test(name)),
      channel,
      (name, given) => {
        const body = renderCliChannel({ ...given, name })._unsafeUnwrap();
        expect(readCliChannel(body)._unsafeUnwrap()).toEqual({ ...given, name });
      },
    ),
    { numRuns: 200, seed: 412 },
  );
});

test('what cannot be written is refused with its place', () => {
  expect(renderCliChannel({ name: 'k', command: '/x', args: ['a', '\udfff'] })._unsafeUnwrapErr().at).toBe('$[1]');
});
