import type { Result } from 'neverthrow';
import { err, ok } from 'neverthrow';
import { normaliseKey } from './encodePhpValue.js';
import { childOf, childrenOf, nameOf, operatorOf, parsePhpBody, textOf } from './phpAst.js';
import type { PhpNode, PhpUnreadable } from './phpAst.js';
import { refuseLiteral as refuse } from './phpValue.js';
import type { PhpNotALiteral, PhpValue } from './phpValue.js';

/**
 * Reads one PHP literal (`[ 'a' => 1, "b\n" ]`) as the value that PHP gives it; pure. The code is parsed, never run.
 *
 * It reads single- and double-quoted strings without interpolation, whole numbers in every base, `true`, `false`,
 * `null`, and lists and keyed arrays of these.
 *
 * Errors, each with its line: `PHP_NOT_A_LITERAL` for floats, heredocs, constants, calls, spreads, and a number or key
 * that JavaScript does not hold exactly; `PHP_UNREADABLE` for code that is not valid PHP.
 *
 * @param source - the expression, without `<?php` and without a semicolon
 *
 * @example
 * ```ts
 * import { decodePhpValue } from '@wca/runtime-sdk/wordpress';
 *
 * const value = decodePhpValue("[ 'send', '{recipient}' ]");
 * if (value.isErr()) console.error(value.error.line, value.error.message);
 * else console.log(value.value);
 * ```
 */
export function decodePhpValue(source: string | Buffer): Result<PhpValue, PhpNotALiteral | PhpUnreadable> {
  const bytes = typeof source === 'string' ? Buffer.from(source, 'utf8') : source;
  const body = Buffer.concat([Buffer.from('$v = '), bytes, Buffer.from('\n;')]);
  return parsePhpBody(body).andThen((root) => {
    const [statement, ...more] = childrenOf(root, 'children');
    const assign = statement?.kind === 'expressionstatement' ? childOf(statement, 'expression') : null;
    const expression = assign?.kind === 'assign' ? childOf(assign, 'right') : null;
    if (expression === null || more.length > 0) return refuse(1, 'several expressions, or none');
    return decodeNode(expression, body);
  });
}

/** The value of a literal's node; `source` is what the node's offsets point into. */
export function decodeNode(node: PhpNode, source: Buffer): Result<PhpValue, PhpNotALiteral> {
  switch (node.kind) {
    case 'string':
      return decodePhpString(node, source);
    case 'number':
      return decodeInteger(node, source, 1);
    case 'boolean':
      return ok(node.fields.value === true);
    case 'nullkeyword':
      return ok(null);
    case 'name': {
      const name = nameOf(node)?.toLowerCase();
      if (name === 'null') return ok(null);
      if (name === 'true' || name === 'false') return ok(name === 'true');
      return refuse(node.line, 'a constant');
    }
    case 'unary': {
      const operand = childOf(node, 'what');
      const sign = operatorOf(node);
      if (operand?.kind !== 'number' || (sign !== '-' && sign !== '+')) return refuse(node.line, 'a computed value');
      return decodeInteger(operand, source, sign === '-' ? -1 : 1);
    }
    case 'array':
      return decodeArray(node, source);
    default:
      return refuse(node.line, `"${node.kind}"`);
  }
}

function decodeArray(node: PhpNode, source: Buffer): Result<PhpValue, PhpNotALiteral> {
  const entries = new Map<string | number, PhpValue>();
  /** The largest whole-number key so far: an entry without a key gets the one after it. */
  let highest = -1;
  let hasNumber = false;
  for (const item of childrenOf(node, 'items')) {
    if (item?.kind !== 'entry') return refuse(node.line, 'an array with a gap');
    if (item.fields.unpack === true || item.fields.byRef === true) return refuse(item.line, 'a spread or a reference');
    const keyNode = childOf(item, 'key');
    const valueNode = childOf(item, 'value');
    if (valueNode === null) return refuse(item.line, 'an entry without a value');
    // PHP 8.3 changed which key follows a negative one, so only what means the same in every PHP is read.
    if (keyNode === null && highest < -1) return refuse(item.line, 'an entry without a key after a negative key');
    const key: Result<string | number, PhpNotALiteral> =
      keyNode !== null
        ? decodeKey(keyNode, source)
        : Number.isSafeInteger(highest + 1)
          ? ok(highest + 1)
          : refuse(item.line, 'an entry without a key after a key too large to count on from');
    if (key.isErr()) return err(key.error);
    const value = decodeNode(valueNode, source);
    if (value.isErr()) return err(value.error);
    entries.set(key.value, value.value);
    if (typeof key.value !== 'number') continue;
    highest = hasNumber ? Math.max(highest, key.value) : key.value;
    hasNumber = true;
  }
  const keys = [...entries.keys()];
  return ok(keys.every((key, index) => key === index) ? [...entries.values()] : entries);
}

function decodeKey(node: PhpNode, source: Buffer): Result<string | number, PhpNotALiteral> {
  return decodeNode(node, source).andThen((value) => {
    if (typeof value === 'string') {
      const kept = normaliseKey(value);
      return kept === null ? refuse(node.line, 'a key that is a number too large to hold exactly') : ok(kept);
    }
    if (typeof value === 'number') return ok(value);
    if (typeof value === 'boolean') return ok(value ? 1 : 0);
    return value === null ? ok('') : refuse(node.line, 'an array as key');
  });
}

function decodeInteger(node: PhpNode, source: Buffer, sign: 1 | -1): Result<number, PhpNotALiteral> {
  const value = integerLiteral(source.toString('latin1', node.start, node.end));
  if (value === null) return refuse(node.line, 'a number that is not whole, or too large to hold exactly');
  return ok(value === 0 ? 0 : sign * value);
}

/** The value of a whole-number literal in any base PHP knows, with `_` between digits, or null. */
export function integerLiteral(text: string): number | null {
  const digits = text.replace(/(?<=[0-9a-f])_(?=[0-9a-f])/gi, '');
  let value = Number.NaN;
  if (/^(0|[1-9][0-9]*)$/.test(digits) || /^0(x[0-9a-f]+|b[01]+|o[0-7]+)$/i.test(digits)) value = Number(digits);
  else if (/^0[0-7]+$/.test(digits)) value = Number.parseInt(digits, 8);
  return Number.isSafeInteger(value) ? value : null;
}

/** The value of a string node: single- or double-quoted, without interpolation, UTF-8. */
function decodePhpString(node: PhpNode, source: Buffer): Result<string, PhpNotALiteral> {
  const raw = source.toString('latin1', node.start, node.end).replace(/^b(?=['"])/i, '');
  const quote = raw[0];
  // The parser accepts a string without its closing quote; PHP does not.
  const seen = (textOf(node, 'raw') ?? '').replace(/^b(?=['"])/i, '');
  if (raw !== seen || raw.length < 2 || raw.at(-1) !== quote) {
    return refuse(node.line, 'a string without an end');
  }
  const inner = raw.slice(1, -1);
  if (quote !== "'" && quote !== '"') return refuse(node.line, 'a heredoc');
  const plain = quote === "'" ? inner.replace(/\\([\\'])/g, '$1') : unescapeDouble(inner);
  if (plain === null) return refuse(node.line, 'an escape that PHP rejects');
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

/** Works on bytes as latin1 characters. Null for a `\u{…}` that PHP rejects. */
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
