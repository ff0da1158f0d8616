/**
 * A unit file as systemd reads it, with every byte kept.
 *
 * Made by `parseUnit`, printed by `printUnit`. It does not know which sections and keys exist: a key that
 * systemd would ignore with a warning is an assignment like any other.
 */
export interface UnitDocument {
  /** The file itself, byte for byte. Must not be written to: every offset below points into it. */
  readonly bytes: Buffer;
  /** Every `key=value` that stands inside a section, in file order. */
  readonly assignments: readonly Assignment[];
  /** Every section header in file order; a section may occur more than once. */
  readonly sections: readonly SectionHeader[];
  /** What systemd would complain about or fail on, in line order; empty for a clean file. */
  readonly problems: readonly UnitProblem[];
  /** False when {@link UnitDocument.unsafe} is set: such a file parses and prints, and every edit of it is refused. */
  readonly editable: boolean;
  /** The first fact that makes editing unsafe, or null. */
  readonly unsafe: UnitProblem | null;
  /** True when the file ends in a line with `\` at its end: whatever is appended would become part of that line. */
  readonly endsInContinuation: boolean;
}

/** One `key=value`, continuation lines included. Offsets count bytes of {@link UnitDocument.bytes}. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  /** What systemd sees: continuations joined by a space, comments in them gone, outer blanks trimmed; not unquoted. */
  readonly value: string;
  /** 1-based number of the line it begins on. */
  readonly line: number;
  /** The line that systemd names in its messages: its last one; one more where the end of the file cuts it off. */
  readonly lastLine: number;
  /** Where its first line begins. */
  readonly start: number;
  /** Just behind the end-of-line of its last line. */
  readonly end: number;
  /** Where the value begins; for an empty value, where one would go. */
  readonly valueStart: number;
  /** Just behind the last byte of the value. Continuations and comments of a multi-line value lie between the two. */
  readonly valueEnd: number;
}

/** One `[Section]` line. @inline */
export interface SectionHeader {
  readonly name: string;
  /** 1-based number of the line it begins on. */
  readonly line: number;
  /** The line that systemd names in its messages; another one only for a continued header. */
  readonly lastLine: number;
  readonly start: number;
  readonly end: number;
  /** Just behind the last line of this occurrence that is not blank, the header itself at least. */
  readonly bodyEnd: number;
}

/** One fact about a unit file that systemd would complain about, or that a reader could misjudge. */
export interface UnitProblem {
  readonly code: UnitProblemCode;
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

/**
 * The facts a parse can find. The first six make a file unsafe to edit; the last three are lines that systemd ignores
 * with a warning.
 *
 * - `NUL_BYTE`, `BARE_CR`: systemd ends a line at NUL and at CR as well, so `# comment\rUser=root` sets `User=`.
 * - `INVALID_UTF8`: in a comment harmless, anywhere else systemd refuses the whole unit.
 * - `LINE_TOO_LONG`: 1 MiB or more in one line, or more than that in one continued line; systemd refuses the whole unit.
 * - `BROKEN_HEADER`: a line that begins with `[` and is no header; systemd refuses the whole unit.
 * - `REPEATED_BOM`: systemd drops one byte order mark, and a second one is part of the text.
 *
 * @inline
 */
export type UnitProblemCode =
  | 'NUL_BYTE'
  | 'BARE_CR'
  | 'INVALID_UTF8'
  | 'LINE_TOO_LONG'
  | 'BROKEN_HEADER'
  | 'REPEATED_BOM'
  | 'ASSIGNMENT_OUTSIDE_SECTION'
  | 'MISSING_EQUALS'
  | 'MISSING_KEY';
