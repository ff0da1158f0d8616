import { err } from 'neverthrow';
import type { Result } from 'neverthrow';

/**
 * What a PHP literal can be here: strings (UTF-8), whole numbers JavaScript holds exactly, booleans, null and arrays.
 *
 * A PHP array whose keys are 0, 1, 2 … in order is a list, any other one a Map in PHP's order. Floats, constants,
 * calls and interpolated strings are no values: code that needs them is refused, never guessed.
 */
export type PhpValue = string | number | boolean | null | readonly PhpValue[] | ReadonlyMap<string | number, PhpValue>;

/** A value that has no exact PHP literal. */
export interface PhpUnencodable {
  readonly code: 'PHP_UNENCODABLE';
  readonly message: string;
  /** Where in the value it stands: `$['env']['HOME']`. */
  readonly at: string;
}

/** Code that is no literal, or a literal whose value cannot be held exactly. */
export interface PhpNotALiteral {
  readonly code: 'PHP_NOT_A_LITERAL';
  readonly message: string;
  /** Line counted from 1. */
  readonly line: number;
}

/** Says that there is no plain literal at this line. */
export function refuseLiteral(line: number, what: string): Result<never, PhpNotALiteral> {
  return err({ code: 'PHP_NOT_A_LITERAL', message: `line ${line}: ${what} where a plain literal is expected`, line });
}
