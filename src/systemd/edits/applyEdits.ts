import { parseUnit } from '../document/index.js';
import type { Edit, UnitDocument } from '../document/index.js';

/**
 * Gives the document that results from these edits; every byte outside them stays as it is.
 *
 * The edits may come in any order and must have been made for this very document: offsets are taken as they are.
 * Where two overlap, the later one begins where the earlier one ends. It does not check the result.
 *
 * @example
 * ```ts
 * import { applyEdits, parseUnit, printUnit, setDirective } from '@wca/runtime-sdk/systemd';
 *
 * const unit = parseUnit('[Service]\nUser=root\n');
 * const edits = setDirective(unit, 'Service', 'User', 'opencode');
 * if (edits.isErr()) console.error(edits.error.message);
 * else console.log(printUnit(applyEdits(unit, edits.value)).toString());
 * ```
 */
export function applyEdits(document: UnitDocument, edits: readonly Edit[]): UnitDocument {
  if (edits.length === 0) return document;
  const pieces: Buffer[] = [];
  let done = 0;
  for (const { start, end, replacement } of inOrder(edits)) {
    pieces.push(document.bytes.subarray(done, Math.max(done, start)), replacement);
    done = Math.max(done, end);
  }
  pieces.push(document.bytes.subarray(done));
  return parseUnit(Buffer.concat(pieces));
}

/** Edits by where they begin; those at one place stay in the order given. */
export function inOrder(edits: readonly Edit[]): readonly Edit[] {
  return [...edits].sort((one, other) => one.start - other.start || one.end - other.end);
}
