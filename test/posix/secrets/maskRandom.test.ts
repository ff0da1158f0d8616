import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskRandom } from '../../../src/posix/secrets/maskRandom.js';

const masked = (text: string): string => maskRandom(text, () => '*');
const TOKEN = 'aB3dE5gH7jK9mN1pQ2sT';

describe('maskRandom', () => {
  it.each([
    [TOKEN, '*'],
    [`token ${TOKEN}, and more`, 'token *, and more'],
    [`{"a":"${TOKEN}"}`, '{"a":"*"}'],
    [`https://host/${TOKEN}/x`, 'https://host/*/x'],
    ['MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.aB3dE5gH7jK9mN1pQ2sTu4', expect.stringContaining('*')],
  ])('masks what looks drawn by lot: %j', (text, expected) => {
    expect(masked(text)).toEqual(expected);
  });

  it.each([
    `/srv/${TOKEN}`,
    `~/${TOKEN}`,
    `%h/${TOKEN}`,
    `-L/${TOKEN}`,
    `${TOKEN}.service`,
    `sha256:${TOKEN}`,
    `sha512-${TOKEN}`,
    '550e8400-e29b-41d4-a716-446655440000',
    'KeepAliveIntervalSecond',
    'abcdefghijklmnopqrstuvwxyz',
    '12345678901234567890',
    'kimaki-site-of-the-shop-2',
    TOKEN.slice(1),
  ])('leaves %j', (text) => {
    expect(masked(text)).toBe(text);
  });

  it('masks every token of 20 and more that changes its kind at each place', () => {
    const kinds = [/^[a-z]$/, /^[A-Z]$/, /^[0-9]$/].map((kind) => fc.stringMatching(kind));
    const place = (n: number) => kinds[n % 3] ?? fc.constant('x');
    const token = fc
      .integer({ min: 20, max: 60 })
      .chain((length) => fc.tuple(...Array.from({ length }, (_, n) => place(n))).map((parts) => parts.join('')));
    fc.assert(
      fc.property(token, (text) => {
        expect(masked(text)).toBe('*');
        expect(masked(`A=${text};`)).toBe('A=*;');
      }),
      { numRuns: 50, seed: 7 },
    );
  });

  it('hands over what it masks, and that it was found by its looks', () => {
    const seen: unknown[] = [];
    maskRandom(`x ${TOKEN}`, (...args) => {
      seen.push(args);
      return '*';
    });
    expect(seen).toEqual([[TOKEN, true]]);
  });
});
