import type { Assignment, UnitDocument } from '../../systemd/document/index.js';

/** One file a unit is made of: its fragment, or a drop-in. */
export interface UnitFile {
  readonly path: string;
  readonly document: UnitDocument;
}

/** An assignment and the file it stands in. */
export interface PlacedAssignment {
  readonly file: string;
  readonly assignment: Assignment;
}

/**
 * Gives every assignment of these keys that is in effect when the files are read in order, with its place.
 *
 * An empty assignment takes away those of the same key before it, also in earlier files (systemd.syntax(7)).
 *
 * @param files - the fragment first, then the drop-ins as systemd applies them
 */
export function effectiveAssignments(
  files: readonly UnitFile[],
  section: string,
  keys: (key: string) => boolean,
): readonly PlacedAssignment[] {
  let placed: PlacedAssignment[] = [];
  for (const { path, document } of files) {
    for (const assignment of document.assignments) {
      if (assignment.section !== section || !keys(assignment.key)) continue;
      if (assignment.value === '') placed = placed.filter((one) => one.assignment.key !== assignment.key);
      else placed.push({ file: path, assignment });
    }
  }
  return placed;
}

/** The value a key that takes one value ends up with, or null. */
export function effectiveValue(files: readonly UnitFile[], section: string, key: string): string | null {
  return effectiveAssignments(files, section, (one) => one === key).at(-1)?.assignment.value ?? null;
}
