import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes a control group for one container in every hierarchy a systemd inside works with, and gives their directories.
 * Two containers in one group would share one tree of units: each would see the other's processes as its services'.
 */
export function makeControlGroups(name: string): readonly string[] {
  return parents().map((parent) => {
    const directory = join(parent, name);
    mkdirSync(directory, { recursive: true });
    return directory;
  });
}

/** Removes the control groups of a container that has ended; false while one of its processes is still ending. */
export function removeControlGroups(name: string): boolean {
  return parents()
    .map((parent) => removeGroup(join(parent, name)))
    .every(Boolean);
}

function removeGroup(directory: string): boolean {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) removeGroup(join(directory, entry.name));
    }
    rmdirSync(directory);
  } catch {
    // reported by what is still there
  }
  return !existsSync(directory);
}

/** The groups this process is in: of the unified hierarchy, and of systemd's own on a machine with both kinds. */
function parents(): readonly string[] {
  const own = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const pathOf = (controller: string): string => own.find((match) => match?.[1] === controller)?.[2] ?? '/';
  const found: string[] = [];
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, point = '', type = '', options = ''] = line.split(' ');
    if (!point.startsWith('/sys/fs/cgroup')) continue;
    if (type === 'cgroup2') found.push(join(point, pathOf('')));
    const systemds = type === 'cgroup' && options.split(',').includes('name=systemd');
    if (systemds) found.push(join(point, pathOf('name=systemd')));
  }
  return found;
}
