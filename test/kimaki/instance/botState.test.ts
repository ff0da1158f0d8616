import { describe, expect, it } from 'vitest';
import { judgeBot } from '../../../src/kimaki/instance/botState.js';
import type { OpenProcess } from '../../../src/posix/processes/index.js';
import { exampleInstance } from '../support/exampleInstance.js';

const DATA = '/home/opencode/.kimaki';
const base = exampleInstance();
const instance = { ...base, state: { ...base.state, mainPid: 100 }, dataDir: DATA, lockPort: 29_988 };
const DATABASE = [`${DATA}/discord-sessions.db`, `${DATA}/discord-sessions.db-wal`];

/** Times are seconds after boot. */
function open(pid: number, at: number, ports: readonly number[] = [], files: readonly string[] = []): OpenProcess {
  return { process: { pid, startTicks: at * 100 }, ports, files } as unknown as OpenProcess;
}
const judge = (list: readonly OpenProcess[], now = 1000): ReturnType<typeof judgeBot> =>
  judgeBot(instance, list, now * 100);

it('a child with the lock port and the database is a bot that runs', () => {
  expect(judge([open(100, 10), open(101, 11, [29_988], DATABASE)])).toEqual({
    problem: null,
    ports: [29_988],
    databases: ['discord-sessions.db'],
  });
});

describe('a dead child behind a living parent never counts', () => {
  it('where the child has ended', () => {
    expect(judge([open(100, 10)]).problem).toContain('no process of it listens on its lock port 29988');
  });
  it('where it lives and has opened nothing', () => {
    expect(judge([open(100, 10), open(101, 11)]).problem).toContain('does not run');
  });
  it('where it listens on another port', () => {
    expect(judge([open(100, 10), open(101, 11, [36_832], DATABASE)]).problem).toContain('29988');
  });
  it('where it has another database open', () => {
    const other = open(101, 11, [29_988], ['/root/.kimaki/discord-sessions.db', `${DATA}/deeper/other.db`]);
    expect(judge([open(100, 10), other]).problem).toContain(`has no database of ${DATA} open`);
  });
  it('where it was started again just now', () => {
    const young = [open(100, 10), open(205, 990, [29_988], DATABASE)];
    expect(judge(young, 1000).problem).toContain('was started again 10 s ago, as process 205');
    expect(judge(young, 1060).problem).toBeNull();
  });
});
