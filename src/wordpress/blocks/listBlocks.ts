import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { Block, BlockError } from './block.js';
import { parseRegions, regionMissing } from './parseRegions.js';

/**
 * Finds every fenced block of a managed PHP file, in file order, or the first damage with its line.
 *
 * A block lies between the exact lines `    // BEGIN bridge:NAME` and `    // END bridge:NAME` inside the region
 * `    // BEGIN bridges` … `    // END bridges`; runtimes likewise (`runtime:NAME` in `runtimes`). Anything that only
 * looks like a fence (tabs, CRLF, other indentation, doubled, nested, crossed, unclosed, outside its region) is an
 * error, never repaired by guess. A file without any region is `REGION_MISSING`. The PHP between is not read.
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
