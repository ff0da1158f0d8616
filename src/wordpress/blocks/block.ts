import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';

/** One fenced block of a managed file. Offsets are bytes, lines count from 1. */
export interface Block {
  /** `bridge:kimaki`. */
  readonly label: string;
  /** Which of the two managed files it belongs to: channels hold `bridge` blocks, runtimes `runtime` blocks. */
  readonly kind: 'bridge' | 'runtime';
  /** `kimaki`. */
  readonly name: string;
  /** Line of the BEGIN fence. */
  readonly line: number;
  /** Line of the END fence. */
  readonly endLine: number;
  /** The bytes between the two fence lines, with the last newline. */
  readonly body: Buffer;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** The label has another form than `bridge:NAME` or `runtime:NAME`. */
export interface InvalidLabel {
  readonly code: 'INVALID_LABEL';
  readonly message: string;
  readonly label: string;
}

/** The file has no region for blocks of this kind. */
export interface RegionMissing {
  readonly code: 'REGION_MISSING';
  readonly message: string;
  /** `bridges` or `runtimes`. */
  readonly region: string;
  /** The last line of the file. */
  readonly line: number;
  /** The file; absent when the caller gave its bytes. */
  readonly path?: string;
}

/** A fence of the file is damaged, so no block of the file is read or changed. */
export interface FenceDamaged {
  readonly code: 'FENCE_DAMAGED';
  readonly message: string;
  readonly problem:
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
  readonly line: number;
  /** The file; absent when the caller gave its bytes. */
  readonly path?: string;
}

/** The region has no block of this label. */
export interface BlockNotFound {
  readonly code: 'BLOCK_NOT_FOUND';
  readonly message: string;
  readonly label: string;
  /** The file; absent when the caller gave its bytes. */
  readonly path?: string;
}

/** A body that would break the file. */
export interface BodyRefused {
  readonly code: 'BODY_REFUSED';
  readonly message: string;
  readonly problem: 'fence' | 'closing-tag' | 'carriage-return' | 'nul' | 'too-long';
  /** Line of the body, counted from 1. */
  readonly line: number;
}

/** Why a block is not read from, or not put into, the bytes of a file. */
export type BlockError = InvalidLabel | RegionMissing | FenceDamaged | BlockNotFound | BodyRefused;

/** The parts of a label. */
export interface BlockLabel extends Pick<Block, 'label' | 'kind' | 'name'> {
  /** The region its block lies in: `bridges` or `runtimes`. */
  readonly region: string;
}

/** A name of 64 characters is readable; a longer one only makes long lines. */
const LABEL = /^(bridge|runtime):([a-z0-9][a-z0-9_.-]{0,63})$/;

/**
 * Splits the label of a block (`bridge:kimaki`) into its parts; pure.
 *
 * A name has 1 to 64 characters: lower-case letters, digits, `_`, `.` and `-`. The first one is a letter or a digit.
 *
 * Errors: `INVALID_LABEL`.
 */
export function parseLabel(label: string): Result<BlockLabel, InvalidLabel> {
  const match = LABEL.exec(label);
  const kind = match?.[1];
  const name = match?.[2];
  if ((kind !== 'bridge' && kind !== 'runtime') || name === undefined) {
    const shown = printablePath(label).slice(0, 80);
    const expected = 'bridge:NAME or runtime:NAME with NAME like [a-z0-9][a-z0-9_.-]*, 64 at most';
    const message = `"${shown}" is not the label of a block; expected ${expected}`;
    return err({ code: 'INVALID_LABEL', message, label: shown });
  }
  return ok({ label, kind, name, region: `${kind}s` });
}

/** Whether a fence may carry this label. */
export function isLabel(text: string): boolean {
  return LABEL.test(text);
}
