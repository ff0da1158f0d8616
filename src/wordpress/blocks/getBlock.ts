import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { parseLabel } from './block.js';
import type { Block, BlockError } from './block.js';
import { parseRegions, regionMissing } from './parseRegions.js';

/**
 * Finds one block by its label, byte-exact, or says that it, its region or sound fences are missing.
 *
 * The whole file's fences are checked first: a block in a damaged file is never returned.
 *
 * @param label - `bridge:kimaki`, `runtime:opencode`
 *
 * @example
 * ```ts
 * import { emptyChannelsFile, getBlock } from '@wca/runtime-sdk/wordpress';
 *
 * const block = getBlock(emptyChannelsFile(), 'bridge:kimaki');
 * if (block.isErr()) console.error(block.error.code); // BLOCK_NOT_FOUND
 * else console.log(block.value.body.toString());
 * ```
 */
export function getBlock(source: Buffer, label: string): Result<Block, BlockError> {
  return parseLabel(label).andThen(({ region: name }) =>
    parseRegions(source).andThen((regions) => {
      const region = regions.find((known) => known.name === name);
      if (region === undefined) return err(regionMissing(name, source));
      const block = region.blocks.find((known) => known.label === label);
      if (block !== undefined) return ok(block);
      const has = region.blocks.map((known) => known.label).join(', ') || 'none';
      const message = `no block ${label} in the region at line ${region.line}; it has: ${has}`;
      return err<Block, BlockError>({ code: 'BLOCK_NOT_FOUND', message, label });
    }),
  );
}
