import { join } from 'node:path';
import type { RunFiles } from '../journal/runFiles.js';
import type { StepContext } from '../plan/step.js';

/** What an operator agreed to, and how the step is stopped and watched. */
export interface StepContextOptions {
  readonly signal?: AbortSignal | undefined;
  readonly force?: boolean | undefined;
  readonly acceptChangedPrograms?: boolean | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** What the step `id` is given while it acts. */
export function stepContext(files: RunFiles, id: string, options: StepContextOptions = {}): StepContext {
  return {
    runDir: files.runDir,
    // No id holds an underscore, so no two steps share a file.
    recordPath: (name) => join(files.records, `${id}_${name.replace(/[^A-Za-z0-9._-]/g, '_')}`),
    progress: (message) => options.onProgress?.(message),
    signal: options.signal ?? NEVER,
    force: options.force ?? false,
    acceptChangedPrograms: options.acceptChangedPrograms ?? false,
  };
}

const NEVER = new AbortController().signal;
