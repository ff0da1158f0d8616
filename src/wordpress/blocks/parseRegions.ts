import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { linesOf, parseLabel, readFence } from './block.js';
import type { Block, BlockError, FenceProblem } from './block.js';

/** One managed region and the blocks in it. */
export interface Region {
  readonly name: string;
  readonly line: number;
  /** Offset of the first byte of the END fence line: where a new block goes. */
  readonly endStart: number;
  readonly blocks: readonly Block[];
}

interface OpenBlock {
  readonly tag: string;
  readonly line: number;
  readonly bodyStart: number;
}

interface OpenRegion {
  readonly tag: string;
  readonly line: number;
  readonly blocks: Block[];
  readonly labels: Set<string>;
}

interface Progress {
  readonly regions: Region[];
  region: OpenRegion | null;
  block: OpenBlock | null;
}

/** One line with a sound fence on it. */
interface FenceLine {
  readonly edge: 'BEGIN' | 'END';
  readonly tag: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** Reads every region and block of a file, or the first damage. Lines inside PHP strings and comments count too. */
export function parseRegions(source: Buffer): Result<readonly Region[], BlockError> {
  const progress: Progress = { regions: [], region: null, block: null };
  for (const { text, start, end, number: line } of linesOf(source)) {
    const fence = readFence(text);
    if (fence === null) continue;
    const { edge, tag } = fence;
    if (fence.problem !== null) return damage(fence.problem, line, `${edge} ${tag}`);
    const at: FenceLine = { edge, tag, line, start, end };
    const step = tag.includes(':') ? blockFence(progress, at, source) : regionFence(progress, at);
    if (step.isErr()) return err(step.error);
  }
  const left = progress.block ?? progress.region;
  return left === null ? ok(progress.regions) : damage('unclosed', left.line, `BEGIN ${left.tag}`);
}

function regionFence(progress: Progress, at: FenceLine): Result<void, BlockError> {
  const { regions, region, block } = progress;
  const damaged = (problem: FenceProblem): Result<void, BlockError> => damage(problem, at.line, `${at.edge} ${at.tag}`);
  if (at.edge === 'BEGIN') {
    if (region?.tag === at.tag || regions.some((known) => known.name === at.tag)) return damaged('doubled');
    if (region !== null) return damaged('nested');
    progress.region = { tag: at.tag, line: at.line, blocks: [], labels: new Set() };
    return ok();
  }
  if (region === null) return damaged('unopened');
  if (block !== null) return damage('unclosed', block.line, `BEGIN ${block.tag}`);
  if (region.tag !== at.tag) return damaged('crossed');
  regions.push({ name: at.tag, line: region.line, endStart: at.start, blocks: region.blocks });
  progress.region = null;
  return ok();
}

function blockFence(progress: Progress, at: FenceLine, source: Buffer): Result<void, BlockError> {
  const { region, block } = progress;
  const { tag, line } = at;
  const damaged = (problem: FenceProblem): Result<void, BlockError> => damage(problem, line, `${at.edge} ${tag}`);
  if (at.edge === 'BEGIN') {
    if (region === null || !tag.startsWith(`${region.tag.slice(0, -1)}:`)) return damaged('outside-region');
    if (block !== null) return damaged(block.tag === tag ? 'doubled' : 'nested');
    if (region.labels.has(tag)) return damaged('doubled');
    progress.block = { tag, line, bodyStart: at.end };
    return ok();
  }
  if (region === null) return damaged('outside-region');
  if (block === null) return damaged('unopened');
  if (block.tag !== tag) return damaged('crossed');
  return parseLabel(tag).map(({ kind, name }) => {
    const { line: begin, bodyStart } = block;
    const body = source.subarray(bodyStart, at.start);
    region.labels.add(tag);
    region.blocks.push({ label: tag, kind, name, line: begin, endLine: line, body, bodyStart, bodyEnd: at.start });
    progress.block = null;
  });
}

const MEANING: Readonly<Record<FenceProblem, string>> = {
  unclosed: 'has no END of its own',
  unopened: 'closes what was never opened',
  doubled: 'is there twice',
  nested: 'opens inside another one',
  crossed: 'closes another fence than the one that is open',
  'outside-region': 'stands outside its region',
  'line-ending': 'has a carriage return on its line',
  indentation: 'is not indented by exactly four spaces',
  malformed: 'is not written exactly as "    // BEGIN kind:name"',
  'not-code': 'stands in a comment, a string or outside <?php, where a block would do nothing',
};

/** A `FENCE_DAMAGED` refusal. */
export function damage(problem: FenceProblem, line: number, fence: string): Result<never, BlockError> {
  const shown = printablePath(Buffer.from(fence.slice(0, 80), 'latin1')).slice(0, 80);
  const message = `line ${line}: the fence "${shown}" ${MEANING[problem]}; mend it by hand, nothing was changed`;
  return err({ code: 'FENCE_DAMAGED', message, problem, line });
}

/** Says that the file has no such region; `line` is its last one. */
export function regionMissing(region: string, source: Buffer): BlockError {
  let line = 0;
  for (const { number } of linesOf(source)) line = number;
  const where = line === 0 ? 'in an empty file' : `up to line ${line}, the last one`;
  const message = `no line "    // BEGIN ${region}" ${where}; this is not a file the installer manages`;
  return { code: 'REGION_MISSING', message, region, line: Math.max(1, line) };
}
