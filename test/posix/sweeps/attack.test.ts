// @module-tag root
// @module-tag slow
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cases } from '../../support/campaign.js';

const ROOT = join(import.meta.dirname, '../../..');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const MINUTE = 60_000;

interface Battle {
  readonly tries: number;
  readonly losses: number;
  readonly changed: number;
  readonly findLosses: number;
}

/** The rows of the table that the script prints last. */
async function attack(tries: number, ...kinds: readonly string[]): Promise<ReadonlyMap<string, Partial<Battle>>> {
  // The script starts itself again in another directory.
  const args = ['--import', TSX, join(ROOT, 'scripts/attack.ts'), String(tries), ...kinds];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 1024 * 1024 * 16 });
  return new Map(Object.entries(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, Battle>));
}

describe('writers under attack', () => {
  it(
    'lose nothing in contested tries, whatever is exchanged, where cp, install and mv lose',
    async () => {
      const tries = cases(2, 200);
      // Of 192 rows every fifth: each writer two or three times, each way by both.
      const every = cases(5, 1);
      const fought = await attack(tries, 'writers', '--every', String(every));
      const programs = [...fought].filter(([name]) => name.startsWith('program '));
      // For both attackers: each program in two ways, each writer in six.
      expect([programs.length, fought.size - programs.length]).toEqual([2 * 2 * 3, Math.ceil((2 * 6 * 16) / every)]);
      for (const [name, { losses }] of programs) expect(losses, name).toBeGreaterThan(0);
      for (const [name, { tries: contested = 0, losses }] of fought)
        if (!name.startsWith('program ')) expect([contested >= tries, losses], name).toEqual([true, 0]);
    },
    cases(30, 300) * MINUTE,
  );
});

describe('sweeps under attack', () => {
  it(
    'lose nothing in contested tries of six kinds, where find -exec chown loses',
    async () => {
      const kinds = ['file', 'hard-link', 'fifo', 'directory', 'ancestor', 'root'];
      const tries = cases(20, 1_000);
      const battles = await attack(tries, ...kinds);
      expect(battles.size).toBe(2 * 2 * kinds.length);
      for (const [name, { tries: contested = 0, losses, changed, findLosses }] of battles) {
        expect([contested >= tries, losses], name).toEqual([true, 0]);
        expect(changed, name).toBeGreaterThan(0);
        // A FIFO of the attacker's own is nothing to lose.
        if (!name.includes('fifo')) expect(findLosses, name).toBeGreaterThan(0);
      }
    },
    cases(30, 300) * MINUTE,
  );
});
