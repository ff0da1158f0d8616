import { createInterface } from 'node:readline/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableText } from '../posix/paths/index.js';
import type { CliError } from './command.js';
import { usageError } from './parseArguments.js';

/** Terminal streams a question is put to. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Whether there is anybody to ask. */
export function isTerminal({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/**
 * Asks on stderr and takes `y` or `yes` for yes; anything else, end of input too, is `NOT_CONFIRMED`. Without a terminal it
 * does not ask: `USAGE`, which says to give `--yes` to `act`.
 */
export async function confirm(terminal: Terminal, question: string, act: string): Promise<Result<void, CliError>> {
  if (!isTerminal(terminal)) return err(usageError(`there is no terminal to ask on; give --yes to ${act}`));
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const ended = new Promise<string>((resolve) => {
      lines.once('close', () => {
        resolve('');
      });
    });
    const answer = await Promise.race([lines.question(`${printableText(question)} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim())
      ? ok(undefined)
      : err({ code: 'NOT_CONFIRMED', message: 'not confirmed; nothing was changed' });
  } finally {
    lines.close();
  }
}
