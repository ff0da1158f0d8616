import type { Edit, SectionHeader, UnitDocument } from '../document/index.js';

/**
 * Puts one `key=value` line behind the last line that is not blank of the section's last occurrence, or with a header
 * of its own at the end of the file. It takes over the end-of-line of the line before, or its absence.
 */
export function insertAssignment(document: UnitDocument, section: string, key: string, value: string): Edit {
  const header = document.sections.findLast(({ name }) => name === section);
  const line = `${key}=${value}`;
  return insertLines(document, header, header === undefined ? [`[${section}]`, line] : [line]);
}

/**
 * Puts lines behind the last one that is not blank of a section, or behind a blank line at the end of the file.
 *
 * @param lines - without their ends
 */
export function insertLines(document: UnitDocument, header: SectionHeader | undefined, lines: readonly string[]): Edit {
  const { bytes, endsInContinuation } = document;
  const at = header?.bodyEnd ?? bytes.length;
  const complete = at === 0 || bytes[at - 1] === 0x0a;
  const eol = lineEndBefore(bytes, at);
  // A line that the end of the file cuts off needs a blank line to end it, or it takes in what follows.
  const joins = endsInContinuation && (header === undefined || isLast(document, header));
  const gap = joins || (header === undefined && !endsBlank(bytes)) ? eol : '';
  const before = complete ? '' : eol;
  const after = complete ? eol : '';
  return { start: at, end: at, replacement: Buffer.from(`${before}${gap}${lines.join(eol)}${after}`) };
}

function isLast({ sections }: UnitDocument, header: SectionHeader): boolean {
  return sections.at(-1) === header;
}

/** How the line before this place ends; where it does not end, how the first line of the file does. */
function lineEndBefore(bytes: Buffer, at: number): string {
  const newline = bytes[at - 1] === 0x0a ? at - 1 : bytes.indexOf(0x0a);
  return newline > 0 && bytes[newline - 1] === 0x0d ? '\r\n' : '\n';
}

function endsBlank(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', Math.max(0, bytes.length - 4096));
  return text === '' || /(?:^|\n)[ \t]*\r?\n$/.test(text);
}
