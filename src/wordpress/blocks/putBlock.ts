import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { parseLabel } from './block.js';
import type { BlockError, BodyRefused } from './block.js';
import { linesOf, parseRegions, readFence, regionMissing } from './parseRegions.js';

/**
 * Replaces the body of one block, or adds the block at the end of its region, and gives the new bytes of the file;
 * pure. Every byte outside the block stays.
 *
 * When the file has this body already, the result is the same Buffer. A body without a final newline gets one. It does
 * not check that the body is valid PHP: `putBlockInFile` does, with `php -l`.
 *
 * Errors: `INVALID_LABEL`, `REGION_MISSING`, `FENCE_DAMAGED` (see `listBlocks`), and `BODY_REFUSED` for a body with a
 * line that looks like a fence, with `?>` (which would end the PHP), a carriage return or a NUL byte, or of more than
 * 256 KiB.
 *
 * @param source - the bytes of the file
 * @param label - `bridge:kimaki`, `runtime:opencode`
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { putBlock } from '@wca/runtime-sdk/wordpress';
 *
 * const source = readFileSync('/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php');
 * const next = putBlock(source, 'bridge:kimaki', "    $channels['kimaki'] = [];\n");
 * if (next.isErr()) console.error(next.error.message);
 * else console.log(next.value.toString());
 * ```
 */
export function putBlock(source: Buffer, label: string, body: string | Buffer): Result<Buffer, BlockError> {
  return parseLabel(label).andThen(({ region: name }) =>
    checkBody(body).andThen((wanted) =>
      parseRegions(source).andThen((regions) => {
        const region = regions.find((known) => known.name === name);
        if (region === undefined) return err(regionMissing(name, source));
        const block = region.blocks.find((known) => known.label === label);
        if (block === undefined) {
          const fenced = [Buffer.from(`    // BEGIN ${label}\n`), wanted, Buffer.from(`    // END ${label}\n`)];
          return ok(splice(source, region.endStart, region.endStart, Buffer.concat(fenced)));
        }
        return ok(block.body.equals(wanted) ? source : splice(source, block.bodyStart, block.bodyEnd, wanted));
      }),
    ),
  );
}

/**
 * Removes one block with its two fence lines and gives the new bytes of the file; pure. Every other byte stays.
 *
 * When the file has no such block, the result is the same Buffer.
 *
 * Errors: `INVALID_LABEL`, `REGION_MISSING`, `FENCE_DAMAGED` (see `listBlocks`).
 *
 * @param source - the bytes of the file
 * @param label - `bridge:kimaki`, `runtime:opencode`
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { removeBlock } from '@wca/runtime-sdk/wordpress';
 *
 * const source = readFileSync('/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php');
 * const next = removeBlock(source, 'bridge:kimaki');
 * if (next.isErr()) console.error(next.error.message);
 * ```
 */
export function removeBlock(source: Buffer, label: string): Result<Buffer, BlockError> {
  return parseLabel(label).andThen(({ region: name }) =>
    parseRegions(source).andThen((regions) => {
      const region = regions.find((known) => known.name === name);
      if (region === undefined) return err(regionMissing(name, source));
      const block = region.blocks.find((known) => known.label === label);
      if (block === undefined) return ok(source);
      let start = block.bodyStart;
      let end = block.bodyEnd;
      for (const line of linesOf(source)) {
        if (line.number === block.line) start = line.start;
        if (line.number === block.endLine) end = line.end;
      }
      return ok(splice(source, start, end, Buffer.alloc(0)));
    }),
  );
}

/** A channel takes a few hundred bytes; a body of this size is other data, given by mistake. */
export const MAX_BODY_BYTES = 256 * 1024;

/** The body as it will be in the file. */
function checkBody(body: string | Buffer): Result<Buffer, BodyRefused> {
  const given = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  if (given.length > MAX_BODY_BYTES) {
    const message = `the body has ${given.length} bytes; at most ${MAX_BODY_BYTES} are allowed. Nothing was changed`;
    return err({ code: 'BODY_REFUSED', message, problem: 'too-long', line: 1 });
  }
  for (const { text, number: line } of linesOf(given)) {
    if (readFence(text) !== null) return refuse('fence', line, 'looks like a fence');
    if (text.includes('?>')) return refuse('closing-tag', line, 'contains "?>", which would end the PHP');
    if (text.includes('\r')) return refuse('carriage-return', line, 'contains a carriage return');
    if (text.includes('\0')) return refuse('nul', line, 'contains a NUL byte');
  }
  return ok(given.length === 0 || given.at(-1) === 0x0a ? given : Buffer.concat([given, Buffer.from('\n')]));
}

function refuse(problem: BodyRefused['problem'], line: number, what: string): Result<never, BodyRefused> {
  return err({ code: 'BODY_REFUSED', message: `line ${line} of the body ${what}. Nothing was changed`, problem, line });
}

/** `source` with the bytes from `start` to `end` replaced. */
export function splice(source: Buffer, start: number, end: number, insert: Buffer): Buffer {
  return Buffer.concat([source.subarray(0, start), insert, source.subarray(end)]);
}
