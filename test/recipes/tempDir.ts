import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A fresh directory (0700) that is gone after the test. */
export function tempDir(): string {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'wca-recipes-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
