import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import type { PhpValue } from '../../../src/wordpress/php/phpValue.js';

/** Runs PHP code (after `<?php`) in one process and returns what it printed. */
export function runPhp(code: string | Buffer): string {
  const input = Buffer.concat([Buffer.from('<?php\n'), Buffer.from(code)]);
  const ran = spawnSync('php', ['-n', '-d', 'display_errors=stderr'], { input, maxBuffer: 1 << 28 });
  if (ran.status !== 0) throw new Error(`php: ${ran.stderr.toString()} ${ran.stdout.toString().slice(0, 500)}`);
  return ran.stdout.toString();
}

/** What PHP's own serialize() gives for this value: types, key types and order included. */
export function serialize(value: PhpValue): string {
  if (value === null) return 'N;';
  if (typeof value === 'boolean') return `b:${value ? 1 : 0};`;
  if (typeof value === 'number') return `i:${value === 0 ? 0 : value};`;
  if (typeof value === 'string') return `s:${Buffer.byteLength(value)}:"${value}";`;
  const entries: (readonly [string | number, PhpValue])[] = isList(value) ? [...value.entries()] : [...value];
  return `a:${entries.length}:{${entries.map(([key, item]) => serialize(phpKey(key)) + serialize(item)).join('')}}`;
}

function isList(value: readonly PhpValue[] | ReadonlyMap<string | number, PhpValue>): value is readonly PhpValue[] {
  return Array.isArray(value);
}

function phpKey(key: string | number): string | number {
  if (typeof key === 'number' || !/^(0|-?[1-9][0-9]*)$/.test(key)) return key;
  return Number.isSafeInteger(Number(key)) ? Number(key) : key;
}

const PIECES = ["'", '\\', '"', '$', '{', '}', '\n', '\r', '\0', 'é', '😀', '#', 'a', '?>', '<?php', '//', '*/'];

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom(...PIECES) }));
const integer = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 }));
const oddKey = fc.constantFrom('5', '05', '-0', '-7', '1.5', '', ' 1', '9223372036854775808');
const key = fc.oneof(text, fc.nat({ max: 20 }), oddKey);

/** Any value the encoder takes. */
export const phpValue: fc.Arbitrary<PhpValue> = fc.letrec<{ value: PhpValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    integer,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 5, selector: ([k]) => String(k) })
      .map((entries): PhpValue => new Map(entries)),
  ),
})).value;

const nothing = fc.constantFrom('', '', ' ', '\n\t', '/* c */', ' # c\n', ' // c\n');

const single = text.map((value) => `'${value.replace(/[\\']/g, '\\$&')}'`);
/** Backslashes that PHP keeps: before anything but a quote and a backslash. */
const loose = fc
  .array(fc.constantFrom('\\n', '\\q', "\\'", '\\\\', 'a', ' ', '"', '$x'), { maxLength: 6 })
  .map((parts) => `'${parts.join('')}'`);
const ESCAPES = [
  '\\n',
  '\\r',
  '\\t',
  '\\v',
  '\\e',
  '\\f',
  '\\\\',
  '\\$',
  '\\"',
  '\\0',
  '\\101',
  '\\x41',
  '\\X41',
  '\\x7',
  '\\u{e9}',
  '\\u{1F600}',
  '\\q',
  "\\'",
  '\\N',
  'a',
  ' ',
  "'",
  ' $ ',
  '{',
  '}',
  'é',
  '😀',
  '\n',
  '?>',
  '//',
];
const double = fc.array(fc.constantFrom(...ESCAPES), { maxLength: 8 }).map((parts) => `"${parts.join('')}"`);

const number = fc
  .tuple(fc.constantFrom('', '-', '+', '- '), fc.maxSafeNat(), fc.integer({ min: 0, max: 5 }))
  .map(([sign, value, style]) => {
    const [dec, hex] = [String(value), value.toString(16)];
    const written = [
      dec,
      `0x${hex}`,
      `0X${hex.toUpperCase()}`,
      `0${value.toString(8)}`,
      `0b${value.toString(2)}`,
      dec.replace(/\B(?=(\d{3})+$)/g, '_'),
    ];
    return sign + (written[style] ?? dec);
  });
const word = fc.constantFrom('true', 'TRUE', 'False', 'null', 'NULL', '\\true', '\\null');
const literalKey = fc.oneof(
  single,
  double,
  fc.nat({ max: 9 }).map(String),
  word,
  fc.constantFrom("'7'", "'07'", '-2', '0x3'),
);

/** A literal as people write it, of the kinds the decoder knows. */
export const phpLiteral: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    single,
    loose,
    double,
    number,
    word,
    fc
      .record({
        // Keys on all entries or on none before a string key: what follows a negative key differs between versions.
        entries: fc.array(fc.tuple(literalKey, tie('value'), nothing, nothing), { maxLength: 4 }),
        plain: fc.array(fc.tuple(tie('value'), nothing), { maxLength: 3 }),
        long: fc.boolean(),
        comma: fc.boolean(),
        space: nothing,
      })
      .map(({ entries, plain, long, comma, space }) => {
        const items = [
          ...plain.map(([value, gap]) => `${gap}${value}`),
          ...entries.map(([key, value, before, after]) => `${before}${key}${after}=>${before}${value}`),
        ];
        const inner = items.join(`${space},`) + (comma && items.length > 0 ? `,${space}` : space);
        return long ? `array(${inner})` : `[${inner}]`;
      }),
  ),
})).value;
