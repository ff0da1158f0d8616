import { MASK_CLOSE, MASK_OPEN } from './maskText.js';
import type { Mask } from './maskText.js';

/** Remembers the secrets it has masked, so that they can be found again wherever else they stand. */
export interface Redactor {
  readonly mask: Mask;
  /** Takes away the characters that are kept for masks. Comes first. */
  readonly clean: (text: string) => string;
  /** Hides every further occurrence of the secrets seen so far, and puts the final words in all places. Comes last. */
  readonly finish: (text: string) => string;
}

/** @param describe - the final words for the n-th different secret, from 1 */
export function createRedactor(describe: (number: number) => string): Redactor {
  const numbers = new Map<string, number>();
  const mask: Mask = (secret) => {
    const number = numbers.get(secret) ?? numbers.size + 1;
    numbers.set(secret, number);
    return `${MASK_OPEN}${number}${MASK_CLOSE}`;
  };
  return {
    mask,
    clean: (text) => text.replace(/[\u{f0000}\u{f0001}]/gu, '?'),
    finish: (text) => {
      let hidden = text;
      for (const secret of searchable(numbers.keys())) {
        for (const form of [secret, base64(secret)]) hidden = hidden.split(form).join(mask(secret));
      }
      return hidden.replace(/\u{f0000}(\d+)\u{f0001}/gu, (_, number: string) => describe(Number(number)));
    },
  };
}

/** Longest first, so that a secret that is part of another one leaves no rest of it. */
function searchable(secrets: Iterable<string>): readonly string[] {
  return [...secrets]
    .filter((secret) => secret.length >= 8 && !secret.startsWith('/') && !secret.includes(MASK_OPEN))
    .sort((one, other) => other.length - one.length);
}

/** Without padding: where the secret stands at the beginning of what was encoded, this is what begins it. */
function base64(secret: string): string {
  const bytes = Buffer.from(secret);
  return bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
}
