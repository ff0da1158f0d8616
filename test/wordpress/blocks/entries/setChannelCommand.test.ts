import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCliChannel } from '../../../../src/wordpress/blocks/entries/readCliChannel.js';
import { setChannelCommand } from '../../../../src/wordpress/blocks/entries/setChannelCommand.js';
import { KIMAKI_BODY } from '../../support/files.js';

const BODY = Buffer.from(KIMAKI_BODY);

test('only the bytes of the command change', () => {
  const next = setChannelCommand(BODY, '/usr/bin/kimaki')._unsafeUnwrap();
  expect(next.toString()).toBe(KIMAKI_BODY.replace('/root/.kimaki/bin/kimaki', '/usr/bin/kimaki'));
});

test('a body that already says so comes back as the very same buffer', () => {
  expect(setChannelCommand(BODY, '/root/.kimaki/bin/kimaki', { env: null })._unsafeUnwrap()).toBe(BODY);
  const quoted = Buffer.from(`$channels["k"] = ["command"=>"/usr/bin/\\x6bimaki","env"=>["A"=>"1"]];`);
  expect(setChannelCommand(quoted, '/usr/bin/kimaki', { env: { A: '1' } })._unsafeUnwrap()).toBe(quoted);
});

test('env is added on a line of its own where the others have one', () => {
  const next = setChannelCommand(BODY, '/x', { env: { HOME: "/home/o'x" } })
    ._unsafeUnwrap()
    .toString();
  expect(next).toBe(
    KIMAKI_BODY.replace('/root/.kimaki/bin/kimaki', '/x').replace(
      "'timeout' => 600,\n",
      "'timeout' => 600,\n        'env' => [ 'HOME' => '/home/o\\'x' ],\n",
    ),
  );
});

const NEW = { A: '1' };
const edits: readonly (readonly [string, Readonly<Record<string, string>> | null, string])[] = [
  ["[ 'command' => 'a' ];", NEW, "[ 'command' => 'b', 'env' => [ 'A' => '1' ] ];"],
  ["['command'=>'a','env'=>['B'=>'2'],'x'=>y()];", NEW, "['command'=>'b','env'=>[ 'A' => '1' ],'x'=>y()];"],
  ["[ 'env' => [], 'command' => 'a' ];", null, "[ 'command' => 'b' ];"],
  ["[ 'command' => 'a', 'env' => [] , ];", null, "[ 'command' => 'b' , ];"],
  ["array( 'command' => 'a', 'env' => env(), 'x' => 1 );", null, "array( 'command' => 'b', 'x' => 1 );"],
  ["[ 'command' => where(), ]; // é", null, "[ 'command' => 'b', ]; // é"],
];

test.each(edits)('%s is edited at its spans only', (body, env, expected) => {
  const next = setChannelCommand(Buffer.from(`$channels['k'] = ${body}`), 'b', { env })._unsafeUnwrap();
  expect(next.toString()).toBe(`$channels['k'] = ${expected}`);
});

test('any command and env can be set and read back', () => {
  const text = fc.string({ unit: 'grapheme' });
  const env = fc.option(fc.dictionary(fc.stringMatching(/^[A-Z_]+$/), text), { nil: null });
  fc.assert(
    fc.property(text, env, (command, wanted) => {
      const next = setChannelCommand(BODY, command, { env: wanted })._unsafeUnwrap();
      const { env: now = null, command: set, timeoutSeconds } = readCliChannel(next)._unsafeUnwrap();
      expect({ command: set, env: now, timeoutSeconds }).toEqual({ command, env: wanted, timeoutSeconds: 600 });
    }),
    { numRuns: 200, seed: 93 },
  );
});

test.each([
  "$channels['k'] = [];",
  "$channels['k'] = [ 'args' => [] ];",
  "$channels['k'] = [ 'command' => 'a' ]; evil();",
  "if ( true ) { $channels['k'] = [ 'command' => 'a' ]; }",
])('%s is refused', (body) => {
  expect(setChannelCommand(Buffer.from(body), '/x')._unsafeUnwrapErr().code).toBe('NOT_A_CHANNEL');
});
