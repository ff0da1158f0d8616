import { expect, it } from 'vitest';
import { BRIDGES, KIMAKI, ROADIE } from '../../../src/kimaki/bridges/bridge.js';
import { RUNTIME_STATE, TOOLCHAIN_STATE, runtimeState } from '../../../src/kimaki/state/statePaths.js';

it('names each entry once, relative to a home', () => {
  const all = [...RUNTIME_STATE, ...TOOLCHAIN_STATE];
  for (const names of [RUNTIME_STATE, [...runtimeState(ROADIE), ...TOOLCHAIN_STATE]]) {
    expect(new Set(names).size).toBe(names.length);
  }
  expect(all.filter((path) => path.startsWith('/') || path.includes('..'))).toEqual([]);
});

it('gives each bridge its data directory, what the agent keeps behind any bridge, and what else is its own', () => {
  expect(runtimeState(KIMAKI)).toContain('.kimaki');
  expect(runtimeState(KIMAKI)).not.toContain('.subrouter');
  expect(runtimeState(ROADIE)).toEqual(expect.arrayContaining(['.roadie', '.subrouter', '.local/share/opencode']));
  expect(runtimeState(ROADIE)).not.toContain('.kimaki');
  // Any bridge can have any runtime behind it.
  for (const bridge of BRIDGES)
    expect(runtimeState(bridge)).toEqual(expect.arrayContaining(['.claude', '.claude.json', '.codex']));
});
