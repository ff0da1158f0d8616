import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseEnvironment } from '../../../src/systemd/values/parseEnvironment.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { setEnvironment } from '../../../src/systemd/edits/setEnvironment.js';
import { liveVariables } from '../../../src/systemd/values/liveVariables.js';

function set(unit: string, name: string, value: string): string {
  const before = parseUnit(unit);
  return applyEdits(before, setEnvironment(before, name, value)._unsafeUnwrap()).bytes.toString();
}

describe('setEnvironment', () => {
  it('changes only its own assignment on a line with several, and keeps the quotes it had', () => {
    expect(set(`[Service]\nEnvironment=A=1  "HOME=/root"\t'B=x y'\n`, 'HOME', '/home/opencode')).toBe(
      `[Service]\nEnvironment=A=1  "HOME=/home/opencode"\t'B=x y'\n`,
    );
    expect(set(`[Service]\nEnvironment='B=x y' C=2\n`, 'B', 'z')).toBe(`[Service]\nEnvironment='B=z' C=2\n`);
    expect(set('[Service]\nEnvironment=A=1\n', 'A', 'b c')).toBe('[Service]\nEnvironment="A=b c"\n');
  });

  it('changes the last one of several, since it wins', () => {
    expect(set('[Service]\nEnvironment=A=1\nEnvironment=A=2 A=3\n', 'A', '9')).toBe(
      '[Service]\nEnvironment=A=1\nEnvironment=A=2 A=9\n',
    );
  });

  it('leaves what a later empty line resets alone and adds the variable behind it', () => {
    expect(set('[Service]\nEnvironment=HOME=/root\nEnvironment=\n', 'HOME', '/x')).toBe(
      '[Service]\nEnvironment=HOME=/root\nEnvironment=\nEnvironment=HOME=/x\n',
    );
  });

  it('keeps the lines and comments of a continued value', () => {
    expect(set('[Service]\nEnvironment=A=1 \\\n# why\n  HOME=/root \\\n  B=2\n', 'HOME', '/x')).toBe(
      '[Service]\nEnvironment=A=1 \\\n# why\n  HOME=/x \\\n  B=2\n',
    );
  });

  it('adds a missing variable, quoted where its value needs it', () => {
    expect(set('[Service]\nUser=a\n', 'X', 'b "c" \\d\n')).toBe(
      '[Service]\nUser=a\nEnvironment="X=b \\"c\\" \\\\d\\n"\n',
    );
    expect(set('[Unit]\n', 'X', '')).toBe('[Unit]\n\n[Service]\nEnvironment=X=\n');
  });

  it('does not take a variable behind a syntax fault for one that is set', () => {
    expect(set('[Service]\nEnvironment="bad X=1\n', 'X', '2')).toBe(
      '[Service]\nEnvironment="bad X=1\nEnvironment=X=2\n',
    );
  });

  it('changes no byte when the variable has the value already, however it is written', () => {
    expect(set('[Service]\nEnvironment="X=\\x41"\n', 'X', 'A')).toBe('[Service]\nEnvironment="X=\\x41"\n');
  });

  it('refuses names and values that no environment holds, without repeating the value', () => {
    for (const name of ['', '1A', 'A-B', 'A=B', 'A B']) {
      expect(setEnvironment(parseUnit(''), name, 'x')._unsafeUnwrapErr().code).toBe('INVALID_UNIT_KEY');
    }
    const refused = setEnvironment(parseUnit(''), 'TOKEN', 'canary\0')._unsafeUnwrapErr();
    expect(refused.code).toBe('INVALID_UNIT_VALUE');
    expect(JSON.stringify(refused)).not.toContain('canary');
  });

  it('gives the variable the value and no other one another, for any lines', () => {
    const word = fc.constantFrom(
      'A=1',
      '"A=x y"',
      "'A=q'",
      'HOME=/root',
      '"HOME=/r s"',
      "'HOME=z'",
      'HOME="a b"',
      'B=\\x41',
      'junk',
      '1=2',
      '"open',
    );
    const line = fc.array(word, { maxLength: 4 }).map((words) => `Environment=${words.join(' ')}`);
    const unit = fc.array(line, { maxLength: 4 }).map((lines) => `[Service]\n${lines.join('\n')}\n`);
    const value = fc.string({ unit: fc.constantFrom('a', '/', ' ', '"', "'", '\\', '\t', '\n', '%', '$', '#', 'é') });
    fc.assert(
      fc.property(unit, value, (text, content) => {
        const before = parseUnit(text);
        const after = applyEdits(before, setEnvironment(before, 'HOME', content)._unsafeUnwrap());
        const variables = (doc: typeof before): Record<string, string> =>
          Object.fromEntries(liveVariables(doc).map(({ variable }) => [variable.name, variable.value]));
        expect(variables(after)).toEqual({ ...variables(before), HOME: content });
        expect(setEnvironment(after, 'HOME', content)._unsafeUnwrap()).toEqual([]);
        expect(parseEnvironment(after.assignments.at(-1)?.value ?? '')).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});
