import { printablePath } from './printable.js';

/** What is at the path is not what the caller decided upon, or changed while the new file was being made. */
export interface ChangedMeanwhile {
  readonly code: 'CHANGED_MEANWHILE';
  readonly message: string;
  readonly path: string;
}

/** The error for a file that is not as it was. */
export function changed(path: string, how: string): ChangedMeanwhile {
  const shown = printablePath(path);
  const message = `${shown} was not changed: ${how}; check it and make a new plan`;
  return { code: 'CHANGED_MEANWHILE', message, path: shown };
}
