import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { invertEdits } from '../../../src/systemd/edits/invertEdits.js';
import { parseExec } from '../../../src/systemd/values/parseExec.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { quoteWord } from '../../../src/systemd/values/quoteWord.js';
import { setExecArgument } from '../../../src/systemd/edits/setExecArgument.js';
import type { Assignment, UnitDocument } from '../../../src/systemd/document/unitDocument.js';
import type { Edit, UnitEditError } from '../../../src/systemd/document/unitEdit.js';
import type { ExecPlace } from '../../../src/systemd/edits/setExecArgument.js';
import type { Result } from 'neverthrow';
import { oddText } from '../support/arbitraries.js';

function set(line: string, place: ExecPlace, value: string, command?: number): string {
  const before = parseUnit(`[Service]\n${line}\nUser=x\n`);
  const edits = edit(before, place, value, command)._unsafeUnwrap();
  const after = applyEdits(before, edits);
  expect(edit(after, place, value, command)._unsafeUnwrap()).toEqual([]);
  expect(applyEdits(after, invertEdits(before, edits)).bytes).toEqual(before.bytes);
  return after.bytes.toString().slice('[Service]\n'.length, -'\nUser=x\n'.length);
}

function edit(
  unit: UnitDocument,
  place: ExecPlace,
  value: string,
  command?: number,
): Result<readonly Edit[], UnitEditError> {
  return setExecArgument(unit, line(unit), place, value, command);
}

function line(unit: UnitDocument): Assignment {
  return unit.assignments[0] ?? expect.fail('no assignment');
}

const dataDir: ExecPlace = { at: 'option', name: '--data-dir' };

describe('setExecArgument', () => {
  it('changes the value of an option in both spellings, wherever it stands', () => {
    expect(set('ExecStart=/x --data-dir /a -v', dataDir, '/b')).toBe('ExecStart=/x --data-dir /b -v');
    expect(set('ExecStart=/x --data-dir=/a -v', dataDir, '/b')).toBe('ExecStart=/x --data-dir=/b -v');
    expect(set('ExecStart=/x "--data-dir=/a" --data-dir \'/a\'', dataDir, '/b')).toBe(
      `ExecStart=/x "--data-dir=/b" --data-dir '/b'`,
    );
    expect(set('ExecStart=/x --data-dir-x /a --data-dir', dataDir, '/b')).toBe(
      'ExecStart=/x --data-dir-x /a --data-dir /b',
    );
  });

  it('adds a missing option behind the arguments and before a lone --', () => {
    expect(set('ExecStart=/x', dataDir, '/b c')).toBe('ExecStart=/x --data-dir "/b c"');
    expect(set('ExecStart=/x a -- --data-dir z', dataDir, '/b')).toBe('ExecStart=/x a --data-dir /b -- --data-dir z');
    expect(set('ExecStart=/x -- a', dataDir, '/b')).toBe('ExecStart=/x --data-dir /b -- a');
  });

  it('changes the program and keeps its prefixes and quotes', () => {
    expect(set('ExecStart=-@/x zero', { at: 'program' }, '/usr/bin/y')).toBe('ExecStart=-@/usr/bin/y zero');
    expect(set('ExecStart="+/x y" a', { at: 'program' }, '/z')).toBe('ExecStart="+/z" a');
    expect(set('ExecStart=/x a', { at: 'program' }, '/y z')).toBe('ExecStart="/y z" a');
  });

  it('changes an argument by its position, and quotes it where it must', () => {
    expect(set('ExecStart=/x a  b\tc', { at: 'argument', index: 1 }, 'B "2"')).toBe('ExecStart=/x a  "B \\"2\\""\tc');
    expect(set('ExecStart=/x a \\; c', { at: 'argument', index: 1 }, ';;')).toBe('ExecStart=/x a ";;" c');
    expect(set('ExecStart=@/x zero', { at: 'argument', index: 0 }, 'null')).toBe('ExecStart=@/x null');
  });

  it('adds an argument behind all others, once', () => {
    expect(set('ExecStart=/x a', { at: 'end' }, '--quiet')).toBe('ExecStart=/x a --quiet');
    expect(set('ExecStart=/x --quiet a', { at: 'end' }, '--quiet')).toBe('ExecStart=/x --quiet a');
  });

  it('keeps the lines of a command and the comments between them', () => {
    const command = 'ExecStart=/x \\\n  --data-dir /a \\\n# why\n  "b c" \\\n\n# end';
    expect(set(command, dataDir, '/b c')).toBe(command.replace('/a', '"/b c"'));
    expect(set(command, { at: 'argument', index: 2 }, '#d')).toBe(command.replace('"b c"', '"#d"'));
    expect(set(command, { at: 'end' }, ';e')).toBe(command.replace('"b c"', '"b c" ";e"'));
  });

  it('puts a command on one line only where the word itself lies on two', () => {
    expect(set('ExecStart=/x "a\\\n b" c', { at: 'argument', index: 0 }, 'z')).toBe('ExecStart=/x "z" c');
  });

  it('means the command that was asked for', () => {
    expect(set('ExecStart=/x a ; -/y b', { at: 'argument', index: 0 }, 'c', 1)).toBe('ExecStart=/x a ; -/y c');
    expect(set('ExecStart=/x a ; -/y b', { at: 'end' }, 'c')).toBe('ExecStart=/x a c ; -/y b');
  });

  it.each([
    ['ExecStart=/x a', { at: 'argument', index: 1 }, 'b', 'EXEC_ARGUMENT_NOT_FOUND'],
    ['ExecStart=', { at: 'end' }, 'b', 'EXEC_ARGUMENT_NOT_FOUND'],
    ['ExecStart=/x "a', { at: 'end' }, 'b', 'EXEC_UNREADABLE'],
    ['User=x', { at: 'end' }, 'b', 'EXEC_UNREADABLE'],
    ['ExecStart=/x a', { at: 'end' }, '\0', 'INVALID_UNIT_VALUE'],
    ['ExecStart=/x a', { at: 'program' }, '-y', 'INVALID_UNIT_VALUE'],
    ['ExecStart=/x a', { at: 'program' }, '', 'INVALID_UNIT_VALUE'],
    ['ExecStart=/x a\r', { at: 'end' }, 'b', 'UNIT_NOT_EDITABLE'],
  ] as const)('refuses %j %j %j: %s', (text, place, value, code) => {
    const unit = parseUnit(`[Service]\n${text}${text.endsWith('\r') ? 'A=1' : ''}\n`);
    expect(setExecArgument(unit, line(unit), place, value)._unsafeUnwrapErr().code).toBe(code);
  });

  it('refuses an assignment of another document', () => {
    const other = parseUnit('[Service]\nExecStart=/y\n');
    const refused = setExecArgument(parseUnit('[Service]\nExecStart=/x\n'), line(other), { at: 'end' }, 'b');
    expect(refused._unsafeUnwrapErr().code).toBe('ASSIGNMENT_NOT_IN_DOCUMENT');
  });

  it('gives exactly the word asked for and leaves all others, on whatever lines they stand', () => {
    const gap = fc.constantFrom(' ', '  ', '\t', ' \\\n  ', '\\\n# c\n ', ' \\\r\n');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(gap, oddText), { minLength: 1, maxLength: 5 }),
        oddText,
        fc.nat(),
        (words, value, pick) => {
          const index = pick % words.length;
          const args = words.map(([between, text]) => `${between}${quoteWord(text)._unsafeUnwrap()}`).join('');
          const before = parseUnit(`[Service]\nA=1\nExecStart=-/bin/x${args}\nB=2\n`);
          const [, chosen = expect.fail()] = before.assignments;
          const edits = setExecArgument(before, chosen, { at: 'argument', index }, value)._unsafeUnwrap();
          const after = applyEdits(before, edits);
          const read = parseExec(after.assignments[1]?.value ?? '');
          expect(read).toMatchObject({ prefixes: '-', path: '/bin/x', fault: null, following: [] });
          expect(read.args.map((one) => one.value)).toEqual(words.map(([, text], i) => (i === index ? value : text)));
          for (const { start, end } of edits) {
            expect(before.bytes.subarray(start, end).includes(0x0a)).toBe(false);
            expect(start).toBeGreaterThanOrEqual(chosen.valueStart);
            expect(end).toBeLessThanOrEqual(chosen.valueEnd);
          }
          expect(applyEdits(after, invertEdits(before, edits)).bytes).toEqual(before.bytes);
        },
      ),
      { numRuns: 500 },
    );
  });
});
