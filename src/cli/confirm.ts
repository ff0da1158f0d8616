import { createInterface } from 'node:readline/promises';

/** Terminal streams a question is put to. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Asks on stderr and takes `y` or `yes` for yes; anything else, end of input too, is no. Off a terminal it asks nobody. */
export async function confirm(terminal: Terminal, question: string): Promise<'yes' | 'no' | 'no-terminal'> {
  if (terminal.stdin.isTTY !== true || terminal.stderr.isTTY !== true) return 'no-terminal';
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const ended = new Promise<string>((resolve) => {
      lines.once('close', () => {
        resolve('');
      });
    });
    const answer = await Promise.race([lines.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  } finally {
    lines.close();
  }
}
