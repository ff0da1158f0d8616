import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { isLabel, parseLabel } from './block.js';
import type { Block, BlockError, FenceDamaged, RegionMissing } from './block.js';

type FenceProblem = FenceDamaged['problem'];

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

/** A line with a valid fence. */
interface FenceLine {
  readonly edge: 'BEGIN' | 'END';
  readonly tag: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads every region and block of a file, or reports the first damaged fence. A line inside a PHP string or comment
 * counts as well, because this reader does not parse PHP.
 */
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
  unclosed: 'has no matching END',
  unopened: 'has no matching BEGIN',
  doubled: 'occurs twice',
  nested: 'begins inside another block or region',
  crossed: 'ends another block or region than the one that is open',
  'outside-region': 'is outside its region',
  'line-ending': 'has a carriage return in its line',
  indentation: 'is not indented by exactly four spaces',
  malformed: 'is not written exactly as "    // BEGIN kind:name"',
  'not-code': 'is in a comment, in a string or outside <?php, where PHP does not run the block',
};

/** A `FENCE_DAMAGED` error. */
export function damage(problem: FenceProblem, line: number, fence: string): Result<never, FenceDamaged> {
  const shown = printablePath(Buffer.from(fence.slice(0, 80), 'latin1')).slice(0, 80);
  const message = `line ${line}: the fence "${shown}" ${MEANING[problem]}; correct it by hand. Nothing was changed`;
  return err({ code: 'FENCE_DAMAGED', message, problem, line });
}

/** The error for a file without this region. */
export function regionMissing(region: string, source: Buffer): RegionMissing {
  let line = 0;
  for (const { number } of linesOf(source)) line = number;
  const where = line === 0 ? 'the file is empty' : `up to line ${line}, the last one`;
  const message = `found no line "    // BEGIN ${region}" (${where}); the installer does not manage this file`;
  return { code: 'REGION_MISSING', message, region, line: Math.max(1, line) };
}

/** A line that is a fence, or looks like one. */
interface Fence {
  readonly edge: 'BEGIN' | 'END';
  /** `bridges`, `bridge:kimaki` … */
  readonly tag: string;
  readonly problem: FenceProblem | null;
}

/** Applied to a line without its trailing blanks: with a long run of blanks it would take quadratic time. */
const LOOKS_LIKE_FENCE = /^([ \t]*)(?:\/\/|#)[ \t]*(BEGIN|END)[ \t]+(bridges|runtimes|(?:bridge|runtime):.*)$/s;

/** Reads one line, without its newline, as a fence. Null: the line does not look like a fence. */
export function readFence(line: string): Fence | null {
  const match = LOOKS_LIKE_FENCE.exec(line.trimEnd());
  const edge = match?.[2];
  const tag = match?.[3];
  if (match === null || (edge !== 'BEGIN' && edge !== 'END') || tag === undefined) return null;
  const isRegion = tag === 'bridges' || tag === 'runtimes';
  let problem: FenceProblem | null = null;
  // PHP ends a line, and with it the comment, at a carriage return too.
  if (line.includes('\r')) problem = 'line-ending';
  else if (match[1] !== '    ') problem = 'indentation';
  else if (line !== `    // ${edge} ${tag}` || !(isRegion || isLabel(tag))) problem = 'malformed';
  return { edge, tag, problem };
}

/** The lines of a buffer as latin1 text without their `\n`; `end` is after the newline. */
export function* linesOf(source: Buffer): Generator<{ text: string; start: number; end: number; number: number }> {
  let start = 0;
  for (let number = 1; start < source.length; number += 1) {
    const newline = source.indexOf(0x0a, start);
    const end = newline === -1 ? source.length : newline + 1;
    yield { text: source.toString('latin1', start, newline === -1 ? end : newline), start, end, number };
    start = end;
  }
}
