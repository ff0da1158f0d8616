import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable } from '../lab/index.js';
import type { Host } from '../lab/index.js';
import { cleanHost, inHost, putUnits } from './support/inHost.js';

const CANARY = 'canary-of-the-unit';

describe.skipIf(!labAvailable().ok)('awaitHealthy on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
    const service = (lines: string): string => `[Service]\nEnvironment=MY_TOKEN=${CANARY}\n${lines}\n`;
    await putUnits(host, {
      'good.service': service('User=www-data\nSupplementaryGroups=adm\nUMask=0002\nExecStart=/bin/sleep 1000'),
      'nouser.service': service('User=nosuchuser\nRestart=always\nRestartSec=10\nExecStart=/bin/sleep 1000'),
      'noprogram.service': service('Restart=always\nRestartSec=10\nExecStart=/no/such/program'),
      'nodirectory.service': service('WorkingDirectory=/no/such/directory\nExecStart=/bin/sleep 1000'),
      'dies.service': service(
        `Restart=always\nRestartSec=300ms\nExecStart=/bin/sh -c "echo found $MY_TOKEN wrong; sleep 1; exit 3"`,
      ),
      'ends.service': service('ExecStart=/bin/true'),
      'killed.service': service('ExecStart=/bin/sh -c "kill -9 $$$$"'),
      'slow.service': service('Type=notify\nNotifyAccess=all\nTimeoutStartSec=60\nExecStart=/bin/sleep 1000'),
      'oneshot.service': service('Type=oneshot\nExecStart=/bin/true'),
      'badshot.service': service('Type=oneshot\nExecStart=/bin/false'),
    });
  });
  afterAll(() => host.down());

  /** Starts the unit, whatever the start says, and waits for its health. */
  const watch = async (unit: string, request: string): Promise<unknown> => {
    await host.run(['systemctl', 'start', '--no-block', unit]);
    const answer = await inHost(host, `systemd.awaitHealthy('${unit}', ${request})`);
    await host.run(['systemctl', 'stop', unit]);
    return answer;
  };
  const SHORT = '{ holdSeconds: 2, deadlineMs: 15000 }';

  it('reports the process that held, with what it really is', async () => {
    const report = await watch(
      'good.service',
      '{ uid: 33, gid: 33, groups: [33, 4], umask: 2, holdSeconds: 2, deadlineMs: 15000 }',
    );
    expect(report).toMatchObject({ uid: 33, gid: 33, umask: 0o002 });
    expect((report as { groups: number[] }).groups).toContain(4);
    expect((report as { heldMs: number }).heldMs).toBeGreaterThanOrEqual(2000);
  });

  it('names what is wrong with a process that is up', async () => {
    expect(
      await watch('good.service', '{ uid: 1000, umask: 18, groups: [27], holdSeconds: 5, deadlineMs: 15000 }'),
    ).toMatchObject({
      code: 'UNIT_IDENTITY_WRONG',
      message: expect.stringContaining(
        'uid is 33, not 1000; it is not in group 27; umask is 0002, not 0022',
      ) as unknown,
    });
  });

  it.each([
    ['nouser.service', '217/USER', 217],
    ['noprogram.service', '203/EXEC', 203],
    ['nodirectory.service', '200/CHDIR', 200],
  ])('explains why systemd could not start %s, without waiting for further tries', async (unit, explained, status) => {
    const started = performance.now();
    expect(await watch(unit, '{ holdSeconds: 5, deadlineMs: 60000 }')).toMatchObject({
      code: 'UNIT_DID_NOT_START',
      message: expect.stringContaining(explained) as unknown,
      seen: { execMainStatus: status },
    });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('is not taken in by a service that comes and goes, and hides its secrets in the journal', async () => {
    const answer = await watch('dies.service', '{ holdSeconds: 5, deadlineMs: 30000 }');
    expect(answer).toMatchObject({
      code: 'UNIT_DID_NOT_STAY',
      journal: expect.stringContaining('found [secret] wrong') as unknown,
    });
    expect(JSON.stringify(answer)).not.toContain(CANARY);
  });

  it('does not wait for a service that has ended, and says how', async () => {
    expect(await watch('ends.service', SHORT)).toMatchObject({ code: 'UNIT_DID_NOT_START' });
    expect(await watch('killed.service', SHORT)).toMatchObject({
      message: expect.stringContaining('killed by SIGKILL') as unknown,
    });
  });

  it('ends when the time is over', async () => {
    expect(await watch('slow.service', '{ holdSeconds: 1, deadlineMs: 3000 }')).toMatchObject({
      code: 'HEALTH_TIMEOUT',
    });
    expect(await watch('good.service', '{ holdSeconds: 30, deadlineMs: 4000 }')).toMatchObject({
      code: 'HEALTH_TIMEOUT',
    });
  });

  it('takes a oneshot that ended well for healthy only when asked to', async () => {
    expect(await watch('oneshot.service', "{ finished: 'accept', holdSeconds: 1, deadlineMs: 15000 }")).toMatchObject({
      mainPid: 0,
    });
    expect(await watch('oneshot.service', SHORT)).toMatchObject({ code: 'UNIT_DID_NOT_START' });
    expect(await watch('badshot.service', "{ finished: 'accept', holdSeconds: 1, deadlineMs: 15000 }")).toMatchObject({
      code: 'UNIT_DID_NOT_START',
    });
  });

  it('says that there is no such unit', async () => {
    expect(await watch('nosuch.service', SHORT)).toMatchObject({ code: 'UNIT_NOT_FOUND' });
  });
});
