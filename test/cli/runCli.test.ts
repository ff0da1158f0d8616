import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { defineCommand } from '../../src/cli/command.js';
import type { CommandEntry } from '../../src/cli/command.js';
import { EXIT } from '../../src/cli/exitCodes.js';
import { runCli } from '../../src/cli/runCli.js';
import { runLine } from './harness.js';

let loads: string[] = [];

const look = defineCommand({
  usage: ['PATH --as USER'],
  options: [
    { name: 'as', value: 'USER', help: 'on whose behalf' },
    { name: 'root', value: 'DIR', help: 'where' },
    { name: 'extra', value: 'PATH', repeatable: true, help: 'more' },
    { name: 'count', help: 'only the number' },
  ],
  operands: { min: 1, max: 1 },
  notes: ['A note.'],
  async run(context) {
    const path = context.operandPath(0, 'PATH');
    if (path.isErr()) return context.fail(path.error);
    const root = context.path('root');
    if (root.isErr()) return context.fail(root.error);
    const as = context.required('as');
    if (as.isErr()) return context.fail(as.error);
    const { output } = context;
    output.print(`${path.value} ${as.value} ${context.flag('count')} ${context.values('extra').join()}`);
    output.record({ path: path.value });
    output.log('log');
    output.detail('detail');
    output.warn('warn');
    return EXIT.no;
  },
});
const broken = defineCommand({
  usage: [''],
  options: [],
  operands: { min: 0, max: 0 },
  run: () => Promise.reject(new Error('a \u001b[31mbug')),
});
const many = defineCommand({
  usage: [''],
  options: [],
  operands: { min: 0, max: 0 },
  async run({ output }) {
    for (let line = 0; line < 10_000 && !output.closed.aborted; line++) {
      output.print(`line ${line}`);
      await new Promise(setImmediate);
    }
    return output.closed.aborted ? EXIT.done : EXIT.bug;
  },
});

const entry = (name: string, loaded: Awaited<ReturnType<CommandEntry['load']>>): CommandEntry => ({
  name,
  summary: `What ${name} does.`,
  load: async () => {
    loads.push(name);
    return loaded;
  },
});
const TABLE = [
  entry('look', look),
  entry('broken', broken),
  entry('unit', { subcommands: [entry('cat', look)] }),
  entry('many', many),
];
const run = (...args: readonly string[]) => {
  loads = [];
  return runLine(args, TABLE);
};

describe('runCli', () => {
  it('runs a command with what was given and ends with its status', async () => {
    expect(await run('look', '/a', '--as=me', '--extra', 'x', '--extra', 'y', '--count')).toEqual({
      exitCode: 1,
      stdout: '/a me true x,y\n',
      stderr: 'log\nwarn\n',
    });
  });

  it('takes what is everyone’s before and after the name', async () => {
    const before = await run('--json', 'look', '/a', '--as=me');
    expect(before).toEqual({ exitCode: 1, stdout: '{"formatVersion":1,"path":"/a"}\n', stderr: 'log\nwarn\n' });
    expect(await run('look', '/a', '--json', '--as=me')).toEqual(before);
    expect(await run('unit', '--json', 'cat', '/a', '--as=me')).toEqual(before);
    expect((await run('--json', 'look', '/a', '--as=me', '--json')).exitCode).toBe(64);
  });

  it('says less with -q and more with -v, and warns all the same', async () => {
    expect((await run('look', '/a', '--as=me', '-q')).stderr).toBe('warn\n');
    expect((await run('-v', 'look', '/a', '--as=me')).stderr).toBe('log\ndetail\nwarn\n');
    expect((await run('-q', 'look', '/a', '--as=me', '-v')).exitCode).toBe(64);
  });

  it('shows help without loading any command', async () => {
    const help = await run('--help');
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toContain('What look does.');
    expect(loads).toEqual([]);
  });

  it('shows the help of a command, also where operands are missing', async () => {
    const help = await run('look', '--help');
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain('wca look PATH --as USER');
    expect(help.stdout).toContain('--extra PATH');
    expect(help.stdout).toContain('A note.');
    expect(loads).toEqual(['look']);
  });

  it('shows the help of a group', async () => {
    expect((await run('unit', '--help')).stdout).toContain('wca unit COMMAND');
  });

  it('prints the version of the package', async () => {
    const { exitCode, stdout } = await run('--version');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it.each([
    ['no command', [], 'wca needs a command'],
    ['an unknown command', ['nope'], 'there is no command wca nope'],
    ['an unknown subcommand', ['unit', 'nope'], 'there is no command wca unit nope'],
    ['no subcommand', ['unit'], 'wca unit needs a command'],
    ['an unknown option', ['look', '/a', '--nope'], 'there is no option --nope'],
    ['a missing operand', ['look', '--as=me'], 'something is missing; usage: wca look PATH --as USER'],
    ['an operand too many', ['look', '/a', '/b\n', '--as=me'], 'one argument too many: /b\\x0a'],
    ['a missing option', ['look', '/a'], '--as is missing'],
    ['a relative operand', ['look', 'a', '--as=me'], 'PATH must be an absolute path, found a'],
    ['an empty operand', ['look', '', '--as=me'], 'PATH must be an absolute path, found nothing'],
    [
      'a relative path in an option',
      ['look', '/a', '--root', 'b', '--as=me'],
      '--root must be an absolute path, found b',
    ],
  ])('refuses %s with status 64 and nothing on stdout', async (_, args, message) => {
    const said = await run(...args);
    expect(said).toMatchObject({ exitCode: 64, stdout: '' });
    expect(said.stderr).toContain(message);
    expect(said.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  });

  it('gives errors as JSON too when asked for JSON', async () => {
    const said = await run('look', 'a', '--as=me', '--json');
    expect(JSON.parse(said.stdout)).toEqual({
      formatVersion: 1,
      error: { code: 'USAGE', message: 'PATH must be an absolute path, found a' },
    });
  });

  it('calls a throw a bug, with status 70', async () => {
    const said = await run('broken');
    expect(said.exitCode).toBe(70);
    expect(said.stderr).toBe('wca: this is a bug in wca: a \\x1b[31mbug [BUG]\n');
    expect((await run('broken', '-v')).stderr).toContain('runCli.test.ts');
  });

  it('tells the command when the reader goes away, and ends with the command’s own status', async () => {
    let written = 0;
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => {
        written++;
        if (written < 3) done();
        else done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const stderr = new PassThrough().resume();
    const stdin = new PassThrough();
    expect(await runCli(['many'], { subcommands: TABLE }, { stdout, stderr, stdin, env: {} })).toBe(0);
    expect(written).toBe(3);
  });
});
