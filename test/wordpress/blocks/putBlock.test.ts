import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_BODY_BYTES, putBlock } from '../../../src/wordpress/blocks/putBlock.js';
import { emptyManagedFile } from '../../../src/wordpress/blocks/emptyManagedFile.js';
import { getBlock } from '../../../src/wordpress/blocks/listBlocks.js';
import { listBlocks } from '../../../src/wordpress/blocks/listBlocks.js';
import { removeBlock } from '../../../src/wordpress/blocks/putBlock.js';
import { CHANNELS, KIMAKI_BODY } from '../support/files.js';

test('replacing a body leaves every byte outside the block as it was', () => {
  const next = putBlock(CHANNELS, 'bridge:kimaki', "    $channels['kimaki'] = [];\n")._unsafeUnwrap();
  expect(next.toString()).toBe(CHANNELS.toString().replace(KIMAKI_BODY, "    $channels['kimaki'] = [];\n"));
});

test('a new block goes to the end of its region', () => {
  const next = putBlock(CHANNELS, 'bridge:telegram', '    // nothing yet\n')._unsafeUnwrap();
  const added = '    // BEGIN bridge:telegram\n    // nothing yet\n    // END bridge:telegram\n    // END bridges\n';
  expect(next.toString()).toBe(CHANNELS.toString().replace('    // END bridges\n', added));
});

test('putting what is there returns the very same buffer', () => {
  expect(putBlock(CHANNELS, 'bridge:kimaki', KIMAKI_BODY)._unsafeUnwrap()).toBe(CHANNELS);
  expect(putBlock(CHANNELS, 'bridge:kimaki', KIMAKI_BODY.trimEnd())._unsafeUnwrap()).toBe(CHANNELS);
});

test('a runtime goes into the region of runtimes only', () => {
  expect(putBlock(emptyManagedFile('bridge'), 'runtime:opencode', 'x')._unsafeUnwrapErr().code).toBe('REGION_MISSING');
  const next = putBlock(emptyManagedFile('runtime'), 'runtime:opencode', 'x')._unsafeUnwrap();
  expect(
    listBlocks(next)
      ._unsafeUnwrap()
      .map(({ label }) => label),
  ).toEqual(['runtime:opencode']);
});

test.each([
  ['    // END bridge:kimaki\n', 'fence', 1],
  ['ok\n\t# BEGIN runtimes\n', 'fence', 2],
  ['ok\n// END bridge:kimaki\r\n', 'fence', 2],
  ["$x = 'a?>b';\n", 'closing-tag', 1],
  ['a\nb\r\n', 'carriage-return', 2],
  ['a\0b', 'nul', 1],
])('the body %j is refused', (body, problem, line) => {
  const refused = putBlock(CHANNELS, 'bridge:kimaki', body)._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'BODY_REFUSED', problem, line });
});

test('a body that is far too long for one is refused', () => {
  const refused = putBlock(CHANNELS, 'bridge:kimaki', Buffer.alloc(MAX_BODY_BYTES + 1, ' '))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'BODY_REFUSED', problem: 'too-long' });
  expect(putBlock(CHANNELS, 'bridge:kimaki', Buffer.alloc(MAX_BODY_BYTES, '\n'))).toBeOk();
});

test('a damaged file is refused whatever the body', () => {
  const damaged = Buffer.from(CHANNELS.toString().replace('    // END bridge:kimaki', '\t// END bridge:kimaki'));
  expect(putBlock(damaged, 'bridge:kimaki', 'x')._unsafeUnwrapErr()).toMatchObject({ code: 'FENCE_DAMAGED', line: 17 });
});

/** Any bytes but newline, carriage return, NUL and the question mark of an end of PHP. */
const line = fc
  .uint8Array({ maxLength: 12 })
  .map((bytes) => Buffer.from(bytes.map((byte) => ([0x0a, 0x0d, 0, 0x3f].includes(byte) ? 0x20 : byte))));
const lines = fc
  .array(line, { maxLength: 6 })
  .map((list) => Buffer.concat(list.flatMap((one) => [one, Buffer.from('\n')])));
const label = fc.constantFrom('bridge:a', 'bridge:b.c-d_9');

test('over random files and bodies: every byte outside stays, get gives what was put, remove undoes put', () => {
  fc.assert(
    fc.property(lines, lines, lines, lines, label, (head, inside, tail, body, name) => {
      const opening = Buffer.concat([head, Buffer.from('    // BEGIN bridges\n'), inside]);
      const closing = Buffer.concat([Buffer.from('    // END bridges\n'), tail]);
      const file = Buffer.concat([opening, closing]);
      const put = putBlock(file, name, body)._unsafeUnwrap();
      expect(put.subarray(0, opening.length)).toEqual(opening);
      expect(put.subarray(put.length - closing.length)).toEqual(closing);
      expect(getBlock(put, name)._unsafeUnwrap().body).toEqual(body);
      expect(putBlock(put, name, body)._unsafeUnwrap()).toBe(put);
      expect(removeBlock(put, name)._unsafeUnwrap()).toEqual(file);
    }),
    { numRuns: 300, seed: 133 },
  );
});

const name = fc.constantFrom('a', 'b', 'c-1', 'd.e_f', '0');
const piece = fc.record({ name, body: lines, gap: lines });
const edit = fc.record({ name, body: fc.option(lines, { nil: null }) });

test('over random files with many blocks, random edits one after the other change their own block and nothing else', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(piece, { maxLength: 4, selector: (one) => one.name }),
      fc.tuple(lines, lines, lines),
      fc.array(edit, { minLength: 1, maxLength: 6 }),
      (pieces, [head, first, tail], edits) => {
        const model = pieces.map((one) => ({ ...one }));
        const file = (): Buffer =>
          Buffer.concat([
            head,
            Buffer.from('    // BEGIN bridges\n'),
            first,
            ...model.flatMap((one) => [
              Buffer.from(`    // BEGIN bridge:${one.name}\n`),
              one.body,
              Buffer.from(`    // END bridge:${one.name}\n`),
              one.gap,
            ]),
            Buffer.from('    // END bridges\n'),
            tail,
          ]);
        let leading = Buffer.alloc(0);
        let source = file();
        for (const { name: which, body } of edits) {
          const at = model.findIndex((one) => one.name === which);
          const known = model[at];
          const label = `bridge:${which}`;
          if (body !== null) {
            if (known === undefined) model.push({ name: which, body, gap: Buffer.alloc(0) });
            else known.body = body;
            source = putBlock(source, label, body)._unsafeUnwrap();
          } else {
            if (known !== undefined) {
              // What stood after the block now stands after what came before it.
              const before = model[at - 1];
              if (before === undefined) leading = Buffer.concat([leading, known.gap]);
              else before.gap = Buffer.concat([before.gap, known.gap]);
              model.splice(at, 1);
            }
            source = removeBlock(source, label)._unsafeUnwrap();
          }
          const opening = Buffer.concat([head, Buffer.from('    // BEGIN bridges\n'), first]);
          const expected = file();
          const whole = [expected.subarray(0, opening.length), leading, expected.subarray(opening.length)];
          expect(source).toEqual(Buffer.concat(whole));
        }
      },
    ),
    { numRuns: 300, seed: 141 },
  );
});

test('the block goes with its two fence lines and nothing else', () => {
  const next = removeBlock(CHANNELS, 'bridge:kimaki')._unsafeUnwrap();
  const gone = `    // BEGIN bridge:kimaki\n${KIMAKI_BODY}    // END bridge:kimaki\n`;
  expect(next.toString()).toBe(CHANNELS.toString().replace(gone, ''));
});

test('removing what is not there returns the very same buffer', () => {
  expect(removeBlock(CHANNELS, 'bridge:telegram')._unsafeUnwrap()).toBe(CHANNELS);
});

test('nothing is removed from a damaged file', () => {
  const damaged = Buffer.from(CHANNELS.toString().replace('    // END bridges', '    // END runtimes'));
  expect(removeBlock(damaged, 'bridge:kimaki')._unsafeUnwrapErr().code).toBe('FENCE_DAMAGED');
});
