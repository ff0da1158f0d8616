import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import type { PhpValue } from '../../../src/wordpress/index.js';

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

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...PIECES) }),
);
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
