// @module-tag php-cli
import { expect, it } from 'vitest';
import { sendOptions, substituteTokens } from '../../../src/kimaki/dispatch/sendOptions.js';

const DATA = '/home/opencode/.kimaki';
const ALWAYS = ['--channel', '--thread', '--user', '--prompt'];

it.each([
  [['send', '--channel', '{recipient}', '--prompt', '{message}'], { free: ALWAYS, fixed: [], flags: [] }],
  [['send', '-c', '{recipient}', '-p={message}'], { free: [...ALWAYS, '-c', '-p'], fixed: [], flags: [] }],
  [['send', '--session', 'for {conversation_id}'], { free: [...ALWAYS, '--session'], fixed: [], flags: [] }],
  [['send', '--agent', 'a', '--agent=b'], { free: ALWAYS, fixed: [['--agent', ['a', 'b']]], flags: [] }],
  [['send', '--agent', 'a', '--agent', '{channel}'], { free: [...ALWAYS, '--agent'], fixed: [], flags: [] }],
  [['send', '--wait', '--prompt', '{message}'], { free: ALWAYS, fixed: [], flags: ['--wait'] }],
  [['send', '--prompt', 'a fixed text'], { free: ALWAYS, fixed: [], flags: [] }],
  [['send', '--data-dir', DATA], { free: ALWAYS, fixed: [['--data-dir', [DATA]]], flags: [] }],
])('reads what a channel needs from %j', (args, expected) => {
  const options = sendOptions(args, DATA)._unsafeUnwrap();
  expect({ ...options, fixed: [...options.fixed] }).toEqual(expected);
});

it.each([
  [[], 'begin with another'],
  [['session', 'send'], 'begin with another'],
  [['send', '{message}'], '"{message}" is no option of send'],
  [['send', '--', '{message}'], '"--" is no option of send'],
  [['send', '--prompt', '--wait'], '--prompt has no value'],
  [['send', '--dataDir=/root/.kimaki'], `another data directory than ${DATA}`],
  [['send', '--data-dir', '{channel}'], `another data directory than ${DATA}`],
  [['send', '--wait', '--prompt=x', '--wait=y'], 'the option --wait once with a value and once without'],
])('says what cannot be let through of %j', (args, words) => {
  expect(sendOptions(args, DATA)._unsafeUnwrapErr()).toContain(words);
});

const tokens = { recipient: '42', message: "say {recipient} $& to 'x'\n", channel: 'kimaki', conversationId: 'c1' };

it('fills each token wherever it stands, and searches nothing twice', () => {
  expect(
    substituteTokens(['send', '--channel={recipient}', '{message}', '{channel}/{conversation_id}', '{other}'], tokens),
  ).toEqual(['send', '--channel=42', tokens.message, 'kimaki/c1', '{other}']);
});

it('fills a conversation that was not named with nothing', () => {
  expect(substituteTokens(['{conversation_id}'], { recipient: '1', message: 'm', channel: 'k' })).toEqual(['']);
});

it("agrees with PHP's strtr, which the consumer uses", async () => {
  const { execFileSync } = await import('node:child_process');
  const args = ['{{recipient}}', '{message}{message}', '{recipient', '}{channel}{'];
  const php =
    '[, $r, $a] = array_map(fn($x) => json_decode($x, true), $argv);' +
    'echo json_encode(array_map(fn($x) => strtr($x, $r), $a));';
  const map = {
    '{recipient}': tokens.recipient,
    '{message}': tokens.message,
    '{conversation_id}': 'c1',
    '{channel}': 'kimaki',
  };
  const out = execFileSync('php', ['-r', php, '--', JSON.stringify(map), JSON.stringify(args)]).toString();
  expect(substituteTokens(args, tokens)).toEqual(JSON.parse(out));
});
