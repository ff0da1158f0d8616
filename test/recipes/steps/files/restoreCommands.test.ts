import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHAIN_START, encodeRecord } from '../../../../src/recipes/engine/journal/journalText.js';
import { restoreCommands } from '../../../../src/recipes/steps/files/restoreCommands.js';
import { tempDir } from '../../tempDir.js';

test('the commands put back the very bytes that the journal holds, with their owner and mode', () => {
  const dir = join(tempDir(), "it's");
  mkdirSync(dir);
  const [journal, path] = [join(dir, 'journal.jsonl'), join(dir, 'kimaki.service')];
  const bytes = Buffer.from('[Service]\nUser=root\0é\r\n');
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const before = { bytes: bytes.toString('base64'), mode: 0o640, ...owner };
  const other = { bytes: Buffer.from('other').toString('base64'), mode: 0o644, ...owner };
  const at = '2026-01-02T03:04:05.000Z';
  const lines = [
    encodeRecord({ n: 1, at, type: 'step-intended', id: 'unit-10', before: other }, CHAIN_START).line,
    encodeRecord({ n: 2, at, type: 'step-intended', id: 'unit-1', before }, CHAIN_START).line,
  ];
  writeFileSync(journal, lines.join(''));
  for (const command of restoreCommands(path, before, { id: 'unit-1', journal }))
    execFileSync('/bin/sh', ['-c', command]);
  expect(readFileSync(path).equals(bytes)).toBe(true);
  expect(statSync(path).mode & 0o7777).toBe(0o640);
});
