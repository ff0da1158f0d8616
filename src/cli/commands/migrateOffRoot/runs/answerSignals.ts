import type { CommandContext } from '../../../command.js';
import type { Phase } from './runPhase.js';

/** What a signal can do to the run that a command carries out or follows. */
export interface SignalActs {
  /** Asks the run to end where nothing is down. */
  stop(): void;
  /** Asks the run to undo everything; null where it is going back already. */
  readonly undo: (() => void) | null;
  /** Ends this command at once; the run goes on without it, or is left to be resumed. */
  leave(): void;
  /** A lost terminal ends this command, and not the run. */
  readonly isFollower: boolean;
}

/**
 * Answers SIGINT, SIGTERM and SIGHUP of a command with a run, at once and with a sentence: before and after the stop window
 * the run stops between two steps, and inside it goes on to its end. A second Ctrl-C in the window asks whether to finish
 * or to undo; elsewhere, a second signal leaves the run.
 *
 * @returns takes the answers back
 */
export function answerSignals(
  { output, confirm, isTerminal }: Pick<CommandContext, 'output' | 'confirm' | 'isTerminal'>,
  phase: () => Phase,
  acts: SignalActs,
): () => void {
  let isStopping = false;
  let isAsking = false;

  const ask = async (undo: () => void): Promise<void> => {
    isAsking = true;
    const asked = await confirm('The agent is down. Undo everything instead of finishing?', 'undo');
    isAsking = false;
    if (asked.isErr()) return output.warn('the run goes on to its end');
    undo();
    output.warn('everything is undone after the step in progress');
  };
  const again = (signal: NodeJS.Signals): void => {
    if (phase() !== 'window') return acts.leave();
    if (signal === 'SIGINT' && isTerminal && acts.undo !== null) return void ask(acts.undo);
    output.warn('the agent is down; it is started again before the run can stop');
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isAsking) return;
    if (signal === 'SIGHUP' && acts.isFollower) return acts.leave();
    if (isStopping) return again(signal);
    isStopping = true;
    acts.stop();
    output.warn(SENTENCES[phase()](isTerminal && acts.undo !== null));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return () => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const SENTENCES: Readonly<Record<Phase, (canAsk: boolean) => string>> = {
  before: () => 'stopping after the step in progress; the agent is not stopped',
  window: (canAsk) =>
    `the agent is down, so the run goes on to its end${canAsk ? '; press Ctrl-C again to undo everything instead' : ''}`,
  after: () => 'stopping after the step in progress; the agent is running',
};
