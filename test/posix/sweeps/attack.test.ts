// @module-tag root
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cases } from '../../support/campaign.js';

const ROOT = join(import.meta.dirname, '../../..');
const TRIES = cases(250, 1_000);

interface Battle {
  readonly tries: number;
  readonly losses: number;
  readonly changed: number;
  readonly findLosses: number;
}

describe('writers under attack', () => {
  it('lose nothing in contested tries, whatever is exchanged, where cp, install and mv lose', async () => {
    const run = promisify(execFile);
    const tries = cases(10, 500);
    const args = ['--import', 'tsx', join(ROOT, 'scripts/attack.ts'), String(tries), 'writers'];
    const { stdout } = await run(process.execPath, args, { cwd: ROOT });
    const fought = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, Partial<Battle>>;
    const names = Object.keys(fought);
    expect(names.filter((name) => name.startsWith('program ')).length).toBe(6);
    expect(names.length).toBe(6 + 8 * 5);
    for (const [name, { tries: contested = 0, losses = -1 }] of Object.entries(fought)) {
      if (name.startsWith('program ')) expect(losses, name).toBeGreaterThan(0);
      else expect([contested >= tries, losses], name).toEqual([true, 0]);
    }
  }, 600_000);
});

describe('reclaim under attack', () => {
  it('loses nothing in contested tries of four kinds, where find -exec chown loses', async () => {
    const run = promisify(execFile);
    const kinds = ['file', 'directory', 'ancestor', 'root'];
    const args = ['--import', 'tsx', join(ROOT, 'scripts/attack.ts'), String(TRIES), ...kinds];
    const { stdout } = await run(process.execPath, args, { cwd: ROOT });
    console.log(stdout.trimEnd());
    const battles = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, Battle>;
    expect(Object.keys(battles)).toEqual(kinds);
    for (const [kind, { tries, losses, changed, findLosses }] of Object.entries(battles)) {
      expect(tries, kind).toBeGreaterThanOrEqual(TRIES);
      expect(losses, kind).toBe(0);
      expect(changed, kind).toBeGreaterThan(0);
      expect(findLosses, kind).toBeGreaterThan(0);
    }
  }, 240_000);
});
