import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { linesOf, parseLabel, readFence } from './block.js';
import type { BlockError, BodyProblem } from './block.js';
import { parseRegions, regionMissing } from './parseRegions.js';

/**
 * Gives the file with this block's body replaced, or with the block added at the end of its region; every byte outside
 * the block stays as it was.
 *
 * Putting what is already there returns the very same Buffer. A body without a final newline gets one. Refused are
 * damaged fences (see `listBlocks`), and bodies that hold a line looking like a fence, `?>` (it would end the PHP), a
 * carriage return or a NUL, or more than 256 KiB. It does not check that the body is sound PHP: `putBlockInFile` does, with `php -l`.
 *
 * @param label - `bridge:kimaki`, `runtime:opencode`
 *
 * @example
 * ```ts
 * import { emptyChannelsFile, putBlock } from '@wca/runtime-sdk/wordpress';
 *
 * const next = putBlock(emptyChannelsFile(), 'bridge:kimaki', "    $channels['kimaki'] = [];\n");
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

/** A channel takes a few hundred; much more is something else that went into the pipe. */
export const MAX_BODY_BYTES = 256 * 1024;

/** The body as it will stand in the file, or why it may not. */
function checkBody(body: string | Buffer): Result<Buffer, BlockError> {
  const given = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  if (given.length > MAX_BODY_BYTES) {
    const message = `the body has more than ${MAX_BODY_BYTES} bytes, which is no block; nothing was changed`;
    return err({ code: 'BODY_REFUSED', message, problem: 'too-long', line: 1 });
  }
  for (const { text, number: line } of linesOf(given)) {
    if (readFence(text) !== null) return refuse('fence', line, 'looks like a fence');
    if (text.includes('?>')) return refuse('closing-tag', line, 'holds "?>", which would end the PHP');
    if (text.includes('\r')) return refuse('carriage-return', line, 'holds a carriage return');
    if (text.includes('\0')) return refuse('nul', line, 'holds a NUL byte');
  }
  return ok(given.length === 0 || given.at(-1) === 0x0a ? given : Buffer.concat([given, Buffer.from('\n')]));
}

function refuse(problem: BodyProblem, line: number, what: string): Result<never, BlockError> {
  return err({ code: 'BODY_REFUSED', message: `line ${line} of the body ${what}; nothing was changed`, problem, line });
}

/** `source` with the bytes from `start` to `end` replaced. */
export function splice(source: Buffer, start: number, end: number, insert: Buffer): Buffer {
  return Buffer.concat([source.subarray(0, start), insert, source.subarray(end)]);
}
