// @module-tag systemd
// @module-tag slow
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { oddUnit } from '../support/arbitraries.js';
import { askSystemd } from '../support/oracle.js';
import type { Verdict } from '../support/oracle.js';

const BOM = '\ufeff';

/** Assignments as short text, for comparisons that read well. */
function listed(unit: string | Uint8Array): string[] {
  return parseUnit(unit).assignments.map(({ section, key, value }) => `${section}.${key}=${value}`);
}

function codes(unit: string | Uint8Array): string[] {
  return parseUnit(unit).problems.map(({ code, line }) => `${code}:${line}`);
}

describe('parseUnit', () => {
  it('gives every assignment with its section, and trims the blanks around key and value', () => {
    expect(listed('[Unit]\nDescription = a b \n[Service]\n\tUser=root\t\n')).toEqual([
      'Unit.Description=a b',
      'Service.User=root',
    ]);
  });

  it('has no comments at the end of a line, and skips lines that begin with # or ; after blanks', () => {
    expect(listed('[Service]\nUser=a # b ; c\n  # User=x\n\t;User=y\n')).toEqual(['Service.User=a # b ; c']);
  });

  it('points at line, logical line and value by byte offsets', () => {
    const unit = Buffer.from('[Service]\nDescription=é\nUser = root\n');
    const user = parseUnit(unit).assignments[1];
    expect(user).toMatchObject({ line: 3, lastLine: 3 });
    expect(unit.subarray(user?.start, user?.end).toString()).toBe('User = root\n');
    expect(unit.subarray(user?.valueStart, user?.valueEnd).toString()).toBe('root');
  });

  it('joins continued lines with a blank and drops the comments between them', () => {
    const unit = parseUnit('[Service]\nUMask=a\\\n# one\\\n ; two\n  b\nUser=x\n');
    expect(unit.assignments.map(({ value, line, lastLine }) => [value, line, lastLine])).toEqual([
      ['a   b', 2, 5],
      ['x', 6, 6],
    ]);
  });

  it('ends a continuation at an empty line', () => {
    expect(listed('[Service]\nUMask=a\\\n\nUser=x\n')).toEqual(['Service.UMask=a', 'Service.User=x']);
  });

  it('swallows a section header behind a continuation, as systemd does', () => {
    expect(listed('[Service]\nUMask=a\\\n[Install]\nUser=x\n')).toEqual([
      'Service.UMask=a [Install]',
      'Service.User=x',
    ]);
  });

  it('does not continue at an escaped backslash or at a backslash before a blank', () => {
    expect(listed('[Service]\nUMask=a\\\\\nUser=b\\ \nGroup=c\n')).toEqual([
      'Service.UMask=a\\\\',
      'Service.User=b\\',
      'Service.Group=c',
    ]);
  });

  it('reads a continuation that the end of the file cuts off, and says so', () => {
    const unit = parseUnit('[Service]\nUMask=a\\');
    expect(unit.assignments.map(({ value }) => value)).toEqual(['a']);
    expect(unit.endsInContinuation).toBe(true);
    expect(parseUnit('[Service]\nUMask=a\\\n\n').endsInContinuation).toBe(false);
  });

  it('does not repair a key that a continuation splits', () => {
    expect(listed('[Service]\nUM\\\nask=zz\n')).toEqual(['Service.UM ask=zz']);
  });

  it('drops one byte order mark, and takes a BOM before # for text', () => {
    expect(listed(`${BOM}[Service]\nUser=a\n`)).toEqual(['Service.User=a']);
    expect(codes(`${BOM}# c\n`)).toEqual(['ASSIGNMENT_OUTSIDE_SECTION:1']);
    expect(codes(`${BOM}[Service]\n${BOM}User=a\n`)).toEqual(['REPEATED_BOM:2']);
  });

  it('takes CRLF for one end of line, also mixed with LF', () => {
    expect(listed('[Service]\r\nUser=a\r\nGroup=b\n\r\nUMask=c')).toEqual([
      'Service.User=a',
      'Service.Group=b',
      'Service.UMask=c',
    ]);
    expect(parseUnit('[Service]\r\nUser=a\n\r\n').editable).toBe(true);
  });

  it('finds directives that a NUL or a bare CR hides in a comment, and calls the file unsafe', () => {
    for (const [hidden, code] of [
      ['\0', 'NUL_BYTE'],
      ['\r', 'BARE_CR'],
    ] as const) {
      const unit = parseUnit(`[Service]\n# harmless${hidden}User=root\n`);
      expect(unit.assignments.map(({ value }) => value)).toEqual(['root']);
      expect(unit.unsafe).toMatchObject({ code, line: 2 });
      expect(unit.editable).toBe(false);
    }
  });

  it('keeps sections apart by exact name, and knows their occurrences', () => {
    expect(listed('[service]\nA=1\n[ Service ]\nB=2\n[]\nC=3\n')).toEqual(['service.A=1', ' Service .B=2', '.C=3']);
    expect(parseUnit('[Service]\n[Unit]\n[Service]\n').sections.map(({ name, line }) => [name, line])).toEqual([
      ['Service', 1],
      ['Unit', 2],
      ['Service', 3],
    ]);
  });

  it.each([
    ['[Service', 'BROKEN_HEADER:2'],
    ['[Service] # c', 'BROKEN_HEADER:2'],
    ['[Ser"vice]', 'BROKEN_HEADER:2'],
    ['[Ser\\vice]', 'BROKEN_HEADER:2'],
    ['[', 'BROKEN_HEADER:2'],
    ['foo', 'MISSING_EQUALS:2'],
    ['=foo', 'MISSING_KEY:2'],
  ])('lists %s as a problem', (line, problem) => {
    expect(codes(`[Service]\n${line}\n`)).toEqual([problem]);
  });

  it('refuses invalid UTF-8 and noncharacters outside comments only', () => {
    for (const bytes of ['\xff', '\xed\xa0\x80', '\xef\xb7\x90', '\xef\xbf\xbe']) {
      const bad = Buffer.from(bytes, 'latin1');
      expect(codes(Buffer.concat([Buffer.from('[Service]\n#'), bad]))).toEqual([]);
      expect(codes(Buffer.concat([Buffer.from('[Service]\nA='), bad]))).toEqual(['INVALID_UTF8:2']);
    }
  });

  it('takes lines up to 1 MiB less one byte, alone and joined', () => {
    const full = 'x'.repeat(1024 * 1024 - 1);
    expect(codes(`#${full.slice(1)}\n`)).toEqual([]);
    expect(codes(`#${full}\n`)).toEqual(['LINE_TOO_LONG:1']);
    expect(codes(`[A]\nB=${'y'.repeat(600_000)}\\\n${'y'.repeat(600_000)}\n`)).toEqual(['LINE_TOO_LONG:3']);
  });

  it('takes a time in proportion to the size, whatever the bytes', () => {
    const size = 2 * 1024 * 1024;
    for (const piece of ['\0', '\r', '\n', '\\\n', 'a\n', '[a]\n', '#\\\n', 'a=\\\n', BOM, '\u00ff', '[', '=', '\\']) {
      const started = performance.now();
      const unit = parseUnit(piece.repeat(Math.ceil(size / Buffer.byteLength(piece))));
      expect(unit.bytes.length).toBeGreaterThanOrEqual(size);
      expect(performance.now() - started, JSON.stringify(piece)).toBeLessThan(5_000);
    }
  });

  it('reads every unit file of this system without finding fault', () => {
    const directory = '/usr/lib/systemd/system';
    const names = readdirSync(directory).filter((name) => /\.(?:service|timer|socket|target|mount|path)$/.test(name));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      const unit = parseUnit(readFileSync(join(directory, name)));
      expect(unit.problems, name).toEqual([]);
      if (unit.bytes.length > 0) expect(unit.assignments.length, name).toBeGreaterThan(0);
    }
  });
});

/** The line on which systemd gives up on this unit. */
function fatalLineOf(unit: Buffer): number {
  const fatal = parseUnit(unit).problems.find(({ code }) => ['INVALID_UTF8', 'BROKEN_HEADER'].includes(code));
  return fatal?.line ?? Infinity;
}

/** What systemd should say about this unit up to that line, if our reading of it is right. */
function expected(unit: Buffer): Omit<Verdict, 'said'> {
  const { assignments, problems, sections } = parseUnit(unit);
  const fatalLine = fatalLineOf(unit);
  const sectionAt = (line: number): string => sections.findLast((one) => one.lastLine <= line)?.name ?? '';
  const texts = new Map([
    ['MISSING_EQUALS', "Missing '=', ignoring line."],
    ['MISSING_KEY', "Missing key name before '=', ignoring line."],
  ]);
  const complaints = [
    ...problems.flatMap(({ code, line }) => {
      const text = texts.get(code);
      return text === undefined || sectionAt(line) !== 'Service' ? [] : [{ line, text }];
    }),
    ...sections.flatMap(({ name, lastLine: line }) =>
      name === 'Service' || name.startsWith('X-') ? [] : [{ line, text: `Unknown section '${name}'. Ignoring.` }],
    ),
    ...assignments.flatMap(({ section, key, value, lastLine: line }) => {
      if (section !== 'Service' || key === 'ExecStart') return [];
      if (key === 'UMask') return [{ line, text: `Failed to parse mode value, ignoring: ${value}` }];
      return [{ line, text: `Unknown key '${key}' in section [Service], ignoring.` }];
    }),
  ];
  return {
    loads: fatalLine === Infinity,
    complaints: complaints.filter(({ line }) => line < fatalLine).sort((one, other) => one.line - other.line),
  };
}

describe('parseUnit, asked against systemd', () => {
  it('sees the lines, keys and values that systemd sees, and fails where it fails', async () => {
    const units = fc.sample(oddUnit, 400);
    const verdicts = await askSystemd(units);
    for (const [i, unit] of units.entries()) {
      const ours = expected(unit);
      const theirs = verdicts[i];
      const shown = JSON.stringify(unit.toString('latin1'));
      expect(theirs?.loads, shown).toBe(ours.loads);
      expect(
        theirs?.complaints.filter(({ line }) => line < fatalLineOf(unit)),
        shown,
      ).toEqual(ours.complaints);
    }
  });
});
