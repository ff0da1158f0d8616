import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { number, pipe, safeInteger, safeParse } from 'valibot';
import type { GenericIssue, GenericSchema, InferOutput } from 'valibot';

/** The first place where a value departs from its schema. The value itself is not repeated: it may be a secret. */
export interface ShapeProblem {
  /** `[0].id`; empty when it is the whole value. */
  readonly field: string;
  /** `"[0].id" is not a string`, to be put into a message. */
  readonly what: string;
}

/** Gives what another program answered the type of its schema, or names the first field that does not fit; pure. */
export function parseAnswer<const S extends GenericSchema>(
  schema: S,
  value: unknown,
): Result<InferOutput<S>, ShapeProblem> {
  const parsed = safeParse(schema, value, { abortEarly: true });
  return parsed.success ? ok(parsed.output) : err(problemOf(parsed.issues[0]));
}

/** The schema of a number without a fraction that JavaScript holds exactly. */
export const wholeNumber = pipe(number(), safeInteger());

/** The value a JSON text stands for; undefined, which no JSON is, when the text is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function problemOf(issue: GenericIssue): ShapeProblem {
  const field = (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  const name = field.replace(/^\./, '');
  const subject = name === '' ? 'the answer' : `"${name}"`;
  // An object's issue with a key in its path is about that key: the object has none.
  const isMissing = issue.received === 'undefined' && name !== '';
  return { field: name, what: isMissing ? `${subject} is missing` : `${subject} is not ${expected(issue)}` };
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  safe_integer: 'a whole number',
};

function expected({ type, expected: words }: GenericIssue): string {
  return EXPECTED[type] ?? words?.replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ' or ') ?? `a valid ${type}`;
}
