// @module-tag root
// @module-tag slow
import { appendFileSync, chmodSync, linkSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TreeChange } from '../../../src/posix/handles/tree.js';
import { freshPlace, run } from '../support/place.js';
import { openChangeRecord, readChangeRecord } from '../../../src/posix/sweeps/changeRecord.js';
import type { ChangeRecord } from '../../../src/posix/sweeps/changeRecord.js';

const CHANGE: TreeChange = {
  path: Buffer.from([0x61, 0x2f, 0xff, 0x0a]),
  type: 'file',
  dev: '2049',
  ino: '18446744073709551615',
  before: { uid: 0, gid: 0, mode: 0o600 },
  after: { uid: 33, gid: 4294967294, mode: 0o2664 },
};

async function open(file: string): Promise<ChangeRecord> {
  const opened = await openChangeRecord(file);
  if (opened.isErr()) throw new Error(`${opened.error.code}: ${opened.error.message}`);
  return opened.value;
}

async function note(file: string, ...changes: readonly TreeChange[]): Promise<void> {
  const record = await open(file);
  expect(await record.append(changes)).toBeOk();
  expect(await record.close()).toBeOk();
}

async function codeOf(file: string): Promise<string> {
  const opened = await openChangeRecord(file);
  return opened.isErr() ? opened.error.code : 'OK';
}

describe('openChangeRecord', () => {
  it('keeps every byte of a path, and is readable by root alone', async () => {
    const file = join(freshPlace(), 'record');
    await note(file, CHANGE);
    const read = await readChangeRecord(file);
    expect(read).toBeOk([CHANGE]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('has a batch on disk when append answers', async () => {
    const place = freshPlace();
    const file = join(place, 'record');
    const record = await open(file);
    expect(await record.append([CHANGE, CHANGE])).toBeOk();
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(4);
    expect(await record.close()).toBeOk();
    expect(await record.append([CHANGE])).toBeErr();
  });

  it('continues a record, without the torn line a crash left at its end', async () => {
    const file = join(freshPlace(), 'record');
    await note(file, CHANGE);
    const whole = readFileSync(file);
    for (let cut = 0; cut < whole.length; cut += 1) {
      writeFileSync(file, whole.subarray(0, cut));
      chmodSync(file, 0o600);
      await note(file, CHANGE);
      const read = await readChangeRecord(file);
      expect(read, `cut at ${cut}`).toBeOk([CHANGE]);
    }
  });

  it('refuses a file that is no record and leaves it as it is', async () => {
    const file = join(freshPlace(), 'notes');
    writeFileSync(file, 'shopping list\n', { mode: 0o600 });
    expect(await codeOf(file)).toBe('RECORD_CORRUPT');
    expect(readFileSync(file, 'utf8')).toBe('shopping list\n');
  });

  it('refuses a link, a second name, a file open to others, a FIFO, and a missing directory', async () => {
    const place = freshPlace();
    const file = join(place, 'record');
    await note(file, CHANGE);
    symlinkSync(file, join(place, 'link'));
    expect(await codeOf(join(place, 'link'))).toBe('RECORD_UNTRUSTED');
    run('mkfifo', ['-m', '600', join(place, 'pipe')]);
    expect(await codeOf(join(place, 'pipe'))).toBe('RECORD_UNTRUSTED');
    expect(await codeOf(join(place, 'missing/record'))).toBe('NOT_FOUND');
    chmodSync(file, 0o644);
    expect(await codeOf(file)).toBe('RECORD_UNTRUSTED');
    chmodSync(file, 0o600);
    linkSync(file, join(place, 'second'));
    expect(await codeOf(file)).toBe('RECORD_UNTRUSTED');
  });
});

describe('readChangeRecord', () => {
  it('passes over a torn last line and refuses any other bad one, naming it', async () => {
    const file = join(freshPlace(), 'record');
    await note(file, CHANGE, CHANGE);
    appendFileSync(file, '{"path":"');
    const torn = await readChangeRecord(file);
    expect(torn.isOk() && torn.value).toHaveLength(2);
    appendFileSync(file, '\n');
    const corrupt = await readChangeRecord(file);
    expect(corrupt).toBeErr({ code: 'RECORD_CORRUPT', line: 4 });
  });

  it('refuses a path that would lead out of the tree', async () => {
    for (const path of ['../etc/shadow', '/etc/shadow', 'a//b', 'a/./b', 'a\0']) {
      const file = join(freshPlace(), 'record');
      await note(file, { ...CHANGE, path: Buffer.from(path) });
      const read = await readChangeRecord(file);
      expect(read, path).toBeErr({ code: 'RECORD_CORRUPT' });
    }
  });

  it('tells that there is no record', async () => {
    const read = await readChangeRecord(join(freshPlace(), 'none'));
    expect(read).toBeErr({ code: 'NOT_FOUND' });
  });
});
