// @module-tag systemd
import { describe, expect, it } from 'vitest';
import { parseExec } from '../../../src/systemd/values/parseExec.js';
import { askSystemd } from '../support/oracle.js';

describe('parseExec', () => {
  it('gives prefixes, program and unquoted arguments with their places', () => {
    const value = '-/usr/bin/pkill -TERM -u root -f "opencode-ai/bin/.*serve"';
    const command = parseExec(value);
    expect(command).toMatchObject({ prefixes: '-', path: '/usr/bin/pkill', fault: null, following: [] });
    expect(value.slice(command.pathStart, command.pathEnd)).toBe('-/usr/bin/pkill');
    expect(command.args.map((one) => one.value)).toEqual(['-TERM', '-u', 'root', '-f', 'opencode-ai/bin/.*serve']);
    expect(command.args.map(({ start, end }) => value.slice(start, end)).at(-1)).toBe('"opencode-ai/bin/.*serve"');
  });

  it.each([
    ['-@+!/bin/echo', '-@+', '!/bin/echo'],
    ['!!:-@/bin/echo', '!!:-@', '/bin/echo'],
    ['+!!/bin/echo', '+', '!!/bin/echo'],
    ['--/bin/echo', '-', '-/bin/echo'],
    ['!!!/bin/echo', '!!', '!/bin/echo'],
    ['"-/bin/e\\x63ho"', '-', '/bin/echo'],
    ['|/bin/echo', '', '|/bin/echo'],
  ])('cuts the prefixes of %s', (value, prefixes, path) => {
    expect(parseExec(value)).toMatchObject({ prefixes, path });
  });

  it('gives the commands behind a semicolon, each with its own prefixes', () => {
    const command = parseExec('/bin/a x ; +/bin/b \\; "\\;" ;; y; ;');
    expect(command.args.map(({ value }) => value)).toEqual(['x']);
    expect(
      command.following.map(({ prefixes, path, args }) => [prefixes, path, args.map(({ value }) => value)]),
    ).toEqual([['+', '/bin/b', [';', '\\;', ';;', 'y;']]]);
  });

  it('keeps an unknown escape as it stands', () => {
    expect(parseExec('/bin/a b\\qc').args[0]?.value).toBe('b\\qc');
  });

  it('says where it cannot be read on', () => {
    expect(parseExec('/bin/a b "c')).toMatchObject({
      path: '/bin/a',
      args: [{ value: 'b' }],
      fault: 'a quote that is not closed',
    });
    expect(parseExec('"/bin/a')).toMatchObject({ path: '', fault: 'a quote that is not closed' });
  });

  it('gives an empty path for an empty value', () => {
    expect(parseExec('')).toMatchObject({ prefixes: '', path: '', args: [], fault: null });
  });

  it('finds the program that systemd finds', async () => {
    const values = ['/no/a"b"c', '@/no/x y', '"/no/d e"', '/no/\\x41', "':/no/q'", '!!/no/t', '+/no/u ; /no/v'];
    const verdicts = await askSystemd(
      values.map((value) => Buffer.from(`[Service]\nType=oneshot\nExecStart=${value}\n`)),
    );
    const theirs = verdicts.map(({ said }) => /Command (.*) is not executable/.exec(said.join('\n'))?.[1]);
    expect(values.map((value) => parseExec(value).path)).toEqual(theirs);
  });
});
