/**
 * One change of a file: `replacement` replaces the bytes from `start` to `end`.
 *
 * A list of edits belongs to the document it was made for; nothing changes until `applyEdits`.
 */
export interface Edit {
  /** Byte offset in the document the edit was made for. */
  readonly start: number;
  /** Just behind the last byte replaced; equal to `start` for an insertion. */
  readonly end: number;
  readonly replacement: Buffer;
}

/** The file holds something that systemd and an editor read differently; see `UnitDocument.unsafe`. */
export interface UnitNotEditable {
  readonly code: 'UNIT_NOT_EDITABLE';
  readonly message: string;
  /** 1-based line of the first such fact. */
  readonly line: number;
  readonly reason: string;
}

/** A section, key or variable name that systemd could not read back as that name. */
export interface InvalidUnitKey {
  readonly code: 'INVALID_UNIT_KEY';
  readonly message: string;
  readonly name: string;
}

/** A value that systemd could not read back as that value. It is not repeated here: it may be a secret. */
export interface InvalidUnitValue {
  readonly code: 'INVALID_UNIT_VALUE';
  readonly message: string;
  readonly key: string;
  readonly reason: string;
}

/** The assignment is not one of this document: it was taken from another one, or from before an edit. */
export interface AssignmentNotInDocument {
  readonly code: 'ASSIGNMENT_NOT_IN_DOCUMENT';
  readonly message: string;
  readonly section: string;
  readonly key: string;
  readonly line: number;
}

/** The command has no such argument, or the line no such command. */
export interface ExecArgumentNotFound {
  readonly code: 'EXEC_ARGUMENT_NOT_FOUND';
  readonly message: string;
  readonly key: string;
  readonly line: number;
}

/** The line is not a command line, or it cannot be read to its end. */
export interface ExecUnreadable {
  readonly code: 'EXEC_UNREADABLE';
  readonly message: string;
  readonly key: string;
  readonly line: number;
  readonly reason: string;
}

/** Why a unit file was not edited. Nothing has changed when one of these comes back. */
export type UnitEditError =
  UnitNotEditable | InvalidUnitKey | InvalidUnitValue | AssignmentNotInDocument | ExecArgumentNotFound | ExecUnreadable;
