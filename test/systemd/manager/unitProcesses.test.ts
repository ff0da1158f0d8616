import { expect, it } from 'vitest';
import { processesOf } from '../../../src/systemd/manager/unitProcesses.js';

const UNIT = { controlGroup: '/system.slice/kimaki.service', mainPid: 100 };
const process = (pid: number, ppid: number, cgroup = ''): { pid: number; ppid: number; cgroup: string } => ({
  pid,
  ppid,
  cgroup,
});
const pids = (list: readonly ReturnType<typeof process>[], unit = UNIT): number[] =>
  processesOf(list, unit).map(({ pid }) => pid);

it('takes what is in the control group, in one below it, and what the main process started', () => {
  const within = '/system.slice/kimaki.service';
  const list = [
    process(1, 0, '/init.scope'),
    process(50, 1, within),
    process(51, 1, `${within}/sub`),
    process(52, 1, '/system.slice/kimaki.service-other'),
    process(60, 100, '/user.slice'),
    process(100, 1, within),
  ];
  expect(pids(list)).toEqual([50, 51, 60, 100]);
});

it('goes by the parents where control groups say nothing, children listed before their parents included', () => {
  const list = [process(7, 101, '/'), process(100, 1, '/'), process(101, 100, '/'), process(102, 1, '/')];
  expect(pids(list)).toEqual([7, 100, 101]);
  expect(pids(list, { controlGroup: '', mainPid: 100 })).toEqual([7, 100, 101]);
});
