import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeHead } from '../../src/recipes/engine/journal/journalText.js';
import { FakeHost } from './fakeHost.js';
import type { Instant } from './fakeHost.js';

/** What a process killed at one instant leaves: host and journal as they were then, an append perhaps cut off. */
export interface Killed extends Instant {
  readonly tornBytes: number;
}

/** Every instant at which the run of this host could have been killed, each with and without a torn record behind. */
export function killedRuns(host: FakeHost): readonly Killed[] {
  const lines = journalLines(host);
  const kills: Killed[] = [];
  for (let records = 1; records <= lines.length; records++) {
    const before = host.instants.filter((instant) => instant.records < records).at(-1);
    const during = host.instants.filter((instant) => instant.records === records);
    for (const { values } of [...(before === undefined ? [] : [before]), ...during]) {
      const next = lines[records];
      for (const tornBytes of next === undefined ? [0] : [0, 1, next.length >> 1, next.length - 1]) {
        kills.push({ records, values, tornBytes });
      }
    }
  }
  return kills;
}

/** The host as that kill left it, in a directory of its own. */
export function stage(source: FakeHost, killed: Killed, dir: string): FakeHost {
  const host = new FakeHost(dir, { ...killed.values });
  copyTree(source.stateDir, host.stateDir);
  const lines = journalLines(source);
  const torn = (lines[killed.records] ?? '').slice(0, killed.tornBytes);
  const journal = host.journal ?? '';
  writeFileSync(journal, lines.slice(0, killed.records).join('') + torn);
  writeFileSync(join(dirname(journal), 'journal.head'), encodeHead(killed.records, lines[killed.records - 1] ?? ''));
  return host;
}

/** Not cpSync, which keeps the modes on some versions of Node only; not cp, which takes longer to start than to copy. */
function copyTree(from: string, to: string): void {
  mkdirSync(to, { mode: statSync(from).mode });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const copy = entry.isDirectory() ? copyTree : copyFileSync;
    copy(join(from, entry.name), join(to, entry.name));
  }
}

function journalLines(host: FakeHost): readonly string[] {
  return readFileSync(host.journal ?? '', 'utf8').match(/[^\n]*\n/g) ?? [];
}
