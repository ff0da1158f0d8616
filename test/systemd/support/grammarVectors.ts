import { readFileSync } from 'node:fs';
import type { Answer, Word } from './answers.js';

/** One fact of the grammar of unit files: a file, what systemd makes of it, and what the parser must make of it. */
export interface GrammarVector {
  /** Its number in the list of facts: L for lines, S for sections and assignments. */
  readonly fact: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly systemd: Word;
  readonly ours: Answer;
  /** Why the two do not say the same here; everywhere else they must. */
  readonly apart?: string;
}

/** A text with one character per byte, or pieces of it; a pair is a text that many times. */
type Unit = string | readonly (string | readonly [string, number])[];

/** The golden vectors, from `test/corpus/grammar.json`. */
export function grammarVectors(): readonly GrammarVector[] {
  const file = new URL('../../corpus/grammar.json', import.meta.url);
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly (Omit<GrammarVector, 'bytes'> & {
    readonly unit: Unit;
  })[];
  return vectors.map(({ unit, ...vector }) => {
    const pieces = typeof unit === 'string' ? [unit] : unit;
    const text = pieces.map((piece) => (typeof piece === 'string' ? piece : piece[0].repeat(piece[1]))).join('');
    return { ...vector, bytes: Buffer.from(text, 'latin1') };
  });
}
