import { expect, it } from 'vitest';
import {
  envLine,
  pathsIn,
  programKind,
  readerIn,
  shellLine,
  variableKind,
  variablesIn,
} from '../../../src/kimaki/unit/privilegedWords.js';

it('knows the kind of a variable by its name, and takes what it does not know for harmful', () => {
  expect(
    ['LC_ALL', 'PATH', 'KIMAKI_LOCK_PORT', 'GH_TOKEN', 'LD_X_TOKEN', 'BASH_ENV', 'kimaki_x', 'LC_all', ''].map(
      variableKind,
    ),
  ).toEqual(['plain', 'path', 'application', 'application', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown']);
});

it('knows programs by their names', () => {
  expect(['/bin/true', 'chown', '/usr/bin/bash', '/usr/bin/node', 'zsh'].map(programKind)).toEqual([
    'words',
    'files',
    'shell',
    'other',
    'other',
  ]);
});

it.each([
  [['x.sh', '-c'], { text: null, script: 'x.sh', readsHome: false }],
  [['-c', 'a b', 'x'], { text: 'a b', script: null, readsHome: false }],
  [['-euo', 'pipefail', '-c', 'a'], { text: 'a', script: null, readsHome: false }],
  [['-lc', 'a'], { text: 'a', script: null, readsHome: true }],
  [['-i'], { text: null, script: null, readsHome: true }],
  [['--login', '--rcfile', '/x', 'y'], { text: null, script: 'y', readsHome: true }],
  [['--norc', '--', 'y'], { text: null, script: 'y', readsHome: false }],
  [['+x', '-e', './y'], { text: null, script: './y', readsHome: false }],
  [['-c'], { text: null, script: null, readsHome: false }],
])('reads what a shell runs of %j', (args, expected) => {
  expect(shellLine(args)).toEqual(expected);
});

it('finds programs that read settings, outside of comments', () => {
  expect(readerIn('# npm\ntrue # git\nx=$(/usr/bin/npm root)')).toBe('/usr/bin/npm');
  expect(readerIn('if A=1 timeout -k 1 5s git pull; then :; fi')).toBe('git');
  expect(readerIn('echo npm; cat node_modules; p=/usr/lib/kimaki\nsystemctl restart kimaki')).toBeUndefined();
});

it('finds the variables that a text names', () => {
  expect([...variablesIn('a "$B" ${C:-x} ${#D} $1 $$ ~/x')]).toEqual(['B', 'C', 'D', 'HOME']);
});

it.each([
  ['/a b/c', ['/a b/c', '/a', 'b/c']],
  ['--file=/x', ['/x']],
  ['-f/x', ['/x']],
  ['a:/x:../y', ['/x', '../y']],
  ['of=/x', ['/x']],
  ['word', []],
  ['-x', []],
])('finds the paths in %s', (argument, paths) => {
  expect(pathsIn(argument)).toEqual(paths);
});

it.each([
  [
    ['-i', '-C', '/', 'A=b', 'x', 'C=d'],
    { command: ['x', 'C=d'], clears: true, unsets: [], sets: [['A', 'b']], directory: '/' },
  ],
  [
    ['-u', 'A', '--unset=B', '--chdir=/y', 'x'],
    { command: ['x'], clears: false, unsets: ['A', 'B'], sets: [], directory: '/y' },
  ],
  [['-S', '-i x y', 'z'], { command: ['x', 'y', 'z'], clears: true, unsets: [], sets: [], directory: null }],
  [['-', '--', 'x'], { command: ['x'], clears: true, unsets: [], sets: [], directory: null }],
  [['-u'], null],
  [['--block-signal', 'x'], null],
  [['-S', 'x "y"'], null],
])('reads what env starts of %j', (args, expected) => {
  expect(envLine(args)).toEqual(expected);
});
