import { err } from 'neverthrow';
import type { Result } from 'neverthrow';

/**
 * The value of a PHP literal: a string (UTF-8), a whole number that JavaScript holds exactly, a boolean, null or an
 * array.
 *
 * A PHP array with the keys 0, 1, 2 … in order is a list; every other array is a Map in the order of PHP. Floats,
 * constants, calls and interpolated strings are not values of this type.
 */
export type PhpValue = string | number | boolean | null | readonly PhpValue[] | ReadonlyMap<string | number, PhpValue>;

/** A value that has no exact PHP literal. */
export interface PhpUnencodable {
  readonly code: 'PHP_UNENCODABLE';
  readonly message: string;
  /** Its place in the value: `$['env']['HOME']`. */
  readonly at: string;
}

/** Code that is not a literal, or a literal that JavaScript cannot hold exactly. */
export interface PhpNotALiteral {
  readonly code: 'PHP_NOT_A_LITERAL';
  readonly message: string;
  /** Line counted from 1. */
  readonly line: number;
}

/** The error for code that is not a plain literal. */
export function refuseLiteral(line: number, what: string): Result<never, PhpNotALiteral> {
  return err({ code: 'PHP_NOT_A_LITERAL', message: `line ${line}: found ${what}, expected a plain literal`, line });
}
