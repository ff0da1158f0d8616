import { ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { textOf } from './phpAst.js';
import type { PhpNode } from './phpAst.js';
import { refuseLiteral as refuse } from './phpValue.js';
import type { PhpNotALiteral } from './phpValue.js';

/** The value of a string node: single- or double-quoted, without interpolation, UTF-8. */
export function decodePhpString(node: PhpNode, source: Buffer): Result<string, PhpNotALiteral> {
  const raw = source.toString('latin1', node.start, node.end).replace(/^b(?=['"])/i, '');
  const quote = raw[0];
  // The parser accepts a string that never ends; PHP does not.
  const seen = (textOf(node, 'raw') ?? '').replace(/^b(?=['"])/i, '');
  if (raw !== seen || raw.length < 2 || raw.at(-1) !== quote) {
    return refuse(node.line, 'a string without an end');
  }
  const inner = raw.slice(1, -1);
  if (quote !== "'" && quote !== '"') return refuse(node.line, 'a heredoc');
  const plain = quote === "'" ? inner.replace(/\\([\\'])/g, '$1') : unescapeDouble(inner);
  if (plain === null) return refuse(node.line, 'an escape PHP refuses');
  const bytes = Buffer.from(plain, 'latin1');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? ok(text) : refuse(node.line, 'a string that is not UTF-8');
}

const ESCAPE = /\\(u\{[^}]*\}|u\{|[0-7]{1,3}|x[0-9a-f]{1,2}|[nrtvef\\$"])/gi;
const NAMED: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  e: '\x1b',
  f: '\f',
  '\\': '\\',
  $: '$',
  '"': '"',
};

/** Works on bytes held as latin1 characters. Null for a `\u{…}` that PHP itself refuses. */
function unescapeDouble(inner: string): string | null {
  const refused: string[] = [];
  const out = inner.replace(ESCAPE, (whole: string, code: string) => {
    // \X is \x; every other escape is lower case only.
    if (/^[NRTVEFU]/.test(code)) return whole;
    if (code.startsWith('u{')) {
      const digits = /^u\{([0-9a-f]+)\}$/i.exec(code)?.[1];
      const point = digits === undefined ? Number.NaN : Number.parseInt(digits, 16);
      if (!(point <= 0x10ffff) || (point >= 0xd800 && point <= 0xdfff)) {
        refused.push(whole);
        return '';
      }
      return Buffer.from(String.fromCodePoint(point), 'utf8').toString('latin1');
    }
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    if (/^x/i.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return NAMED[code] ?? whole;
  });
  return refused.length > 0 ? null : out;
}
