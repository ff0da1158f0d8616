import { describe, expect, it } from 'vitest';
import { maskText } from '../../../src/posix/secrets/maskText.js';
import { MASK_CLOSE, MASK_OPEN } from '../../../src/posix/secrets/masks.js';

describe('maskText', () => {
  it('hands every secret over once, without its quotes', () => {
    const seen: string[] = [];
    const masked = maskText('TOKEN="a b" x --key c https://u:p@h', (secret) => {
      seen.push(secret);
      return `${MASK_OPEN}${seen.length}${MASK_CLOSE}`;
    });
    expect(seen.sort()).toEqual(['a b', 'c', 'u:p']);
    expect(masked.replaceAll(/\u{f0000}\d+\u{f0001}/gu, '*')).toBe('TOKEN=* x --key * https://*@h');
  });
});
