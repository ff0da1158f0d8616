import { expect, test } from 'vitest';
import { movePathsOfText, movedPath } from '../../../src/kimaki/state-paths/movedPath.js';

const MOVES = [
  { from: '/root/.kimaki', to: '/home/a/.kimaki' },
  { from: '/root/.kimaki/projects', to: '/srv/projects' },
];

test('the longest move that contains a path applies, by whole components', () => {
  expect(movedPath('/root/.kimaki/projects/x', MOVES)).toBe('/srv/projects/x');
  expect(movedPath('/root/.kimaki', MOVES)).toBe('/home/a/.kimaki');
  expect(movedPath('/root/.kimaki2', MOVES)).toBeNull();
});

test('in JSON only strings that are a path change, in the way they were written', () => {
  const text =
    '{"a": "/root/.kimaki/x", "b": "see /root/.kimaki/x", "c": "\\/root\\/.kimaki", "d": "file:///root/.kimaki"}';
  expect(movePathsOfText(text, 'a.json', MOVES)).toBe(
    '{"a": "/home/a/.kimaki/x", "b": "see /root/.kimaki/x", "c": "\\/home\\/a\\/.kimaki", "d": "file:///home/a/.kimaki"}',
  );
  expect(movePathsOfText('{"a": "/root/.kimaki', 'a.json', MOVES)).toBe('{"a": "/root/.kimaki');
});

test('in scripts every path changes, in pointers of git the path, in other texts nothing', () => {
  expect(movePathsOfText('#!/bin/sh\nexec /root/.kimaki/bin/x', 'x', MOVES)).toBe(
    '#!/bin/sh\nexec /home/a/.kimaki/bin/x',
  );
  expect(movePathsOfText('gitdir: /root/.kimaki/r/.git\n', '.git', MOVES)).toBe('gitdir: /home/a/.kimaki/r/.git\n');
  expect(movePathsOfText('/root/.kimaki/x\n', 'notes.md', MOVES)).toBe('/root/.kimaki/x\n');
});
