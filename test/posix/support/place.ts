import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A fresh directory that anyone can enter, removed after the test with whatever is mounted or immutable in it. */
export function freshPlace(): string {
  const place = mkdtempSync(join(tmpdir(), 'wca-posix-'));
  chmodSync(place, 0o755);
  onTestFinished(() => {
    try {
      // Not rmSync: trees here can be deeper than a path may be long.
      run('rm', ['-rf', '--one-file-system', place]);
    } catch {
      // It fails on FIFOs and links, and does the rest.
      spawnSync('chattr', ['-R', '-f', '-ia', place], { stdio: 'ignore' });
      run('rm', ['-rf', '--one-file-system', place]);
    }
  });
  return place;
}

/** Runs a program that must succeed. */
export function run(file: string, args: readonly string[]): string {
  return execFileSync(file, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Mounts something for the time of the test. */
export function mount(where: string, ...args: readonly string[]): void {
  run('mount', [...args, where]);
  onTestFinished(() => void run('umount', [where]));
}
