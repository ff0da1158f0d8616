import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { parseLabel } from './block.js';
import type { Block, BlockError } from './block.js';
import { parseRegions, regionMissing } from './parseRegions.js';

/**
 * Lists every fenced block of a managed PHP file in file order, or reports the first damaged fence with its line; pure.
 *
 * A block lies between the exact lines `    // BEGIN bridge:NAME` and `    // END bridge:NAME` inside the region
 * `    // BEGIN bridges` … `    // END bridges`; runtimes likewise (`runtime:NAME` in `runtimes`). A line that only
 * looks like a fence (tabs, CRLF, other indentation, doubled, nested, crossed, unclosed, outside its region) is an
 * error; nothing is repaired. The PHP between the fences is not parsed.
 *
 * Errors: `REGION_MISSING` for a file without any region, `FENCE_DAMAGED`.
 *
 * @param source - the bytes of the file
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { listBlocks } from '@wca/runtime-sdk/wordpress';
 *
 * const blocks = listBlocks(readFileSync('/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php'));
 * if (blocks.isErr()) console.error(blocks.error.message);
 * else for (const block of blocks.value) console.log(block.label, block.line);
 * ```
 */
export function listBlocks(source: Buffer): Result<readonly Block[], BlockError> {
  return parseRegions(source).andThen((regions) => {
    if (regions.length === 0) return err(regionMissing('bridges', source));
    return ok(regions.flatMap((region) => region.blocks));
  });
}

/**
 * Reads one block by its label, byte for byte; pure.
 *
 * All fences of the file are checked first: a file with a damaged fence gives no block.
 *
 * Errors: `INVALID_LABEL`, `REGION_MISSING`, `FENCE_DAMAGED`, `BLOCK_NOT_FOUND`.
 *
 * @param source - the bytes of the file
 * @param label - `bridge:kimaki`, `runtime:opencode`
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { getBlock } from '@wca/runtime-sdk/wordpress';
 *
 * const source = readFileSync('/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php');
 * const block = getBlock(source, 'bridge:kimaki');
 * if (block.isErr()) console.error(block.error.code, block.error.message);
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
      const message = `the region at line ${region.line} has no block ${label}; its blocks: ${has}`;
      return err<Block, BlockError>({ code: 'BLOCK_NOT_FOUND', message, label });
    }),
  );
}
