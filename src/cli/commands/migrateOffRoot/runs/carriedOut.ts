import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { OnRunEvent, RunEvent } from '../../../../recipes/engine/index.js';
import { runProgram } from '../../../../posix/programs/index.js';
import { remedy } from '../../../../posix/findings/index.js';
import { followRunUnit, signalRunUnit } from '../../../../recipes/runner/index.js';
import type { RunUnit } from '../../../../recipes/runner/index.js';
import type { CliError, CommandContext } from '../../../command.js';
import { progressOf } from '../../../render/progressOf.js';
import { answerSignals } from './answerSignals.js';
import { carryOut, startUnitFor } from './request.js';
import type { MigrationReports, RequestOf } from './request.js';
import { runPhase } from './runPhase.js';

/** What these functions need of a command. */
type Context = Pick<CommandContext, 'output' | 'confirm' | 'isTerminal'>;

/** The option of the commands that carry a run out. */
export const FOREGROUND = {
  name: 'foreground',
  help: 'carry it out in this process instead of a system unit: a lost terminal may then interrupt it',
} as const;

/** For the help of those commands. */
export const RUN_NOTES = [
  'A system unit, wca-run-….service, carries it out: a lost terminal changes nothing, and status --follow shows the run again.',
  'Ctrl-C stops the run between two steps, or, while the agent is down, asks whether to undo; journalctl -t wca has its lines.',
] as const;

/**
 * Carries a request out in a system unit of its own and follows it, so that what happens to this process changes nothing
 * for the run; or in this process.
 */
export async function carriedOut<C extends keyof MigrationReports>(
  context: Context & { flag(name: 'foreground'): boolean },
  request: RequestOf<C>,
): Promise<Result<MigrationReports[C], CliError>> {
  if (context.flag('foreground')) return inForeground(context, request);
  const started = await startUnitFor(request);
  if (started.isErr()) return err({ ...started.error, remedy: ANOTHER_WAY });
  context.output.log(`carried out by ${started.value.name}, which goes on if this terminal is lost`);
  return follow(context, started.value, request.command);
}

const ANOTHER_WAY = remedy.text('repair what the message names, or run the same command with --foreground');

async function inForeground<C extends keyof MigrationReports>(
  context: Context,
  request: RequestOf<C>,
): Promise<Result<MigrationReports[C], CliError>> {
  const { output } = context;
  const [stop, undo] = [new AbortController(), new AbortController()];
  const phase = runPhase();
  const journal = systemJournal();
  const show = progressOf(output);
  const restore = answerSignals(context, () => phase.now, {
    stop: () => {
      stop.abort();
    },
    undo:
      request.command === 'rollback'
        ? null
        : () => {
            undo.abort();
          },
    leave: () => {
      restore();
      process.kill(process.pid, 'SIGTERM');
    },
    isFollower: false,
  });
  try {
    return await carryOut<C>(request, {
      onEvent: (event) => {
        const line = phase.take(event);
        if (line !== undefined) journal.write(line);
        show(event);
      },
      signal: AbortSignal.any([stop.signal, output.abandoned]),
      undo: undo.signal,
    });
  } finally {
    restore();
    journal.write('run ends');
    await journal.written();
  }
}

/** Lines for the system's journal, as `wca`. A host without one goes without. */
function systemJournal(): { write(line: string): void; written(): Promise<void> } {
  let written: Promise<unknown> = Promise.resolve();
  return {
    write: (line) => {
      written = written.then(() => runProgram('systemd-cat', ['--identifier=wca'], { input: `${line}\n` }));
    },
    written: async () => {
      await written;
    },
  };
}

/** A run that a command stopped following. */
const leftAlone = (unit: string): CliError => ({
  code: 'RUN_GOES_ON',
  message: `the run goes on in ${unit}`,
  remedy: remedy.text('follow it with: wca migrate-off-root status --follow'),
});

/** A unit that ended and did not say how the run ended. */
const lost = (unit: string): CliError => ({
  code: 'RUN_LOST',
  message: `${unit} ended without a report of the run; journalctl -t wca has its last words`,
  remedy: remedy.text(
    'see wca migrate-off-root status, then wca migrate-off-root resume or wca migrate-off-root rollback',
  ),
});

/** Shows what a unit tells, from the beginning, and gives the report of its run. */
export async function follow<C extends keyof MigrationReports>(
  context: Context,
  unit: RunUnit,
  command: C,
  { isOwner = true } = {},
): Promise<Result<MigrationReports[C], CliError>> {
  const { output } = context;
  const leaving = new AbortController();
  const phase = runPhase();
  const show: OnRunEvent = progressOf(output);
  const send = (signal: 'SIGINT' | 'SIGUSR2') => () => {
    void signalRunUnit(unit, signal).then((sent) => {
      // One that has ended meanwhile has told how.
      if (sent.isErr()) output.detail(sent.error.message);
    });
  };
  const leave = (): void => {
    leaving.abort();
  };
  const restore = isOwner
    ? answerSignals(context, () => phase.now, {
        stop: send('SIGINT'),
        undo: command === 'rollback' ? null : send('SIGUSR2'),
        leave,
        isFollower: true,
      })
    : leaveOnSignals(leave);
  try {
    for await (const line of followRunUnit(unit, leaving.signal)) {
      // Root alone writes these lines, and this package's own version of them.
      const told = line as unknown as UnitLine<C>;
      if (told.type === 'ended') return 'error' in told ? err(told.error) : ok(told.report);
      phase.take(told.event);
      show(told.event);
    }
    return err(leaving.signal.aborted ? leftAlone(unit.name) : lost(unit.name));
  } finally {
    restore();
  }
}

/** What the unit of a run tells, one line each. */
export type UnitLine<C extends keyof MigrationReports = keyof MigrationReports> =
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'ended'; readonly report: MigrationReports[C] }
  | { readonly type: 'ended'; readonly error: CliError };

function leaveOnSignals(leave: () => void): () => void {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.once(name, leave);
  return () => {
    for (const name of names) process.off(name, leave);
  };
}
