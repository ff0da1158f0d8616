import { describe, expect, it } from 'vitest';
import { oneLineCommands, parseShow, parseShownList, parseTimeSpan } from '../../../src/systemd/manager/parseShow.js';

describe('parseShow', () => {
  it('cuts each line at its first =', () => {
    expect([...parseShow('A=1\nB=\nC=x=y\n')]).toEqual([
      ['A', '1'],
      ['B', ''],
      ['C', 'x=y'],
    ]);
  });
});

describe('oneLineCommands', () => {
  const command = (words: string): string =>
    `{ path=/bin/a ; argv[]=/bin/a ${words} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`;

  it('gives every command, or none where there is none', () => {
    expect(oneLineCommands(`Id=a.service\nExecStart=${command('x')}\nExecStart=${command('y')}\nUser=b\n`)).toBe(
      `${command('x')}\n${command('y')}`,
    );
    expect(oneLineCommands('Id=a.timer\nTriggers=a.service\n')).toBe('');
  });

  it.each(['x\nUser=root', 'x }\nUser=root', '\n', 'x\n\ty', 'x\nUser=root\nExecStart={ path=/bin/b'])(
    'gives null where words have a line break: %j',
    (words) => {
      expect(oneLineCommands(`Id=a.service\nExecStart=${command(words)}\nGroup=b\n`)).toBeNull();
    },
  );
});

describe('parseShownList', () => {
  it('undoes the quoting of systemctl', () => {
    const shown = String.raw`A=b "C=d e" "D=q\"x'y\$z\`b\\" "E=1\nUser=x" F=é G= "H=\x01\033" "I="`;
    expect(parseShownList(shown)).toEqual([
      'A=b',
      'C=d e',
      'D=q"x\'y$z`b\\',
      'E=1\nUser=x',
      'F=é',
      'G=',
      'H=\u0001\u001b',
      'I=',
    ]);
  });

  it('gives nothing for an empty list', () => {
    expect(parseShownList('')).toEqual([]);
  });
});

describe('parseTimeSpan', () => {
  it.each([
    ['0', 0],
    ['100ms', 100_000],
    ['10s', 10_000_000],
    ['1min 30s', 90_000_000],
    ['1h 2min 3s 4ms 5us', 3_723_004_005],
    ['1d', 86_400_000_000],
  ])('reads %s', (text, micros) => {
    expect(parseTimeSpan(text)).toBe(micros);
  });

  it.each(['infinity', '', 'soon', '10x'])('gives null for %j', (text) => {
    expect(parseTimeSpan(text)).toBeNull();
  });
});
