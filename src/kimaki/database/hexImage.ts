const DIGITS = Buffer.from('0123456789abcdef');
const ROW = 16;

/**
 * A database as sqlite3 takes it from its standard input, so that it has no file to open: what follows the command
 * `.open --hexdb`. Rows of nothing but zeros are left out.
 *
 * Source: SQLite's shell.c, readHexDb.
 */
export function hexImage(image: Buffer, pageSize: number): Buffer {
  const rows: Buffer[] = [Buffer.from(`| size ${image.length} pagesize ${pageSize} filename x\n`)];
  for (let page = 0; page * pageSize < image.length; page += 1) {
    rows.push(Buffer.from(`| page ${page + 1} offset ${page * pageSize}\n`), hexPage(image, page * pageSize, pageSize));
  }
  rows.push(Buffer.from('| end x\n'));
  return Buffer.concat(rows);
}

function hexPage(image: Buffer, start: number, pageSize: number): Buffer {
  const text = Buffer.allocUnsafe((pageSize / ROW) * (2 + 5 + 1 + ROW * 3 + 1));
  let used = 0;
  for (let offset = 0; offset < pageSize; offset += ROW) {
    const at = start + offset;
    let any = 0;
    for (let i = 0; i < ROW; i += 1) any |= image[at + i] ?? 0;
    if (any === 0) continue;
    used += text.write(`| ${offset}:`, used, 'latin1');
    for (let i = 0; i < ROW; i += 1) {
      const byte = image[at + i] ?? 0;
      text[used] = 0x20;
      text[used + 1] = DIGITS[byte >> 4] ?? 0;
      text[used + 2] = DIGITS[byte & 15] ?? 0;
      used += 3;
    }
    text[used] = 0x0a;
    used += 1;
  }
  return text.subarray(0, used);
}
