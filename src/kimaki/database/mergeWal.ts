/** Frames follow a header of this size, each with one of its own before the page. */
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/**
 * Gives a database as SQLite reads it with its write-ahead log, as one image that needs none; neither is changed.
 *
 * Only whole transactions count: what comes after the last commit, is cut off, fails its checksum or carries the salt of an
 * earlier generation is left out, as recovery does. A log with a bad header counts as none. The image says that it
 * has no log (bytes 18 and 19), and is as many pages long as the last commit says.
 *
 * Null where SQLite would not read it either, or not this way: no database, or a log of another page size or version.
 *
 * Source: sqlite.org/fileformat2.html#the_write_ahead_log; SQLite's wal.c, walIndexRecover, and pager.c.
 */
export function mergeWal(database: Buffer, wal: Buffer | null): Buffer | null {
  if (database.length === 0) return Buffer.alloc(0);
  const pageSize = pageSizeOf(database);
  if (pageSize === null) return null;
  const log = readLog(wal ?? Buffer.alloc(0));
  if (log !== null && log.frames.length > 0 && (log.pageSize !== pageSize || log.version !== 3_007_000)) return null;
  const frames = log?.frames ?? [];
  const size = (frames.at(-1)?.pagesAfter ?? Math.ceil(database.length / pageSize)) * pageSize;
  const image = Buffer.alloc(size);
  database.copy(image, 0, 0, size);
  for (const { page, data } of frames) {
    // A page beyond the end was cut off by a later commit.
    if (page * pageSize <= size) data.copy(image, (page - 1) * pageSize);
  }
  for (const version of [18, 19]) if (image[version] === 2) image[version] = 1;
  return image;
}

/** Of a database, from its first bytes; null for something else. */
export function pageSizeOf(database: Buffer): number | null {
  if (database.length < 100 || database.toString('latin1', 0, 16) !== 'SQLite format 3\0') return null;
  const size = database.readUInt16BE(16);
  return size === 1 ? 65_536 : isPageSize(size) ? size : null;
}

interface Frame {
  readonly page: number;
  /** Pages of the database after the commit that this frame ends; 0 within a transaction. */
  readonly pagesAfter: number;
  readonly data: Buffer;
}

interface Log {
  readonly pageSize: number;
  readonly version: number;
  /** Of whole transactions, in order. */
  readonly frames: readonly Frame[];
}

function readLog(wal: Buffer): Log | null {
  if (wal.length < WAL_HEADER) return null;
  const magic = wal.readUInt32BE(0);
  const pageSize = wal.readUInt32BE(8);
  if ((magic & ~1) >>> 0 !== 0x377f0682 || !isPageSize(pageSize)) return null;
  const isBigEndian = (magic & 1) === 1;
  let sums = checksum([0, 0], wal.subarray(0, 24), isBigEndian);
  if (sums[0] !== wal.readUInt32BE(24) || sums[1] !== wal.readUInt32BE(28)) return null;
  const salts = wal.subarray(16, 24);
  const frames: Frame[] = [];
  let committed = 0;
  for (let at = WAL_HEADER; at + FRAME_HEADER + pageSize <= wal.length; at += FRAME_HEADER + pageSize) {
    const data = wal.subarray(at + FRAME_HEADER, at + FRAME_HEADER + pageSize);
    const page = wal.readUInt32BE(at);
    if (page === 0 || !wal.subarray(at + 8, at + 16).equals(salts)) break;
    sums = checksum(checksum(sums, wal.subarray(at, at + 8), isBigEndian), data, isBigEndian);
    if (sums[0] !== wal.readUInt32BE(at + 16) || sums[1] !== wal.readUInt32BE(at + 20)) break;
    const pagesAfter = wal.readUInt32BE(at + 4);
    frames.push({ page, pagesAfter, data });
    if (pagesAfter !== 0) committed = frames.length;
  }
  return { pageSize, version: wal.readUInt32BE(4), frames: frames.slice(0, committed) };
}

function checksum([first, second]: readonly [number, number], bytes: Buffer, isBigEndian: boolean): [number, number] {
  let one = first;
  let two = second;
  for (let at = 0; at < bytes.length; at += 8) {
    one = (one + (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + two) >>> 0;
    two = (two + (isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + one) >>> 0;
  }
  return [one, two];
}

function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;
}
