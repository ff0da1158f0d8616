import { ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { addDirective } from '../../../src/systemd/edits/addDirective.js';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { invertEdits } from '../../../src/systemd/edits/invertEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { printUnit } from '../../../src/systemd/document/printUnit.js';
import { setDirective } from '../../../src/systemd/edits/setDirective.js';
import { setEnvironment } from '../../../src/systemd/edits/setEnvironment.js';
import { setExecArgument } from '../../../src/systemd/edits/setExecArgument.js';
import type { Edit, UnitEditError } from '../../../src/systemd/document/unitEdit.js';
import type { UnitDocument } from '../../../src/systemd/document/unitDocument.js';

import { HIDDEN, PIECES } from './arbitraries.js';

const LINES = [
  '[Service]\n',
  '[Unit]\r\n',
  'ExecStart=/bin/x a "b c" \\\n  --data-dir /root\n',
  'Environment=A=1 "HOME=/root" \\\n# c\n B=2\n',
  'UMask = 0022 \n',
  'ExecStart=\n',
];
const ALL: readonly Buffer[] = [...PIECES, ...LINES].map((piece) => Buffer.from(piece));
const UNSAFE: readonly Buffer[] = HIDDEN.map((piece) => Buffer.from(piece, 'latin1'));

/** Unit files made of all that is odd, by a generator of its own that always begins the same. */
export function* generatedUnits(count: number, seed = 1): Generator<Buffer> {
  let state = seed;
  const below = (limit: number): number => {
    // xorshift, 32 bits
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  for (let made = 0; made < count; made += 1) {
    const kind = below(8);
    const pieces = Array.from({ length: 1 + below(30) }, () => {
      if (kind === 0) return Buffer.of(below(256), below(256), 0x0a);
      const odd = kind <= 2 && below(12) === 0;
      return (odd ? UNSAFE[below(UNSAFE.length)] : ALL[below(ALL.length)]) ?? Buffer.alloc(0);
    });
    yield Buffer.concat([kind > 3 ? Buffer.from('[Service]\n') : Buffer.alloc(0), ...pieces]);
  }
}

const EDITS: readonly ((unit: UnitDocument) => Result<readonly Edit[], UnitEditError>)[] = [
  (unit) => setDirective(unit, 'Service', 'UMask', '0027'),
  (unit) => addDirective(unit, 'Service', 'UMask', '0002'),
  (unit) => setEnvironment(unit, 'HOME', '/home/a "b"'),
];

/** What is wrong with reading, printing and editing this file, or null; `edited` when it was safe to edit. */
export function wrongIn(input: Buffer): { readonly wrong: string | null; readonly edited: boolean } {
  const copy = Buffer.from(input);
  const unit = parseUnit(input);
  if (!printUnit(unit).equals(copy)) return { wrong: 'printed otherwise', edited: false };
  let last = 0;
  for (const { start, end, valueStart, valueEnd } of unit.assignments) {
    const inOrder =
      last <= start && start < valueStart && valueStart <= valueEnd && valueEnd <= end && end <= input.length;
    if (!inOrder) return { wrong: 'places out of order', edited: false };
    last = end;
  }
  if (!unit.editable) return { wrong: null, edited: false };
  const command = unit.assignments.find(({ key }) => key === 'ExecStart');
  const option = { at: 'option', name: '--data-dir' } as const;
  const results = EDITS.map((edit) => ({ edit, result: edit(unit) }));
  if (command !== undefined) {
    results.push({ edit: () => ok([]), result: setExecArgument(unit, command, option, '/home/a b') });
  }
  for (const { edit, result } of results) {
    if (result.isErr()) {
      if (result.error.code.startsWith('EXEC_')) continue;
      return { wrong: `refused with ${result.error.code}`, edited: false };
    }
    const there = applyEdits(unit, result.value);
    if (!there.editable) return { wrong: 'not editable any more', edited: true };
    if (edit(there).unwrapOr(result.value).length > 0) return { wrong: 'not idempotent', edited: true };
    if (!applyEdits(there, invertEdits(unit, result.value)).bytes.equals(copy))
      return { wrong: 'not undone', edited: true };
  }
  return { wrong: null, edited: true };
}
