import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../../../src/posix/secrets/redactSecrets.js';

const CANARY = 'cAn4ry-0f-this_test';

describe('redactSecrets', () => {
  it.each([
    `KIMAKI_BOT_TOKEN=${CANARY}`,
    `export API_KEY="${CANARY} and more"`,
    `API_KEY='${CANARY} and' more`,
    `a --token ${CANARY} b`,
    `a --token=${CANARY} b`,
    `a --api-key "${CANARY}"`,
    `{"token":"${CANARY}","x":1}`,
    `{ "client_secret" : "${CANARY}" }`,
    `token: ${CANARY}`,
    `'secret' => '${CANARY}'`,
    `{\\"password\\":\\"${CANARY}\\"}`,
    `GET https://user:${CANARY}@example.org/path`,
    `https://${CANARY}@github.com/x`,
    `https://example.org/?token=${CANARY}`,
    `Authorization: Bearer ${CANARY}`,
    `PASSWORD=${CANARY}"x y"z`,
    `"KIMAKI_BOT_TOKEN=a ${CANARY}"`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${CANARY}\n-----END OPENSSH PRIVATE KEY-----`,
    `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}`,
  ])('hides the secret in %j', (text) => {
    const shown = redactSecrets(text);
    expect(shown).toContain('[secret]');
    expect(shown).not.toContain(CANARY);
  });

  it.each([
    ['discord', `${'M'.repeat(24)}.Gabcde.${'x'.repeat(30)}`],
    ['github', `ghp_${'a1'.repeat(18)}`],
    ['slack', `xoxb-${'1'.repeat(20)}`],
    ['jwt', `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`],
  ])('knows a %s token by its shape', (_, token) => {
    expect(redactSecrets(`login failed for ${token} at once`)).toBe('login failed for [secret] at once');
  });

  it('hides known values wherever they stand, in base64 as well', () => {
    const encoded = Buffer.from(`${CANARY}!`).toString('base64');
    const shown = redactSecrets(`rejected ${CANARY}; sent ${encoded}`, [CANARY]);
    expect(shown).toMatch(/^rejected \[secret\]; sent \[secret\]/);
  });

  it('does not search for short values and paths, which would hide text at random', () => {
    expect(redactSecrets('on /home/opencode at 1', ['1', '/home/opencode', ''])).toBe('on /home/opencode at 1');
  });

  it.each([
    'kimaki started on port 29988',
    'Invalid token provided',
    'Failed to determine user credentials: No such process',
    'user@example.org wrote',
    'at /usr/lib/node_modules/x@1.2.3/y.js:10:3',
  ])('leaves %j alone', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  it('takes a time in proportion to the size, whatever the text', () => {
    const pieces = [
      'a',
      '"',
      'token=',
      'token= ',
      'key."',
      "'TOKEN=",
      '-key ',
      'http://',
      '-',
      'eyJ',
      'eyJaaaaaaaaaaaa.aaaa.',
      'token="\\',
      '-----BEGIN PRIVATE KEY-----',
    ];
    for (const piece of pieces) {
      const started = performance.now();
      redactSecrets(piece.repeat(Math.ceil(500_000 / piece.length)));
      expect(performance.now() - started, piece).toBeLessThan(5_000);
    }
  });
});

it('shows a sudo rule whole', () => {
  const rule = 'www-data ALL=(opencode) NOPASSWD: /usr/local/lib/wp-coding-agents/kimaki-dispatch-target send *';
  expect(redactSecrets(rule)).toBe(rule);
});
