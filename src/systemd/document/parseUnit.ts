import { isAscii, isUtf8 } from 'node:buffer';
import { ContinuedLine } from './continuedLine.js';
import type { LogicalLine } from './continuedLine.js';
import { BOM, LONG_LINE_MAX, isBlank, isComment, isContinued, physicalLineAt } from './physicalLines.js';
import type { PhysicalLine } from './physicalLines.js';
import type { Assignment, SectionHeader, UnitDocument, UnitProblem, UnitProblemCode } from './unitDocument.js';

/**
 * Reads a unit file or drop-in exactly as systemd does, and keeps every byte of it.
 *
 * Never fails and never throws: whatever systemd would complain about is listed in `problems`, and a file that is not
 * safe to edit says so in `unsafe`. It takes time in proportion to the size, for any bytes.
 *
 * It does not know which keys and sections exist, does not unquote or expand values, and does not look at drop-ins.
 * The bytes are not copied: do not write to the array afterwards. A string is taken as UTF-8.
 *
 * Source: systemd.syntax(7); `config_parse()` and `parse_line()` in systemd's src/shared/conf-parser.c.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parseUnit } from '@wca/runtime-sdk/systemd';
 *
 * const unit = parseUnit(await readFile('/etc/systemd/system/kimaki.service'));
 * for (const { section, key, value, line } of unit.assignments) console.log(line, section, key, value);
 * if (unit.unsafe !== null) console.error(`line ${unit.unsafe.line}: ${unit.unsafe.message}`);
 * ```
 */
export function parseUnit(input: string | Uint8Array): UnitDocument {
  const bytes = toBuffer(input);
  const reader = new UnitReader(bytes);
  return reader.read();
}

/** What makes a file unsafe to edit; the other problems are lines that systemd ignores. */
const UNSAFE: ReadonlySet<UnitProblemCode> = new Set([
  'NUL_BYTE',
  'BARE_CR',
  'INVALID_UTF8',
  'LINE_TOO_LONG',
  'BROKEN_HEADER',
  'REPEATED_BOM',
]);

/** systemd's `unichar_is_valid()` refuses these although they are well-formed UTF-8. */
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u;

/** A header may hold no control character, quote, backslash or DEL: `string_is_safe()` in systemd. */
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const BAD_IN_HEADER = /[\u0000-\u001f"'\\\u007f]/;

/** A section that may still grow. */
type OpenSection = { -readonly [K in keyof SectionHeader]: SectionHeader[K] };

class UnitReader {
  readonly #bytes: Buffer;
  /** The file with one character per byte, so that an index is a byte offset. */
  readonly #text: string;
  readonly #ascii: boolean;
  readonly #validUtf8: boolean;
  readonly #assignments: Assignment[] = [];
  readonly #sections: OpenSection[] = [];
  readonly #problems: UnitProblem[] = [];
  #section: string | null = null;
  #lastSection: OpenSection | null = null;
  #nextEquals = -1;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#text = bytes.toString('latin1');
    this.#ascii = isAscii(bytes);
    this.#validUtf8 = this.#ascii || (isUtf8(bytes) && !NONCHARACTER.test(bytes.toString('utf8')));
  }

  read(): UnitDocument {
    const endsInContinuation = this.#readLines();
    const problems = this.#problems;
    const unsafe = problems.find(({ code }) => UNSAFE.has(code)) ?? null;
    return {
      bytes: this.#bytes,
      assignments: this.#assignments,
      sections: this.#sections,
      problems,
      editable: unsafe === null,
      unsafe,
      endsInContinuation,
    };
  }

  #readLines(): boolean {
    const text = this.#text;
    // Where every CR stands before a LF and no NUL occurs, cutting at LF gives the lines systemd sees.
    const plain = !text.includes('\0') && !(text.includes('\r') && /\r(?!\n)/.test(text));
    let bomSeen = false;
    // For the lines that stand by themselves, which most do: one object serves all.
    const one = { source: text, from: 0, to: 0, line: 0, lastLine: 0, start: 0, end: 0, offsetOf: identity };
    let continued: ContinuedLine | null = null;
    let number = 0;
    for (let at = 0; at < text.length;) {
      const line = plain ? this.#plainLineAt(at) : physicalLineAt(text, at);
      at = line.end;
      number += 1;
      if (!plain) this.#noteHiddenLineEnds(line, number);
      if (line.contentEnd - line.start >= LONG_LINE_MAX) {
        this.#note(
          'LINE_TOO_LONG',
          number,
          `the line has ${line.contentEnd - line.start} bytes, and systemd takes less than 1 MiB`,
        );
      }
      if (isComment(text, line)) {
        if (continued === null) this.#extendSection(line.end);
        continue;
      }
      let from = line.start;
      if (!this.#ascii && text.startsWith(BOM, from)) {
        if (bomSeen)
          this.#note('REPEATED_BOM', number, 'a second byte order mark, which systemd reads as part of the text');
        else from += BOM.length;
        bomSeen = true;
      }
      if (isContinued(text, line)) {
        continued ??= new ContinuedLine(line.start, number);
        continued.add(`${text.slice(from, line.contentEnd - 1)} `, from, line.end, number);
      } else if (continued !== null) {
        continued.add(text.slice(from, line.contentEnd), from, line.end, number);
        this.#readLogical(continued.joined());
        continued = null;
      } else {
        one.from = from;
        one.to = line.contentEnd;
        one.line = number;
        one.lastLine = number;
        one.start = line.start;
        one.end = line.end;
        this.#readLogical(one);
      }
    }
    if (continued === null) return false;
    // systemd counts one line more for what the end of the file cuts off.
    this.#readLogical({ ...continued.joined(), lastLine: number + 1 });
    return true;
  }

  #plainLineAt(start: number): PhysicalLine {
    const newline = this.#text.indexOf('\n', start);
    if (newline === -1) return { start, contentEnd: this.#text.length, end: this.#text.length };
    const cr = newline > start && this.#text.charCodeAt(newline - 1) === 0x0d;
    return { start, contentEnd: cr ? newline - 1 : newline, end: newline + 1 };
  }

  #noteHiddenLineEnds({ contentEnd, end }: PhysicalLine, line: number): void {
    for (let at = contentEnd; at < end; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x00)
        this.#noteOnce('NUL_BYTE', line, 'a NUL byte, which ends a line for systemd and not for an editor');
      if (code === 0x0d && this.#text.charCodeAt(at + 1) !== 0x0a) {
        this.#noteOnce('BARE_CR', line, 'a CR without LF, which ends a line for systemd and not for most editors');
      }
    }
  }

  #readLogical(logical: LogicalLine): void {
    const { source, line, lastLine } = logical;
    let { from, to } = logical;
    // Joined, a line may have the whole MiB; `config_parse()` compares otherwise than `read_line()`.
    if (to - from > LONG_LINE_MAX && line !== lastLine) {
      this.#note('LINE_TOO_LONG', lastLine, `the continued line has ${to - from} bytes, and systemd takes 1 MiB`);
    }
    while (from < to && isBlank(source.charCodeAt(from))) from += 1;
    while (to > from && isBlank(source.charCodeAt(to - 1))) to -= 1;
    const header = from < to && source.charCodeAt(from) === 0x5b;
    // Continued lines count even when all they say is blank: nothing may be put between them.
    if (!header && (from < to || line !== lastLine)) this.#extendSection(logical.end);
    if (from === to) return;
    if (!this.#validUtf8 && !isSystemdUtf8(source.slice(from, to))) {
      this.#note('INVALID_UTF8', lastLine, 'invalid UTF-8 outside a comment; systemd refuses the whole unit');
    }
    if (header) this.#readHeader(logical, from, to);
    else if (this.#section === null) {
      this.#note('ASSIGNMENT_OUTSIDE_SECTION', lastLine, 'text before the first section header, which systemd ignores');
    } else this.#readAssignment(logical, this.#section, from, to);
  }

  #readHeader({ source, line, lastLine, start, end }: LogicalLine, from: number, to: number): void {
    const name = source.slice(from + 1, to - 1);
    if (source.charCodeAt(to - 1) !== 0x5d) {
      this.#note(
        'BROKEN_HEADER',
        lastLine,
        "a section header that does not end in ']', for which systemd refuses the whole unit",
      );
    } else if (BAD_IN_HEADER.test(name)) {
      this.#note(
        'BROKEN_HEADER',
        lastLine,
        'a section header with characters for which systemd refuses the whole unit',
      );
    } else {
      this.#section = this.#decode(name);
      this.#lastSection = { name: this.#section, line, lastLine, start, end, bodyEnd: end };
      this.#sections.push(this.#lastSection);
    }
  }

  #readAssignment(logical: LogicalLine, section: string, from: number, to: number): void {
    const { source, line, lastLine, start, end, offsetOf } = logical;
    const equals = this.#equalsIn(source, from, to);
    if (equals === -1) {
      this.#note('MISSING_EQUALS', lastLine, "a line without '=', which systemd ignores");
      return;
    }
    if (equals === from) {
      this.#note('MISSING_KEY', lastLine, "a line without a key before '=', which systemd ignores");
      return;
    }
    let keyEnd = equals;
    while (keyEnd > from && isBlank(source.charCodeAt(keyEnd - 1))) keyEnd -= 1;
    let valueFrom = equals + 1;
    while (valueFrom < to && isBlank(source.charCodeAt(valueFrom))) valueFrom += 1;
    // `to` is trimmed: an empty value would go behind the blanks that follow the `=`, on its line.
    const empty = valueFrom >= to;
    const emptyAt = empty ? this.#behindBlanks(offsetOf(equals) + 1) : 0;
    this.#assignments.push({
      section,
      key: this.#decode(source.slice(from, keyEnd)),
      value: empty ? '' : this.#decode(source.slice(valueFrom, to)),
      line,
      lastLine,
      start,
      end,
      // In the file's own text an index is a place.
      valueStart: empty ? emptyAt : source === this.#text ? valueFrom : offsetOf(valueFrom),
      valueEnd: empty ? emptyAt : source === this.#text ? to : offsetOf(to - 1) + 1,
    });
  }

  /** Where the first `=` of a line stands, or -1. */
  #equalsIn(source: string, from: number, to: number): number {
    if (source !== this.#text) {
      const found = source.indexOf('=', from);
      return found < to ? found : -1;
    }
    // A search does not stop at the line's end: what it found behind it is kept for the lines to come.
    if (this.#nextEquals < from) {
      const found = source.indexOf('=', from);
      this.#nextEquals = found === -1 ? Infinity : found;
    }
    return this.#nextEquals < to ? this.#nextEquals : -1;
  }

  #behindBlanks(at: number): number {
    let behind = at;
    while (behind < this.#text.length && isBlank(this.#text.charCodeAt(behind))) behind += 1;
    return behind;
  }

  #extendSection(end: number): void {
    if (this.#lastSection !== null) this.#lastSection.bodyEnd = end;
  }

  #decode(latin1: string): string {
    return this.#ascii ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8');
  }

  #note(code: UnitProblemCode, line: number, message: string): void {
    this.#problems.push({ code, line, message });
  }

  #noteOnce(code: UnitProblemCode, line: number, message: string): void {
    if (!this.#problems.some((problem) => problem.code === code)) this.#note(code, line, message);
  }
}

function toBuffer(input: string | Uint8Array): Buffer {
  if (typeof input === 'string') return Buffer.from(input, 'utf8');
  return Buffer.isBuffer(input) ? input : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
}

function isSystemdUtf8(latin1: string): boolean {
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) && !NONCHARACTER.test(bytes.toString('utf8'));
}

function identity(index: number): number {
  return index;
}
