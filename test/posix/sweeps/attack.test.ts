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

describe('reclaim under attack', () => {
  it('loses nothing in contested tries of four kinds, where find -exec chown loses', async () => {
    const run = promisify(execFile);
    const args = ['--import', 'tsx', join(ROOT, 'scripts/attack.ts'), String(TRIES)];
    const { stdout } = await run(process.execPath, args, { cwd: ROOT });
    console.log(stdout.trimEnd());
    const battles = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, Battle>;
    expect(Object.keys(battles)).toEqual(['file', 'directory', 'ancestor', 'root']);
    for (const [kind, { tries, losses, changed, findLosses }] of Object.entries(battles)) {
      expect(tries, kind).toBeGreaterThanOrEqual(TRIES);
      expect(losses, kind).toBe(0);
      expect(changed, kind).toBeGreaterThan(0);
      expect(findLosses, kind).toBeGreaterThan(0);
    }
  }, 240_000);
});
