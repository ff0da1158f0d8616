import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { linesOf, parseLabel } from './block.js';
import type { BlockError } from './block.js';
import { parseRegions, regionMissing } from './parseRegions.js';
import { splice } from './putBlock.js';

/**
 * Gives the file without this block and its two fence lines; every other byte stays as it was.
 *
 * Removing a block that is not there returns the very same Buffer. Damaged fences are refused as in `listBlocks`.
 *
 * @param label - `bridge:kimaki`, `runtime:opencode`
 *
 * @example
 * ```ts
 * import { emptyChannelsFile, removeBlock } from '@wca/runtime-sdk/wordpress';
 *
 * const next = removeBlock(emptyChannelsFile(), 'bridge:kimaki');
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
