import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { applyPlan, resumeRun, runStatus } from '../../src/recipes/index.js';
import { FakeHost, put } from './fakeHost.js';
import { killedRuns, stage } from './killedRuns.js';
import { tempDir } from './tempDir.js';

const STEPS = [put('a', '1'), put('b', '2'), put('c', '3')];

async function appliedHost(): Promise<FakeHost> {
  const host = new FakeHost(tempDir());
  host.remember();
  const applied = await applyPlan({ plan: await host.plan(STEPS), registry: host.registry, stateDir: host.stateDir });
  expect(applied.isOk()).toBe(true);
  return host;
}

async function stateOf(host: FakeHost): Promise<string> {
  return runStatus({ stateDir: host.stateDir }).match(
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
  expect(states).toEqual([...lost, 'interrupted', 'applied']);
});

test('a journal with a changed byte is refused or understood as if cut off there', async () => {
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
  expect(await stateOf(host)).toBe('interrupted');
});

test('an incomplete last record is cut away before the next one is written', async () => {
  const source = await appliedHost();
  const killed = killedRuns(source).find(({ records, tornBytes }) => records === 4 && tornBytes > 1);
  const host = stage(source, killed ?? { records: 0, values: {}, tornBytes: 0 }, tempDir());
  expect((await resumeRun({ registry: host.registry, stateDir: host.stateDir })).isOk()).toBe(true);
  expect(await stateOf(host)).toBe('applied');
  expect(host.records.filter(({ type }) => type === 'run-resumed')).toHaveLength(1);
});
