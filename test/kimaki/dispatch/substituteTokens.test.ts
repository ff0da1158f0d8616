// @module-tag php-cli
import { expect, it } from 'vitest';
import { substituteTokens } from '../../../src/kimaki/dispatch/substituteTokens.js';

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
