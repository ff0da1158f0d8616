import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import {
  mayRestore,
  readFileState,
  replaceRecorded,
  restoreFile,
} from '../../../../src/recipes/steps/files/fileState.js';
import type { FileState } from '../../../../src/recipes/steps/files/fileState.js';
import { tempDir } from '../../tempDir.js';
import { snapshotTree } from '../../stepHarness.js';

const OURS = Buffer.from('what the run wrote\n');
let dir: string;
let path: string;
let records: string;

function context(force = false): StepContext {
  return {
    runDir: records,
    recordPath: (name) => join(records, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force,
  };
}

async function stateOf(file: string): Promise<FileState> {
  const state = await readFileState(file);
  if (state.isErr() || state.value === null) throw new Error(`${file} cannot be read`);
  return state.value;
}

async function replaced(): Promise<FileState> {
  const before = await stateOf(path);
  const done = await replaceRecorded(path, OURS, before, context(), { mode: 0o644 });
  if (done.isErr()) throw new Error(done.error.message);
  return before;
}

async function notesOf(back: ReturnType<typeof restoreFile>): Promise<readonly string[] | string> {
  return back.match(
    ({ notes }) => notes,
    ({ code }) => code,
  );
}

beforeEach(() => {
  dir = tempDir();
  records = tempDir();
  path = join(dir, 'file');
  writeFileSync(path, Buffer.from([0xff, 0x00, 0x0a]), { mode: 0o640 });
  utimesSync(path, 1_600_000_000, 1_600_000_000.123456);
});

describe('readFileState', () => {
  test('has every byte and the whole mode, and is null for what is not there', async () => {
    chmodSync(path, 0o2640);
    expect(await stateOf(path)).toEqual({
      bytes: '/wAK',
      mode: 0o2640,
      uid: lstatSync(path).uid,
      gid: lstatSync(path).gid,
      within: String(lstatSync(dir).ino),
    });
    const missing = await readFileState(join(dir, 'missing'));
    expect(missing.isOk() && missing.value).toBeNull();
  });

  test('follows no link and reads no directory', async () => {
    symlinkSync(path, join(dir, 'link'));
    mkdirSync(join(dir, 'directory'));
    for (const name of ['link', 'directory']) {
      const read = await readFileState(join(dir, name));
      expect(read).toBeErr({ code: 'NOT_A_REGULAR_FILE' });
    }
  });
});

describe('replaceRecorded and restoreFile', () => {
  test('bring bytes, mode, owner and time of change back to the nanosecond', async () => {
    const before = snapshotTree(dir);
    const state = await replaced();
    expect(readFileSync(path)).toEqual(OURS);
    expect(await notesOf(restoreFile(path, state, OURS, context()))).toEqual([]);
    expect(snapshotTree(dir)).toBe(before);
    expect(await notesOf(restoreFile(path, state, OURS, context()))).toEqual([]);
    expect(snapshotTree(dir)).toBe(before);
  });

  test('finish an undo that was cut off before it gave the time back', async () => {
    const before = snapshotTree(dir);
    const state = await replaced();
    writeFileSync(path, Buffer.from(state.bytes, 'base64'));
    chmodSync(path, 0o640);
    expect(snapshotTree(dir)).not.toBe(before);
    expect(await notesOf(restoreFile(path, state, OURS, context()))).toEqual([]);
    expect(snapshotTree(dir)).toBe(before);
  });

  test('replace nothing that is not as recorded', async () => {
    const before = await stateOf(path);
    writeFileSync(path, 'edited');
    const done = await replaceRecorded(path, OURS, before, context());
    expect(done).toBeErr({ code: 'CHANGED_MEANWHILE' });
    expect(readFileSync(path, 'utf8')).toBe('edited');
  });

  test('remove what the run created, and say nothing when it is gone already', async () => {
    writeFileSync(path, OURS);
    expect(await notesOf(restoreFile(path, null, OURS, context()))).toEqual([]);
    expect(existsSync(path)).toBe(false);
    expect(await notesOf(restoreFile(path, null, OURS, context()))).toEqual([]);
  });
});

describe('a file that was edited since', () => {
  test('is refused and left', async () => {
    const state = await replaced();
    writeFileSync(path, 'edited');
    for (const before of [state, null]) {
      expect(await notesOf(restoreFile(path, before, OURS, context()))).toBe('CHANGED_SINCE');
      const may = await mayRestore(path, before, OURS, { force: false });
      expect(may).toBeErr({ code: 'CHANGED_SINCE' });
    }
    expect(readFileSync(path, 'utf8')).toBe('edited');
  });

  test('is taken back when forced, and kept among the records, readable by nobody else', async () => {
    const before = snapshotTree(dir);
    const state = await replaced();
    writeFileSync(path, 'edited');
    const [note = ''] = await notesOf(restoreFile(path, state, OURS, context(true)));
    const kept = / kept in (\S+)$/.exec(note)?.[1] ?? '';
    expect(readFileSync(kept, 'utf8')).toBe('edited');
    expect(lstatSync(kept).mode & 0o777).toBe(0o600);
    expect(snapshotTree(dir)).toBe(before);
  });

  test('is removed when forced where there was none before, and kept all the same', async () => {
    writeFileSync(path, 'edited');
    const notes = await notesOf(restoreFile(path, null, OURS, context(true)));
    expect(notes[0]).toContain('kept in');
    expect(existsSync(path)).toBe(false);
  });

  test('comes back when it was removed since, but only when forced', async () => {
    const state = await replaced();
    rmSync(path);
    expect(await notesOf(restoreFile(path, state, OURS, context()))).toBe('CHANGED_SINCE');
    const [note] = await notesOf(restoreFile(path, state, OURS, context(true)));
    expect(note).toContain('had been removed');
    expect(readFileSync(path).toString('base64')).toBe(state.bytes);
  });
});

describe('mayRestore', () => {
  test('allows what the run wrote and what was there before', async () => {
    const before = await stateOf(path);
    expect(await mayRestore(path, before, OURS, { force: false })).toBeOk();
    writeFileSync(path, OURS);
    expect(await mayRestore(path, before, OURS, { force: false })).toBeOk();
    expect(await mayRestore(path, null, OURS, { force: false })).toBeOk();
    rmSync(path);
    expect(await mayRestore(path, null, OURS, { force: false })).toBeOk();
  });
});
