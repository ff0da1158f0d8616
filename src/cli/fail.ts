import type { CliError } from './command.js';
import type { Output } from './createOutput.js';
import { exitCodeFor } from './exitCodeFor.js';
import type { ExitCode } from './exitCodes.js';
import { nextAct, renderError } from './renderError.js';

/** Shows an error on stderr, with `--json` also as `{"error": …}` on stdout, and returns the status to end with. */
export function fail(output: Output, error: CliError, exitCode: ExitCode = exitCodeFor(error)): ExitCode {
  for (const line of renderError(error)) output.warn(line);
  const next = nextAct(error);
  output.record({ error: next === undefined ? error : { ...error, next } });
  return exitCode;
}
