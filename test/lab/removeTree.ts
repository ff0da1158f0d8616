import { readFile } from 'node:fs/promises';
import { exec, execOk } from './exec.js';

/**
 * Removes a directory with everything below it, and never what is mounted there: mounts are taken off first, and the
 * removal stays on one file system even so.
 */
export async function removeTree(directory: string): Promise<void> {
  for (const point of (await mountsBelow(directory)).reverse()) await exec('umount', ['--lazy', point]);
  const left = await mountsBelow(directory);
  if (left.length > 0) throw new Error(`still mounted, so ${directory} is not removed: ${left.join(', ')}`);
  await execOk('rm', ['-rf', '--one-file-system', '--', directory]);
}

/** Mount points at or below a directory, in the order they were made. */
async function mountsBelow(directory: string): Promise<string[]> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const points = mounts.split('\n').map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '));
  return points.filter((point) => point === directory || point.startsWith(`${directory}/`));
}
