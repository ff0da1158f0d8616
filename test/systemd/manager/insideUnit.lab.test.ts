import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { cleanHost, writeQuestion } from '../support/inHost.js';

describe.skipIf(!labAvailable().ok)('insideUnit on a booted host', () => {
  let host: Host;
  let question = '';
  beforeAll(async () => {
    host = await cleanHost();
    question = (await writeQuestion(host, "systemd.insideUnit('agent.service')")).join(' ');
  });
  afterAll(() => host.down());

  /** Runs a shell line as agent.service and gives what it printed. */
  const asAgent = (line: string, ...properties: string[]): Promise<string> =>
    host.ok([
      'systemd-run',
      '--quiet',
      '--wait',
      '--pipe',
      '--collect',
      '--unit=agent',
      ...properties,
      'bash',
      '-c',
      line,
    ]);

  it('finds itself in the unit, and below it', async () => {
    expect(await asAgent(question)).toBe('true');
    expect(await asAgent(`setsid --wait ${question}`)).toBe('true');
    expect(await asAgent(`sudo -n ${question}`)).toBe('true');
    const inSubgroup = 'd=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup); mkdir $d/sub; echo $$ > $d/sub/cgroup.procs;';
    expect(await asAgent(`${inSubgroup} ${question}`, '-p', 'Delegate=yes')).toBe('true');
  });

  it('finds itself in the unit through its parents when it was moved out', async () => {
    expect(await asAgent(`systemd-run --quiet --scope ${question}; true`)).toBe('true');
  });

  it('is outside elsewhere, also when the unit runs or is only named alike', async () => {
    await host.ok('systemd-run -q --unit=agent sleep 1000; systemd-run -q --unit=agent-two sleep 1000');
    expect(await host.ok(question)).toBe('false');
    expect(await host.ok(`systemd-run --quiet --wait --pipe --unit=agent2 ${question}`)).toBe('false');
    await host.ok('systemctl stop agent');
  });
});
