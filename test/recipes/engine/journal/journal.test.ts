// @module-tag slow
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { resumeRun } from '../../../../src/recipes/engine/run/resumeRun.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import { runStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import { Journal, readJournal } from '../../../../src/recipes/engine/journal/journal.js';
import { runFilesIn } from '../../../../src/recipes/engine/journal/runFiles.js';
import { FakeHost, put } from '../../fakeHost.js';
import { killedRuns, stage } from '../../killedRuns.js';
import { tempDir } from '../../tempDir.js';

const STEPS = [put('a', '1'), put('b', '2'), put('c', '3')];

async function appliedHost(): Promise<FakeHost> {
  const host = new FakeHost(tempDir());
  host.remember();
  const applied = await applyPlan({ plan: await host.plan(STEPS), registry: host.registry, stateDir: host.stateDir });
  expect(applied).toBeOk();
  return host;
}

async function stateOf(host: FakeHost): Promise<string> {
  return runStatus({ recipe: 'fake', stateDir: host.stateDir }).match(
    ({ state }) => state,
    (error) => (error.code === 'JOURNAL_CORRUPT' ? `${error.code} ${error.record}` : error.code),
  );
}

test('a journal that lost more than its last record is refused, though every record left is right', async () => {
  const source = await appliedHost();
  const lines = readFileSync(source.journal ?? '', 'utf8').split(/(?<=\n)/);
  const states: string[] = [];
  for (let keep = 0; keep <= lines.length; keep++) {
    writeFileSync(source.journal ?? '', lines.slice(0, keep).join(''));
    states.push(await stateOf(source));
  }
  const lost = Array.from({ length: lines.length - 1 }, (_, index) => `JOURNAL_CORRUPT ${index + 1}`);
  expect(states).toEqual([...lost, 'applied', 'applied']);
});

test('a journal with a changed byte is refused, or read whole where only the end of its last line is gone', async () => {
  const host = await appliedHost();
  const journal = host.journal ?? '';
  const bytes = readFileSync(journal);
  for (let at = 0; at < bytes.length - 1; at += 7) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x04;
    writeFileSync(journal, damaged);
    expect(await stateOf(host), `byte ${at}`).toMatch(/^JOURNAL_CORRUPT/);
  }
  writeFileSync(journal, Buffer.concat([bytes.subarray(0, -1), Buffer.from('x')]));
  expect(await stateOf(host)).toBe('applied');
});

test('damage to the head file alone changes nothing, or is refused where it promises more records than there are', async () => {
  const host = await appliedHost();
  const head = join(dirname(host.journal ?? ''), 'journal.head');
  const bytes = readFileSync(head);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x01;
    writeFileSync(head, damaged);
    expect(await stateOf(host), `byte ${at}`).toMatch(at < 12 ? /^(applied|JOURNAL_CORRUPT \d+)$/ : /^applied$/);
    writeFileSync(head, bytes.subarray(0, at));
    expect(await stateOf(host), `${at} bytes`).toBe('applied');
  }
});

test('a last record that is cut off or damaged at its end loses nothing: forward or back, the run ends as if it were whole', async () => {
  const source = await appliedHost();
  const after = { ...source.values };
  for (const killed of killedRuns(source).filter(({ tornBytes }) => tornBytes === 0)) {
    const lines = readFileSync(source.journal ?? '', 'utf8').split(/(?<=\n)/);
    const last = (lines[killed.records - 1] ?? '').length;
    for (const lost of [1, last >> 1, last]) {
      for (const way of ['resume', 'rollback'] as const) {
        const host = stage(source, killed, tempDir());
        const journal = host.journal ?? '';
        writeFileSync(journal, readFileSync(journal).subarray(0, -lost));
        const request = { recipe: 'fake', registry: host.registry, stateDir: host.stateDir };
        const ended = way === 'resume' ? await resumeRun(request) : await rollbackRun(request);
        const nothing = ended.isErr() && ended.error.code === 'NO_RUN';
        expect(ended.isOk() || nothing, `${way} after ${killed.records} records without ${lost} bytes`).toBe(true);
        expect(host.values, `${way} after ${killed.records} records without ${lost} bytes`).toEqual(
          way === 'resume' ? after : {},
        );
      }
    }
  }
});

test('an incomplete last record is cut away before the next one is written', async () => {
  const source = await appliedHost();
  const killed = killedRuns(source).find(({ records, tornBytes }) => records === 4 && tornBytes > 1);
  const host = stage(source, killed ?? { records: 0, values: {}, tornBytes: 0 }, tempDir());
  expect(await resumeRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir })).toBeOk();
  expect(await stateOf(host)).toBe('applied');
  expect(host.records.filter(({ type }) => type === 'run-resumed')).toHaveLength(1);
});

test('a journal of which nothing is left is refused too: a run has its first record before it has its name', async () => {
  const host = await appliedHost();
  const journal = host.journal ?? '';
  for (const content of [Buffer.alloc(0), Buffer.alloc(4096)]) {
    writeFileSync(journal, content);
    writeFileSync(join(dirname(journal), 'journal.head'), content);
    expect(await stateOf(host)).toBe('JOURNAL_CORRUPT 1');
    const again = await applyPlan({ plan: await host.plan(STEPS), registry: host.registry, stateDir: host.stateDir });
    expect(again).toBeErr({ code: 'JOURNAL_CORRUPT' });
  }
});

test('what a live run writes while its journal is read is no damage', async () => {
  const host = await appliedHost();
  const files = runFilesIn(dirname(host.journal ?? ''));
  const { journal } = (await Journal.open(files))._unsafeUnwrap();
  const handle = await open(files.journal);
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const readFile = Reflect.get(prototype, 'readFile') as (this: FileHandle) => Promise<Buffer>;
  // As much as a busy run writes between the two reads of a slow one.
  const slow = async function (this: FileHandle): Promise<Buffer> {
    const read = await Reflect.apply(readFile, this, []);
    for (let count = 0; count < 3; count++) (await journal.append({ type: 'run-paused' }, new Date()))._unsafeUnwrap();
    return read;
  };
  vi.spyOn(prototype, 'readFile').mockImplementation(slow as never);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const read = await readJournal(files);
  await journal.close();
  expect(read.isOk() ? 'whole' : read.error.message).toBe('whole');
});
