import type { RunSession } from './runSession.js';
import type { JournalState } from '../journal/journalState.js';

/**
 * Whether a run is in its stop window: something in it was begun, and not all of it is done, so that what the window stops
 * may be down. Pure.
 */
export function isInWindow({ steps }: Pick<JournalState, 'steps'>): boolean {
  const window = [...steps.values()].filter(({ step }) => step.phase === 'window');
  const isBegun = window.some(({ intent }) => intent !== null);
  return isBegun && !window.every(({ progress }) => progress === 'done' || progress === 'satisfied');
}

/**
 * The wish to stop, as far as it is followed: one that arrives in the stop window is not, and the run goes on to its end,
 * since nothing may be left down in between.
 */
export function stopOutsideWindow(session: RunSession, signal: AbortSignal | undefined): AbortSignal {
  const controller = new AbortController();
  const decide = (): void => {
    if (!isInWindow(session.state)) controller.abort(signal?.reason);
  };
  if (signal?.aborted === true) decide();
  else signal?.addEventListener('abort', decide, { once: true });
  return controller.signal;
}
