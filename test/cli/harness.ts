import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { CommandEntry, CommandGroup } from '../../src/cli/command.js';
import { runCli } from '../../src/cli/runCli.js';

/** Runs a command line in this process and gives what it said. */
export async function runLine(
  args: readonly string[],
  table: readonly CommandEntry[] | CommandGroup,
  given: { input?: string; env?: Record<string, string> } = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const stdin = new PassThrough();
  stdin.end(given.input ?? '');
  const said = Promise.all([text(stdout), text(stderr)]);
  const exitCode = await runCli(args, 'subcommands' in table ? table : { subcommands: table }, {
    stdout,
    stderr,
    stdin,
    env: given.env ?? {},
  });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { exitCode, stdout: out, stderr: err };
}
