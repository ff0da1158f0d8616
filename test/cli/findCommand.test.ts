import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Command, CommandEntry, CommandGroup } from '../../src/cli/command.js';
import { findCommand } from '../../src/cli/findCommand.js';

let loads: string[] = [];
beforeEach(() => {
  loads = [];
});

const look: Command = {
  usage: ['PATH', '--all'],
  options: [
    { name: 'as', value: 'USER', help: 'on whose behalf' },
    { name: 'all', help: 'everything' },
  ],
  operands: { min: 1, max: 2 },
  run: () => Promise.reject(new Error('is not run here')),
};
const entry = (name: string, loaded: Command | CommandGroup): CommandEntry => ({
  name,
  summary: `What ${name} does.`,
  load: () => {
    loads.push(name);
    return Promise.resolve(loaded);
  },
});
const TABLE = [entry('look', look), entry('unit', { subcommands: [entry('cat', look), entry('list', look)] })];

/** The text to print, the command with its options and operands, or the message of the error. */
async function found(...args: readonly string[]): Promise<string> {
  return (await findCommand(args, { subcommands: TABLE })).match(
    (one) =>
      one.kind === 'text'
        ? one.text
        : `${one.name}: ${[...one.parsed.options.keys()].join(' ')} | ${one.parsed.operands.join(' ')}`,
    ({ message }) => message,
  );
}

describe('findCommand', () => {
  it('finds a command by its words, and loads no other', async () => {
    expect(await found('unit', 'cat', '/a', '--as=me')).toBe('wca unit cat: as | /a');
    expect(loads).toEqual(['unit', 'cat']);
  });

  it('takes what stands for the name alone where no command follows, with the options of every command', async () => {
    const group = { subcommands: TABLE, alone: () => Promise.resolve({ ...look, operands: { min: 0, max: 0 } }) };
    const alone = await findCommand(['--json'], group);
    expect(alone._unsafeUnwrap()).toMatchObject({ kind: 'command', name: 'wca', parsed: { operands: [] } });
    expect((await findCommand(['look', '/a'], group))._unsafeUnwrap()).toMatchObject({ name: 'wca look' });
    expect((await findCommand(['--help'], group))._unsafeUnwrap()).toMatchObject({ kind: 'text' });
  });

  it('takes the options of every command wherever they stand', async () => {
    for (const args of [
      ['--json', 'unit', 'cat', '/a'],
      ['unit', '--json', 'cat', '/a'],
      ['unit', 'cat', '--json', '/a'],
      ['unit', 'cat', '/a', '--json'],
    ])
      expect(await found(...args)).toBe('wca unit cat: json | /a');
  });

  it('refuses one that is given twice, at two places', async () => {
    expect(await found('--json', 'unit', 'cat', '/a', '--json')).toBe('--json was given twice');
  });

  it('takes an option of a command only behind its name', async () => {
    expect(await found('--as=me', 'look', '/a')).toContain('--as');
    expect(loads).toEqual([]);
  });

  it.each([
    [[], 'wca needs a command; wca --help lists them'],
    [['unit'], 'wca unit needs a command; wca unit --help lists them'],
    [['nosuch'], 'there is no command wca nosuch; wca --help lists them'],
    [['unit', 'nosuch'], 'there is no command wca unit nosuch; wca unit --help lists them'],
    [['look', '/a', '/b', '/c'], 'wca look: one argument too many: /c'],
    [['loko'], 'there is no command wca loko; did you mean look?; wca --help lists them'],
    [['unit', 'lst'], 'there is no command wca unit lst; did you mean list?; wca unit --help lists them'],
    [['look', '--alll'], 'there is no option --alll; did you mean --all?'],
    [['look'], 'something is missing; usage: wca look PATH\nwca look --all'],
  ])('says what is wrong with %j', async (args, message) => {
    expect(await found(...args)).toBe(message);
  });

  it('prints a word that is no command escaped', async () => {
    expect(await found('a\u001b[31m')).not.toContain('\u001b');
  });

  it('shows the help of what it has come to, a command’s also where operands are missing', async () => {
    expect(await found('--help')).toMatch(/Commands:\n {2}look/);
    expect(loads).toEqual([]);
    expect(await found('unit', '--help')).toContain('wca unit COMMAND [OPTIONS]');
    expect(await found('look', '--help')).toContain('wca look PATH');
    expect(await found('-h', 'look')).toContain('wca look PATH');
    expect(await found('help')).toMatch(/Commands:\n {2}look/);
    expect(await found('help', 'unit', 'cat')).toContain('wca unit cat PATH');
  });

  it('prints the version of package.json, and takes --version for the program alone', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await found('--version')).toBe(`${manifest.version}\n`);
    expect(await found('version')).toBe(`${manifest.version}\n`);
    expect(await found('-V')).toBe(`${manifest.version}\n`);
    expect(await found('unit', '--version')).toContain('--version');
  });
});
