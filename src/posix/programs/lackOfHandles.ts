import { closeSync, openSync } from 'node:fs';

/** A program that is started takes this many for its pipes and for the thread that waits for it. */
const NEEDED = 10;

/**
 * Checks that enough file descriptors are free to start a program: null, or what open(2) threw. It is called right
 * before a start, because a start without them emits an error that cannot be caught and ends the whole process.
 */
export function lackOfHandles(): unknown {
  const taken: number[] = [];
  try {
    while (taken.length < NEEDED) taken.push(openSync('/dev/null', 'r'));
    return null;
  } catch (cause) {
    return cause;
  } finally {
    for (const fd of taken) closeSync(fd);
  }
}
