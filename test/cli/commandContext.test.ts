import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/cli/command.js';
import { commandContext } from '../../src/cli/commandContext.js';
import { createOutput } from '../../src/cli/createOutput.js';
import { parseArguments } from '../../src/cli/parseArguments.js';

const OPTIONS = [
  { name: 'as', value: 'USER', help: '' },
  { name: 'root', value: 'DIR', help: '' },
  { name: 'extra', value: 'PATH', repeatable: true, help: '' },
  { name: 'count', help: '' },
] as const;

function context(args: readonly string[], input: readonly string[] = []): CommandContext {
  const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
  for (const chunk of input) stdin.write(chunk);
  stdin.end();
  const host = { stdout, stderr, stdin, env: { HOME: '/root' } };
  return commandContext(
    parseArguments(args, OPTIONS)._unsafeUnwrap(),
    createOutput(host, { json: false, color: false, verbosity: 'normal' }),
    host,
  );
}
const usage = (message: string): object => expect.objectContaining({ message }) as object;

describe('commandContext', () => {
  it('gives flags, values and operands as they were typed', () => {
    const given = context(['/a', '--as=me', '--extra', 'x', '--extra', 'y', '--count']);
    expect([
      given.flag('count'),
      given.value('as'),
      given.value('root'),
      given.values('extra'),
      given.values('root'),
    ]).toEqual([true, 'me', undefined, ['x', 'y'], []]);
    expect(given.operands).toEqual(['/a']);
    expect(given.env['HOME']).toBe('/root');
  });

  it('says that an option is missing that must be there', () => {
    expect(context(['--as=me']).required('as')).toBeOk('me');
    expect(context([]).required('as')._unsafeUnwrapErr()).toEqual(usage('--as is missing'));
  });

  it('takes absolute paths, and prints others escaped', () => {
    expect(context(['--root=/a']).path('root')).toBeOk('/a');
    expect(context([]).path('root')).toBeOk(undefined);
    expect(context(['--root=a']).path('root')._unsafeUnwrapErr()).toEqual(
      usage('--root must be an absolute path, found a'),
    );
    expect(context(['/a']).operandPath(0, 'PATH')).toBeOk('/a');
    expect(context([]).operandPath(0, 'PATH')._unsafeUnwrapErr()).toEqual(
      usage('PATH must be an absolute path, found nothing'),
    );
    expect(context(['a\nb']).operandPath(0, 'PATH')._unsafeUnwrapErr().message).not.toContain('\n');
  });

  it('reads all of standard input, and of one that is too long a beginning that shows it', async () => {
    expect((await context([], ['ab', 'cd']).readInput(4)).toString()).toBe('abcd');
    expect((await context([], ['abc', 'def', 'ghi']).readInput(4)).length).toBeGreaterThan(4);
    expect((await context([], []).readInput(4)).length).toBe(0);
  });
});
