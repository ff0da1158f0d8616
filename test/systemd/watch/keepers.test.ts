import { expect, it } from 'vitest';
import type { OpenProcess } from '../../../src/posix/processes/index.js';
import { keepersOf } from '../../../src/systemd/watch/keepers.js';

const open = (pid: number, ports: readonly number[], files: readonly string[] = []): OpenProcess =>
  ({ process: { pid }, ports, files }) as unknown as OpenProcess;
const WANTED = { ports: [29988], below: '/home/a/.kimaki' };

it('gives the process behind each thing that must be open, whichever of the unit it is', () => {
  const { keepers, missing } = keepersOf([open(1, []), open(2, [29988], ['/home/a/.kimaki/x.db'])], WANTED);
  expect(keepers.map(({ process: { pid }, holds }) => [pid, holds])).toEqual([
    [2, 'listens on port 29988'],
    [2, 'has files of /home/a/.kimaki open'],
  ]);
  expect(missing).toEqual([]);
});

it('says what nobody has: a wrapper alone has neither', () => {
  expect(keepersOf([open(1, [])], WANTED)).toEqual({
    keepers: [],
    missing: ['listens on port 29988', 'has anything of /home/a/.kimaki open'],
  });
  expect(keepersOf([open(1, [])], { ports: [], below: null }).missing).toEqual([]);
});
