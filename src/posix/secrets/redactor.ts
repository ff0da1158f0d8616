import { MASK_CLOSE, MASK_OPEN } from './masks.js';
import type { Mask } from './masks.js';

/** Remembers the secrets it has masked, so that they can be found again wherever else they stand. */
export interface Redactor {
  readonly mask: Mask;
  /** Has a secret looked for in another form as well, as it was quoted and escaped for example. */
  readonly alias: (secret: string, form: string) => void;
  /** Takes away the characters that are kept for masks. Comes first. */
  readonly clean: (text: string) => string;
  /** Masks every occurrence of the secrets seen so far. */
  readonly hide: (text: string) => string;
  /** Hides what is left, and puts the final words in all places. Comes last. */
  readonly finish: (text: string) => string;
}

/** @param describe - the final words for the n-th different secret, from 1 */
export function createRedactor(describe: (number: number) => string): Redactor {
  const numbers = new Map<string, number>();
  const sought = new Set<string>();
  const aliases = new Map<string, string>();
  const mask: Mask = (secret, byShape = false) => {
    const number = numbers.get(secret) ?? numbers.size + 1;
    numbers.set(secret, number);
    if (!byShape) sought.add(secret);
    return `${MASK_OPEN}${number}${MASK_CLOSE}`;
  };
  const hide = (text: string): string => {
    let hidden = text;
    for (const secret of searchable(sought)) {
      for (const form of plainForms(secret))
        hidden = hidden.split(form).join(mask(secret) + form.replace(/[^\n]+/g, ''));
      for (const form of base64Forms(secret)) hidden = hideAround(hidden, form, mask(secret));
    }
    for (const form of searchable(aliases.keys())) hidden = hidden.split(form).join(mask(aliases.get(form) ?? form));
    return hidden;
  };
  return {
    mask,
    alias: (secret, form) => {
      if (form !== secret) aliases.set(form, secret);
    },
    clean: (text) => text.replace(/[\u{f0000}\u{f0001}]/gu, '?'),
    hide,
    finish: (text) => hide(text).replace(/\u{f0000}(\d+)\u{f0001}/gu, (_, number: string) => describe(Number(number))),
  };
}

/** Longest first, so that a secret that is part of another one leaves no rest of it. */
function searchable(secrets: Iterable<string>): readonly string[] {
  return [...secrets]
    .filter((secret) => secret.length >= 8 && !secret.startsWith('/') && !secret.includes(MASK_OPEN))
    .sort((one, other) => other.length - one.length);
}

/** As it stands, without doubled percent signs, in a URL, in hexadecimal, and escaped byte for byte. */
function plainForms(secret: string): ReadonlySet<string> {
  const hex = Buffer.from(secret).toString('hex');
  // A lone surrogate has no form in a URL; what takes its place here is found nowhere.
  const inUrl = encodeURIComponent(Buffer.from(secret).toString());
  return new Set([secret, secret.replaceAll('%%', '%'), inUrl, hex, hex.toUpperCase(), hex.replace(/../g, '\\x$&')]);
}

/** What base64 makes of it behind any number of other bytes, without the characters in which they have a part. */
function base64Forms(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret);
  const forms = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const core = whole
      .subarray(0, whole.length - (whole.length % 3))
      .toString('base64')
      .slice(before === 0 ? 0 : 4);
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return new Set(forms.filter((form) => form.length >= 8));
}

/** Replaces the whole run of base64 in which this core stands. */
function hideAround(text: string, core: string, masked: string): string {
  let hidden = '';
  let done = 0;
  for (let at = text.indexOf(core); at !== -1; at = text.indexOf(core, done)) {
    let start = at;
    while (start > done && isBase64(text.charCodeAt(start - 1))) start -= 1;
    let end = at + core.length;
    while (end < text.length && isBase64(text.charCodeAt(end))) end += 1;
    hidden += text.slice(done, start) + masked;
    done = end;
  }
  return hidden + text.slice(done);
}

/** A letter, a digit, or one of `+ / - _`. */
function isBase64(code: number): boolean {
  const letter = code | 0x20;
  return (
    (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || [0x2b, 0x2f, 0x2d, 0x5f].includes(code)
  );
}
