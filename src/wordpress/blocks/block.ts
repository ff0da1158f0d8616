import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';

/** Which of the two managed files a block belongs to. */
export type BlockKind = 'bridge' | 'runtime';

/** One fenced block as found in a file. Offsets are bytes, lines count from 1. */
export interface Block {
  /** `bridge:kimaki`. */
  readonly label: string;
  readonly kind: BlockKind;
  /** `kimaki`. */
  readonly name: string;
  /** Line of the BEGIN fence. */
  readonly line: number;
  /** Line of the END fence. */
  readonly endLine: number;
  /** Everything between the two fence lines, the last newline included. */
  readonly body: Buffer;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** What is wrong with a fence. */
export type FenceProblem =
  | 'unclosed'
  | 'unopened'
  | 'doubled'
  | 'nested'
  | 'crossed'
  | 'outside-region'
  | 'line-ending'
  | 'indentation'
  | 'malformed'
  | 'not-code';

/** What is wrong with a body. */
export type BodyProblem = 'fence' | 'closing-tag' | 'carriage-return' | 'nul' | 'too-long';

/** A label no block can have, fences that are damaged, a region or block that is not there, a body that is refused. */
export type BlockError =
  | { readonly code: 'INVALID_LABEL'; readonly message: string; readonly label: string }
  | { readonly code: 'REGION_MISSING'; readonly message: string; readonly region: string; readonly line: number }
  | { readonly code: 'FENCE_DAMAGED'; readonly message: string; readonly problem: FenceProblem; readonly line: number }
  | { readonly code: 'BLOCK_NOT_FOUND'; readonly message: string; readonly label: string }
  | {
      readonly code: 'BODY_REFUSED';
      readonly message: string;
      readonly problem: BodyProblem;
      /** Line of the body, counted from 1. */
      readonly line: number;
    };

/** A label taken apart. */
export interface BlockLabel {
  readonly label: string;
  readonly kind: BlockKind;
  readonly name: string;
  /** `bridges` or `runtimes`. */
  readonly region: string;
}

/** Longer names only make lines that nobody can read. */
const LABEL = /^(bridge|runtime):([a-z0-9][a-z0-9_.-]{0,63})$/;

/**
 * Takes the label of a block apart (`bridge:kimaki`), or says why it is none (`INVALID_LABEL`); pure.
 *
 * A name is of lower-case letters, digits, `_`, `.` and `-`, begins with a letter or a digit, and has at most 64 of
 * them.
 *
 * @example
 * ```ts
 * import { parseLabel } from '@wca/runtime-sdk/wordpress';
 *
 * const label = parseLabel('bridge:kimaki');
 * if (label.isErr()) console.error(label.error.message);
 * else console.log(label.value.region, label.value.name); // bridges kimaki
 * ```
 */
export function parseLabel(label: string): Result<BlockLabel, BlockError> {
  const match = LABEL.exec(label);
  const kind = match?.[1];
  const name = match?.[2];
  if ((kind !== 'bridge' && kind !== 'runtime') || name === undefined) {
    const shown = printablePath(label).slice(0, 80);
    const expected = 'bridge:NAME or runtime:NAME with NAME like [a-z0-9][a-z0-9_.-]*, 64 at most';
    const message = `"${shown}" is no block label; expected ${expected}`;
    return err({ code: 'INVALID_LABEL', message, label: shown });
  }
  return ok({ label, kind, name, region: `${kind}s` });
}

/** A fence line, exact or merely looking like one. */
interface Fence {
  readonly edge: 'BEGIN' | 'END';
  /** `bridges`, `bridge:kimaki` … */
  readonly tag: string;
  readonly problem: FenceProblem | null;
}

/** Of a line without its blanks at the end: with them, a long run of blanks would take quadratic time. */
const LOOKS_LIKE_FENCE = /^([ \t]*)(?:\/\/|#)[ \t]*(BEGIN|END)[ \t]+(bridges|runtimes|(?:bridge|runtime):.*)$/s;

/** Reads one line (without its newline) as a fence. Null: the line has nothing to do with fences. */
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
  else if (line !== `    // ${edge} ${tag}` || !(isRegion || LABEL.test(tag))) problem = 'malformed';
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
