import { expect, test } from 'vitest';
import { refuseMeeting, refuseOwnProgram } from '../../../../src/recipes/migrateOffRoot/refuse/refuseMoves.js';
import { exampleFacts } from '../exampleFacts.js';

function refusedFrom(program: string, from: string): string | null {
  const { state, ...facts } = exampleFacts({ recovery: { node: '/usr/bin/node', program } });
  const moves = state.moves.map((move) => ({ ...move, from }));
  return refuseOwnProgram({ ...facts, state: { ...state, moves } }).match(
    () => null,
    ({ code, message, remedy }) => `${code} ${message} ${JSON.stringify(remedy)}`,
  );
}

test('a tool that runs from what moves is refused by its path, with what to do', () => {
  const program = '/root/.npm/_npx/1a2b/node_modules/@wca/runtime-sdk/dist/cli/main.js';
  const refused = refusedFrom(program, '/root/.npm');
  for (const word of ['RUNS_FROM_STATE', program, 'npm install -g']) expect(refused).toContain(word);
});

test('one that runs from beside it is not', () => {
  expect(refusedFrom('/root/.npm-global/main.js', '/root/.npm')).toBeNull();
  expect(refuseOwnProgram(exampleFacts({ recovery: null }))).toBeOk();
});

test('moves to one place, or into each other, are refused before anything moves', () => {
  const move = { from: '/root/.kimaki', to: '/home/agent/.kimaki' };
  expect(refuseMeeting([move])).toBeOk();
  expect(refuseMeeting([move, { from: '/root/.kimaki-2', to: '/home/agent/.kimaki-2' }])).toBeOk();
  for (const to of [move.to, `${move.to}/tools`, '/home/agent']) {
    const refused = refuseMeeting([move, { from: '/home/opencode/.kimaki', to }])._unsafeUnwrapErr();
    expect(refused.code).toBe('MOVES_MEET');
    expect(refused.message).toContain('/home/opencode/.kimaki');
  }
});
