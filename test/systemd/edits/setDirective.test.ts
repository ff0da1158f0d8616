import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { setDirective } from '../../../src/systemd/edits/setDirective.js';

function set(unit: string, section: string, key: string, value: string): string {
  const before = parseUnit(unit);
  return applyEdits(before, setDirective(before, section, key, value)._unsafeUnwrap()).bytes.toString();
}

describe('setDirective', () => {
  it('changes the value in place and keeps the spelling of the key', () => {
    expect(set('[Service]\n\tUser = root \nA=1\n', 'Service', 'User', 'opencode')).toBe(
      '[Service]\n\tUser = opencode \nA=1\n',
    );
  });

  it('keeps the last of several and removes the others, in every occurrence of the section', () => {
    expect(set('[Service]\nUser=a\n# c\nUser=b\n[Unit]\nUser=u\n[Service]\nUser=d\n', 'Service', 'User', 'x')).toBe(
      '[Service]\n# c\n[Unit]\nUser=u\n[Service]\nUser=x\n',
    );
  });

  it('adds a missing key behind the last line of the last occurrence that is not blank', () => {
    expect(
      set('[Service]\nA=1\n\n[Unit]\nB=2\n\n[Service]\nC=3\n# end\n\n\n[Install]\n', 'Service', 'UMask', '0002'),
    ).toBe('[Service]\nA=1\n\n[Unit]\nB=2\n\n[Service]\nC=3\n# end\nUMask=0002\n\n\n[Install]\n');
  });

  it('keeps CRLF, and a file without newline at its end stays one', () => {
    expect(set('[Service]\r\nA=1\r\n', 'Service', 'UMask', '0002')).toBe('[Service]\r\nA=1\r\nUMask=0002\r\n');
    expect(set('[Service]\r\nA=1', 'Service', 'UMask', '0002')).toBe('[Service]\r\nA=1\r\nUMask=0002');
    expect(set('[Service]', 'Service', 'UMask', '0002')).toBe('[Service]\nUMask=0002');
  });

  it('adds a missing section at the end, behind a blank line', () => {
    expect(set('[Unit]\nA=1\n', 'Service', 'UMask', '0002')).toBe('[Unit]\nA=1\n\n[Service]\nUMask=0002\n');
    expect(set('[Unit]\nA=1', 'Service', 'UMask', '0002')).toBe('[Unit]\nA=1\n\n[Service]\nUMask=0002');
    expect(set('', 'Service', 'UMask', '0002')).toBe('[Service]\nUMask=0002\n');
    expect(set('\ufeff', 'Service', 'UMask', '0002')).toBe('\ufeff\n\n[Service]\nUMask=0002');
  });

  it('does not put a new line into one that the end of the file cuts off', () => {
    expect(set('[Service]\nA=1\\\n', 'Service', 'UMask', '0002')).toBe('[Service]\nA=1\\\n\nUMask=0002\n');
    expect(set('[Service]\nA=1\\', 'Install', 'Alias', 'x')).toBe('[Service]\nA=1\\\n\n[Install]\nAlias=x');
  });

  it('changes no byte when the key is so already', () => {
    const unit = parseUnit('[Service]\nUser =  opencode\n');
    expect(setDirective(unit, 'Service', 'User', 'opencode')._unsafeUnwrap()).toEqual([]);
    expect(applyEdits(unit, [])).toBe(unit);
  });

  it.each([
    ['a\nb', 'line break'],
    ['a\0', 'NUL'],
    [' a', 'blank'],
    ['a\t', 'blank'],
    ['a\\', 'backslash'],
    ['a\\\\\\', 'backslash'],
    ['\ud800', 'code point'],
    ['\uffff', 'code point'],
    ['x'.repeat(1024 * 1024), 'longer'],
  ])('refuses a value that would not read back: %#', (value, reason) => {
    const refused = setDirective(parseUnit('[Service]\n'), 'Service', 'X', value)._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: 'INVALID_UNIT_VALUE', key: 'X' });
    expect(refused.message).toContain(reason);
    expect(refused.message.length).toBeLessThan(300);
  });

  it('takes a value that ends in an escaped backslash', () => {
    expect(set('[Service]\n', 'Service', 'X', 'a\\\\')).toBe('[Service]\nX=a\\\\\n');
  });

  it.each(['', 'a b', '[A', '#a', 'a=b', 'a\nb', 'ä'])('refuses %j as a section or key', (name) => {
    expect(setDirective(parseUnit(''), 'Service', name, '1')._unsafeUnwrapErr().code).toBe('INVALID_UNIT_KEY');
    expect(setDirective(parseUnit(''), name, 'A', '1')._unsafeUnwrapErr().code).toBe('INVALID_UNIT_KEY');
  });

  it('refuses a file with a hidden directive, naming the line', () => {
    const refused = setDirective(parseUnit('[Service]\n# c\rUser=root\n'), 'Service', 'User', 'x')._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: 'UNIT_NOT_EDITABLE', line: 2 });
    expect(JSON.parse(JSON.stringify(refused))).toEqual(refused);
  });
});
