import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followRunUnit, tellingOf } from '../../../src/recipes/runner/runUnit.js';
import type { RunUnit } from '../../../src/recipes/runner/runUnit.js';
import { tempDir } from '../tempDir.js';

function unitHere(): RunUnit & { readonly events: string } {
  const directory = tempDir();
  const events = join(directory, 'events.jsonl');
  writeFileSync(events, '');
  return { name: 'wca-run-20260102T030405Z-0a1b2c.service', directory, events };
}

test('what a unit tells is followed line by line, in order and from the beginning', async () => {
  const unit = unitHere();
  const telling = await tellingOf(unit);
  for (let n = 0; n < 2000; n += 1) telling.tell({ n, text: 'ä'.repeat(n % 90) });
  await telling.close();
  const controller = new AbortController();
  const seen: unknown[] = [];
  for await (const line of followRunUnit(unit, controller.signal)) {
    seen.push(line['n']);
    if (seen.length === 2000) controller.abort();
  }
  expect(seen).toEqual(Array.from({ length: 2000 }, (_, n) => n));
});

test('half a line is waited for, and what is no object is passed over', async () => {
  const unit = unitHere();
  appendFileSync(unit.events, '[1]\nnothing\n{"n":1}\n{"n":');
  const controller = new AbortController();
  const seen: unknown[] = [];
  for await (const line of followRunUnit(unit, controller.signal)) {
    seen.push(line['n']);
    if (seen.length === 1) appendFileSync(unit.events, '2}\n');
    else controller.abort();
  }
  expect(seen).toEqual([1, 2]);
});

test('nobody waits for a unit after the wish to leave it', async () => {
  const seen: unknown[] = [];
  for await (const line of followRunUnit(unitHere(), AbortSignal.timeout(50))) seen.push(line);
  expect(seen).toEqual([]);
});
