import { errAsync, okAsync } from 'neverthrow';
import { afterEach, describe, expect, it } from 'vitest';
import { answerSignals } from '../../../../../src/cli/commands/migrateOffRoot/runs/answerSignals.js';
import type { SignalActs } from '../../../../../src/cli/commands/migrateOffRoot/runs/answerSignals.js';
import type { Phase } from '../../../../../src/cli/commands/migrateOffRoot/runs/runPhase.js';
import type { Output } from '../../../../../src/cli/createOutput.js';

/** A command with a run, and what was said and done. */
class Command {
  phase: Phase = 'before';
  readonly did: string[] = [];
  readonly said: string[] = [];
  readonly #restore: () => void;

  constructor({ isTerminal = false, yes = false, canUndo = true, isFollower = true } = {}) {
    const acts: SignalActs = {
      stop: () => this.did.push('stop'),
      undo: canUndo ? () => this.did.push('undo') : null,
      leave: () => this.did.push('leave'),
      isFollower,
    };
    const output = { warn: (line: string) => this.said.push(line) } as unknown as Output;
    const confirm = async () => {
      this.did.push('ask');
      return yes ? okAsync(undefined) : errAsync({ code: 'NOT_CONFIRMED', message: '' });
    };
    this.#restore = answerSignals({ output, confirm, isTerminal }, () => this.phase, acts);
  }

  async gets(...signals: readonly NodeJS.Signals[]): Promise<this> {
    for (const signal of signals) {
      process.emit(signal, signal);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this;
  }

  end(): void {
    this.#restore();
  }
}

describe('a signal to a command with a run', () => {
  let command: Command;
  afterEach(() => {
    command.end();
  });

  it.each([
    ['before', 'the agent is not stopped'],
    ['window', 'the agent is down'],
    ['after', 'the agent is running'],
  ] as const)('is answered at once %s the window', async (phase, sentence) => {
    command = new Command();
    command.phase = phase;
    await command.gets('SIGINT');
    expect(command.did).toEqual(['stop']);
    expect(command.said.join('\n')).toContain(sentence);
  });

  it('asks at the second Ctrl-C in the window, and undoes at yes', async () => {
    command = new Command({ isTerminal: true, yes: true });
    command.phase = 'window';
    await command.gets('SIGINT', 'SIGINT');
    expect(command.did).toEqual(['stop', 'ask', 'undo']);
  });

  it('finishes where the answer is no, and asks again at the next', async () => {
    command = new Command({ isTerminal: true });
    command.phase = 'window';
    await command.gets('SIGINT', 'SIGINT', 'SIGINT');
    expect(command.did).toEqual(['stop', 'ask', 'ask']);
    expect(command.said).toContain('the run goes on to its end');
  });

  it.each([{ isTerminal: false }, { isTerminal: true, canUndo: false }])(
    'never ends a command in the window where there is nothing to ask: %o',
    async (options) => {
      command = new Command(options);
      command.phase = 'window';
      await command.gets('SIGINT', 'SIGINT', 'SIGTERM', 'SIGTERM');
      expect(command.did).toEqual(['stop']);
      expect(command.said).toHaveLength(4);
    },
  );

  it('leaves the run outside the window at the second', async () => {
    command = new Command();
    await command.gets('SIGTERM', 'SIGINT');
    expect(command.did).toEqual(['stop', 'leave']);
  });

  it('leaves a run in a unit alone when the terminal is lost, and stops one in this process', async () => {
    command = new Command();
    await command.gets('SIGHUP');
    expect(command.did).toEqual(['leave']);
    command.end();
    command = new Command({ isFollower: false });
    await command.gets('SIGHUP');
    expect(command.did).toEqual(['stop']);
  });
});
