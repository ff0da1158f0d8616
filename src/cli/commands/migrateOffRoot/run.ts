import { readRequest, tellingOf } from '../../../recipes/runner/index.js';
import { defineCommand } from '../../command.js';
import { progressOf } from '../../render/progressOf.js';
import type { UnitLine } from './runs/carriedOut.js';
import { carryOut, readRequestOf } from './runs/request.js';
import { runPhase } from './runs/runPhase.js';
import { tellEnd } from './runs/tell.js';

export const command = defineCommand({
  usage: ['UNIT'],
  options: [],
  operands: { min: 1, max: 1 },
  notes: [
    'The unit that apply, resume and rollback start runs it. What it prints goes to the journal: journalctl -t wca.',
  ],
  async run(context) {
    const { output } = context;
    const name = context.operands[0] ?? '';
    const found = await readRequest(name);
    const request = found === undefined ? undefined : readRequestOf(found.request);
    if (found === undefined || request === undefined || request.isErr()) {
      const message = `${name} is no unit that apply, resume or rollback started`;
      return context.fail({ code: 'NOT_FOUND', message });
    }
    const telling = await tellingOf(found.unit);
    const tell = (line: UnitLine): void => {
      telling.tell(line);
    };
    const controls = onSignals((line) => {
      output.log(line);
    });
    const phase = runPhase();
    const show = progressOf(output);
    const done = await carryOut(request.value, {
      ...controls,
      onEvent: (event) => {
        const line = phase.take(event);
        if (line !== undefined) output.log(line);
        show(event);
        tell({ type: 'event', event });
      },
    });
    tell(done.isOk() ? { type: 'ended', report: done.value } : { type: 'ended', error: done.error });
    await telling.close();
    const { command } = request.value;
    const code = await tellEnd(context, command, done);
    output.log(`run ends with status ${code}`);
    return code;
  },
});

/** SIGTERM (`systemctl stop`) and SIGINT ask the run to end where nothing is down, SIGUSR2 to undo everything. */
function onSignals(log: (line: string) => void): { readonly signal: AbortSignal; readonly undo: AbortSignal } {
  const [stop, undo] = [new AbortController(), new AbortController()];
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      log(`${name}: the run ends after the step in progress; in the stop window it goes on to its end`);
      stop.abort();
    });
  }
  process.on('SIGUSR2', () => {
    log('everything is undone after the step in progress, as asked');
    undo.abort();
  });
  process.on('SIGHUP', () => undefined);
  return { signal: stop.signal, undo: undo.signal };
}
