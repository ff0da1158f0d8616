import { expect, test } from 'vitest';
import { readCliChannel } from '../../../../src/wordpress/blocks/entries/readCliChannel.js';
import { KIMAKI_BODY } from '../../support/files.js';

test('the block an installer writes is read as a typed channel', () => {
  expect(readCliChannel(KIMAKI_BODY)._unsafeUnwrap()).toEqual({
    name: 'kimaki',
    command: '/root/.kimaki/bin/kimaki',
    args: ['send', '--channel', '{recipient}', '--prompt', '{message}'],
    detach: true,
    timeoutSeconds: 600,
  });
});

test('env, cwd, long array syntax and unknown keys are read', () => {
  const channel = readCliChannel(`$channels["k"] = array( "command" => "/x", 'env' => [ 'HOME' => '/home/opencode' ],
    'cwd' => '/', 'label' => __( 'Kimaki' ), );`)._unsafeUnwrap();
  expect(channel).toEqual({
    name: 'k',
    command: '/x',
    args: [],
    env: { HOME: '/home/opencode' },
    cwd: '/',
    otherKeys: ['label'],
  });
  expect(readCliChannel("$channels['k'] = [ 'command' => 'x', 'env' => [] ];")._unsafeUnwrap().env).toEqual({});
});

test.each([
  ["$channels['k'] = [ 'args' => [] ];", 'NOT_A_CHANNEL', "no 'command'"],
  ["$channels['k'] = [ 'command' => '/x', 'command' => '/y' ];", 'NOT_A_CHANNEL', 'twice'],
  ["$channels['k'] = [ 'command' => [ '/x' ] ];", 'NOT_A_CHANNEL', 'not a string'],
  ["$channels['k'] = [ 'command' => '/x', 'args' => 'send' ];", 'NOT_A_CHANNEL', 'list of strings'],
  ["$channels['k'] = [ 'command' => '/x', 'detach' => 1 ];", 'NOT_A_CHANNEL', 'true or false'],
  ["$channels['k'] = [ 'command' => '/x', 'timeout' => '600' ];", 'NOT_A_CHANNEL', 'whole number'],
  ["$channels['k'] = [ 'command' => '/x', 'env' => [ 'HOME' => 1 ] ];", 'NOT_A_CHANNEL', 'map of strings'],
  ["$channels['k'] = [ '/x' ];", 'NOT_A_CHANNEL', "without a 'key'"],
  ["$other['k'] = [ 'command' => '/x' ];", 'NOT_A_CHANNEL', '$channels'],
  ["$channels['k'] = 'x';", 'NOT_A_CHANNEL', '$channels'],
  ["$channels['k'] .= [ 'command' => '/x' ];", 'NOT_A_CHANNEL', '$channels'],
  ["$channels['k'] = [ 'command' => '/x' ]; unlink('/');", 'NOT_A_CHANNEL', 'exactly one statement'],
  ["$channels[$k] = [ 'command' => '/x' ];", 'PHP_NOT_A_LITERAL', 'variable'],
  ["$channels['k'] = [ 'command' => getenv('X') ];", 'PHP_NOT_A_LITERAL', 'call'],
  ["$channels['k'] = [ 'command' => '/x'", 'PHP_UNREADABLE', 'line'],
  ['', 'NOT_A_CHANNEL', 'exactly one statement'],
])('%s is refused', (body, code, says) => {
  const refused = readCliChannel(body)._unsafeUnwrapErr();
  expect(refused.code).toBe(code);
  expect(refused.message).toContain(says);
});

test('the error names the line inside the block', () => {
  const body = KIMAKI_BODY.replace('true', "'yes'");
  expect(readCliChannel(body)._unsafeUnwrapErr()).toMatchObject({ code: 'NOT_A_CHANNEL', line: 4 });
});
