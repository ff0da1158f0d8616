import { expect, it } from 'vitest';
import { RUNTIME_STATE, TOOLCHAIN_STATE, statePaths } from '../../../src/kimaki/state/statePaths.js';

it('names each entry once, relative to a home', () => {
  const all = [...RUNTIME_STATE, ...TOOLCHAIN_STATE];
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((path) => path.startsWith('/') || path.includes('..'))).toEqual([]);
});

it('gives a managed agent its own state and nothing of the toolchain', () => {
  expect(statePaths('managed')).toEqual(RUNTIME_STATE);
  expect(statePaths('engineering')).toEqual([...RUNTIME_STATE, ...TOOLCHAIN_STATE]);
});
