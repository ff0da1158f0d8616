import { closeSync, openSync } from 'node:fs';

/** A program that is started takes this many for its pipes and for the thread that waits for it. */
const NEEDED = 10;

/**
 * Null when a program can be started with the handles that are left; else what open(2) says. Asked right before a start:
 * one for which they do not suffice ends the whole process, since the error is then emitted where nobody can listen.
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
