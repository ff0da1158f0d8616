import { isAbsolute } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../posix/paths/index.js';
import type { CommandContext } from './command.js';
import { confirm, isTerminal } from './confirm.js';
import type { Output, OutputStreams } from './createOutput.js';
import { fail } from './fail.js';
import { interruption } from './interruption.js';
import { usageError } from './parseArguments.js';
import type { ParsedArguments, UsageError } from './parseArguments.js';

/** What the command line needs of the process around it. */
export interface CliProcess extends OutputStreams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Puts together what a command is given. */
export function commandContext(parsed: ParsedArguments, output: Output, host: CliProcess): CommandContext {
  const value = (name: string): string | undefined => parsed.options.get(name)?.[0];
  return {
    operands: parsed.operands,
    env: host.env,
    output,
    flag: (name) => parsed.options.has(name),
    value,
    values: (name) => parsed.options.get(name) ?? [],
    required: (name) => {
      const given = value(name);
      return given === undefined || given === '' ? err(usageError(`--${name} is missing`)) : ok(given);
    },
    path: (name) => {
      const given = value(name);
      return given === undefined ? ok(undefined) : absolute(given, `--${name}`);
    },
    operandPath: (index, what) => absolute(parsed.operands[index] ?? '', what),
    readInput: (limit) => readUpTo(host.stdin, limit),
    confirm: (question, act) => confirm(host, question, act),
    isTerminal: isTerminal(host),
    interruption: () => AbortSignal.any([interruption(), output.abandoned]),
    fail: (error, exitCode) => fail(output, error, exitCode),
  };
}

function absolute(path: string, what: string): Result<string, UsageError> {
  if (isAbsolute(path)) return ok(path);
  const found = path === '' ? 'found nothing' : `found ${printablePath(path)}`;
  return err(usageError(`${what} must be an absolute path, ${found}`));
}

async function readUpTo(stdin: NodeJS.ReadableStream, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size > limit) break;
  }
  return Buffer.concat(chunks);
}
