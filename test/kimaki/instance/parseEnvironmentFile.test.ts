import { expect, it } from 'vitest';
import { parseEnvironmentFile } from '../../../src/kimaki/instance/parseEnvironmentFile.js';

it.each<[string, Record<string, string>]>([
  ['A=1\nB=two words \n', { A: '1', B: 'two words' }],
  ['# A=1\n; B=2\n\nC=3', { C: '3' }],
  ['A="x y  "\nB=\'$HOME \\n\'\n', { A: 'x y  ', B: '$HOME \\n' }],
  ['A=a\\\n b\nB=1', { A: 'a b', B: '1' }],
  ['A="line\nnext"\nB=1', { A: 'line\nnext', B: '1' }],
  ['A="q\\"q\\x"\n', { A: 'q"q\\x' }],
  ['export A=1\n  B = 2\n', { B: '2' }],
  ['A=a"b"\nB="x""y" z\nC=""\n', { A: 'a"b"', B: 'xyz', C: '' }],
  ['no assignment\n1A=2\nA=\n', { A: '' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['', {}],
])('%j gives %j', (text, variables) => {
  expect(parseEnvironmentFile(text)).toEqual(variables);
});
