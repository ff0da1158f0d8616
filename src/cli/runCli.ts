import { commandContext } from './commandContext.js';
import type { CliProcess } from './commandContext.js';
import type { CommandGroup } from './command.js';
import { createOutput, wantsColor } from './createOutput.js';
import type { Output } from './createOutput.js';
import { EXIT } from './exitCodes.js';
import type { ExitCode } from './exitCodes.js';
import { fail } from './fail.js';
import { findCommand } from './findCommand.js';
import { usageError } from './parseArguments.js';

/**
 * Runs one command line to its end and says with which status to exit, everything written flushed. Never rejects:
 * what a command throws is a bug, shown as one, status 70.
 */
export async function runCli(args: readonly string[], table: CommandGroup, host: CliProcess): Promise<ExitCode> {
  // Until the line is parsed, a guess at what the user wants decides how its errors look.
  const guess = outputFor(new Set(args), host);
  const found = await caught(guess, () => findCommand(args, table));
  if (typeof found === 'number') return flushed(guess, found);
  if (found.isErr()) return flushed(guess, fail(guess, found.error));
  if (found.value.kind === 'text') {
    guess.write(found.value.text);
    return flushed(guess, EXIT.done);
  }

  const { command, parsed } = found.value;
  const output = outputFor(new Set([...parsed.options.keys()].map((name) => `--${name}`)), host);
  if (parsed.options.has('quiet') && parsed.options.has('verbose')) {
    return flushed(output, fail(output, usageError('-q and -v exclude each other')));
  }
  return flushed(output, await caught(output, () => command.run(commandContext(parsed, output, host))));
}

function outputFor(given: ReadonlySet<string>, host: CliProcess): Output {
  const quiet = given.has('--quiet') || given.has('-q');
  const verbose = given.has('--verbose') || given.has('-v');
  return createOutput(host, {
    json: given.has('--json'),
    color: wantsColor(host.stdout, host.env) && !given.has('--no-color'),
    verbosity: quiet ? 'quiet' : verbose ? 'verbose' : 'normal',
  });
}

async function flushed(output: Output, exitCode: ExitCode): Promise<ExitCode> {
  await output.flush();
  return exitCode;
}

async function caught<T>(output: Output, work: () => Promise<T>): Promise<T | ExitCode> {
  try {
    return await work();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof Error) cause.stack?.split('\n').forEach((line) => output.detail(line));
    return fail(output, { code: 'BUG', message: `this is a bug in wca: ${message}` }, EXIT.bug);
  }
}
