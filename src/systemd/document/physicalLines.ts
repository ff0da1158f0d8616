/** One line as systemd's `read_line()` cuts it. Offsets count bytes. */
export interface PhysicalLine {
  readonly start: number;
  /** Behind the last byte that is not part of the end-of-line. */
  readonly contentEnd: number;
  /** Behind the end-of-line; equal to `contentEnd` at the end of a file without one. */
  readonly end: number;
}

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0x00;

/**
 * Finds the line that begins at `start`, by systemd's rule: LF, CR and NUL end a line, alone or in a combination of
 * different ones (`\r\n` and `\n\r` are one end-of-line, `\n\n` are two), and nothing is joined to a NUL.
 *
 * Source: `read_line_full()` and `categorize_eol()` in systemd's src/basic/fileio.c.
 *
 * @param text - the file as a latin1 string, so that an index is a byte offset
 */
export function physicalLineAt(text: string, start: number): PhysicalLine {
  let contentEnd = start;
  while (contentEnd < text.length && !isLineEnd(text.charCodeAt(contentEnd))) contentEnd += 1;
  let end = contentEnd;
  let seen = '';
  while (end < text.length) {
    const character = text.charAt(end);
    if (!isLineEnd(text.charCodeAt(end)) || seen.includes(character) || seen.endsWith('\0')) break;
    seen += character;
    end += 1;
  }
  return { start, contentEnd, end };
}

function isLineEnd(code: number): boolean {
  return code === LF || code === CR || code === NUL;
}

/** Blank to systemd inside a line: space and tab. LF and CR are blank too, and never inside a line. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Whether the line is a comment: `#` or `;` after any blanks. Judged before a byte order mark is dropped. */
export function isComment(text: string, line: PhysicalLine): boolean {
  let at = line.start;
  // Letters and brackets, with which most lines begin.
  if (text.charCodeAt(at) > 0x3b) return false;
  while (at < line.contentEnd && isBlank(text.charCodeAt(at))) at += 1;
  const code = at < line.contentEnd ? text.charCodeAt(at) : 0;
  return code === 0x23 || code === 0x3b;
}

/** Whether the line ends in a backslash that no other backslash escapes, and so goes on in the next line. */
export function isContinued(text: string, line: PhysicalLine): boolean {
  let at = line.contentEnd;
  while (at > line.start && text.charCodeAt(at - 1) === 0x5c) at -= 1;
  return (line.contentEnd - at) % 2 === 1;
}

/** The byte order mark as a latin1 string. */
export const BOM = '\u00ef\u00bb\u00bf';

/** Bytes at which a line is too long: "The limit on line length is very large (currently 1 MB)", systemd.syntax(7). */
export const LONG_LINE_MAX = 1024 * 1024;
