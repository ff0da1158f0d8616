import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** In memory where that can be had: a journal is synced at every record. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : realpathSync(tmpdir());

/** A fresh directory (0700) that is gone after the test. */
export function tempDir(): string {
  const dir = mkdtempSync(join(PARENT, 'wca-recipes-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
