import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTALL_DIR, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { cleanHost, inHost, putUnits, writeQuestion } from '../support/inHost.js';

const CANARY = 'canary-of-the-unit';

interface Case {
  readonly unit: string;
  /** What is asked besides a deadline. */
  readonly request: string;
  /** What the answer must look like: an error by its code and words of its message, or a report. */
  readonly answer: { readonly code: string; readonly says: string } | 'healthy';
}

const AGAIN = 'Restart=always\nRestartSec=100ms';
const sh = (script: string): string => `ExecStart=/bin/sh -c "${script}"`;
const service = (...lines: readonly string[]): string => `[Service]\n${lines.join('\n')}\n`;

/** Services that do not do what their start promised, each in its own way, and some that do. All are watched at once. */
const CASES: Readonly<Record<string, Case>> = {
  'dies-at-once': {
    unit: service('ExecStart=/bin/false'),
    request: 'watchMs: 5000',
    answer: { code: 'UNIT_DID_NOT_START', says: 'exit status 1' },
  },
  'dies-late': {
    unit: service(sh('sleep 4; exit 7')),
    request: 'watchMs: 5000',
    answer: { code: 'UNIT_DID_NOT_STAY', says: 'exit status 7' },
  },
  'dies-late-and-comes-again': {
    unit: service(AGAIN, sh('sleep 4; exit 7')),
    request: 'watchMs: 5000',
    answer: { code: 'UNIT_DID_NOT_STAY', says: 'did not keep running' },
  },
  'ends-well-again-and-again': {
    unit: `[Unit]\nStartLimitIntervalSec=0\n${service(AGAIN, 'ExecStart=/bin/true')}`,
    request: 'watchMs: 5000',
    // Seen between two looks or not at all: either is true of it.
    answer: { code: expect.stringMatching(/^UNIT_DID_NOT_(START|STAY)$/) as string, says: 'restarted' },
  },
  'never-notifies': {
    unit: service('Type=notify', 'TimeoutStartSec=3', 'ExecStart=/bin/sleep 1000'),
    request: 'watchMs: 5000',
    answer: { code: 'UNIT_DID_NOT_START', says: "result 'timeout'" },
  },
  'fails-before': {
    unit: service('Restart=always', 'RestartSec=60', 'ExecStartPre=/bin/sh -c "exit 4"', 'ExecStart=/bin/sleep 1000'),
    request: 'watchMs: 5000, deadlineMs: 6000',
    answer: { code: 'HEALTH_TIMEOUT', says: 'ExecStartPre=: exit status 4' },
  },
  'has-no-user-before': {
    unit: service(
      'Restart=always',
      'RestartSec=60',
      'User=nosuchuser',
      'ExecStartPre=/bin/true',
      'ExecStart=/bin/true',
    ),
    request: 'watchMs: 5000',
    answer: { code: 'UNIT_DID_NOT_START', says: 'ExecStartPre=: exit status 217/USER' },
  },
  'forks-two': {
    unit: service('Type=forking', sh('sleep 1000 & sleep 1001 &')),
    request: 'watchMs: 5000',
    answer: { code: 'UNIT_WITHOUT_MAIN_PROCESS', says: 'PIDFile=' },
  },
  'forks-with-pid-file': {
    unit: service(
      'Type=forking',
      'PIDFile=/run/forks.pid',
      sh('umask 027; sleep 1000 & echo $! > /run/forks.pid; sleep 1001 &').replace('$!', '$$!'),
    ),
    request: 'watchMs: 5000, umask: 0o027',
    answer: 'healthy',
  },
  'changes-its-umask': {
    unit: service('UMask=0002', sh('umask 077; exec sleep 1000')),
    request: 'watchMs: 5000, umask: 2',
    answer: { code: 'UNIT_IDENTITY_WRONG', says: 'umask is 0077, not 0002' },
  },
  'drops-its-group-late': {
    unit: service('User=root', sh('sleep 3; exec setpriv --regid=33 --clear-groups sleep 1000')),
    request: 'watchMs: 5000, uid: 0, gid: 0',
    answer: { code: 'UNIT_IDENTITY_WRONG', says: 'gid is 33, not 0' },
  },
  'is-reloaded': {
    unit: service('ExecReload=/bin/sleep 2', sh('(sleep 2; systemctl reload is-reloaded) & exec sleep 1000')),
    request: 'watchMs: 5000',
    answer: 'healthy',
  },
  'is-restarted': {
    unit: service(
      sh('test -e /run/again || (touch /run/again; sleep 3; systemctl restart is-restarted) & exec sleep 1000'),
    ),
    request: 'watchMs: 6000',
    answer: { code: 'UNIT_DID_NOT_STAY', says: 'did not keep running' },
  },
  'is-skipped': {
    unit: `[Unit]\nConditionPathExists=/nosuch\n${service('ExecStart=/bin/sleep 1000')}`,
    request: "watchMs: 5000, finished: 'accept'",
    answer: { code: 'UNIT_DID_NOT_START', says: 'Condition…=' },
  },
  'fails-when-its-turn-comes': {
    unit: `[Unit]\nAfter=before.service\n${service('Type=oneshot', 'ExecStart=/bin/false')}`,
    request: "watchMs: 5000, finished: 'accept'",
    answer: { code: 'UNIT_DID_NOT_START', says: 'exit status 1' },
  },
};

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
      ...Object.fromEntries(Object.entries(CASES).map(([name, { unit }]) => [`${name}.service`, unit])),
      // systemd forgets at once about an inactive unit that nothing refers to.
      'multi-user.target.d/refer.conf': '[Unit]\nWants=is-skipped.service\n',
      'before.service': '[Service]\nType=oneshot\nExecStart=/bin/sleep 4\n',
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
  const SHORT = '{ watchMs: 2000, deadlineMs: 15000 }';

  it('reports the process that held, with what it really is', async () => {
    const report = await watch(
      'good.service',
      '{ uid: 33, gid: 33, groups: [33, 4], umask: 2, watchMs: 2000, deadlineMs: 15000 }',
    );
    expect(report).toMatchObject({ uid: 33, gid: 33, umask: 0o002 });
    expect((report as { groups: number[] }).groups).toContain(4);
    expect((report as { watchedMs: number }).watchedMs).toBeGreaterThanOrEqual(2000);
  });

  it('names what is wrong with a process that is up', async () => {
    expect(
      await watch('good.service', '{ uid: 1000, umask: 18, groups: [27], watchMs: 5000, deadlineMs: 15000 }'),
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
    expect(await watch(unit, '{ watchMs: 5000, deadlineMs: 60000 }')).toMatchObject({
      code: 'UNIT_DID_NOT_START',
      message: expect.stringContaining(explained) as unknown,
      seen: { execMainStatus: status },
    });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('is not taken in by a service that comes and goes, and hides its secrets in the journal', async () => {
    const answer = await watch('dies.service', '{ watchMs: 5000, deadlineMs: 30000 }');
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
    expect(await watch('slow.service', '{ watchMs: 1000, deadlineMs: 3000 }')).toMatchObject({
      code: 'HEALTH_TIMEOUT',
    });
    expect(await watch('good.service', '{ watchMs: 30000, deadlineMs: 4000 }')).toMatchObject({
      code: 'HEALTH_TIMEOUT',
    });
  });

  it('takes a oneshot that ended well for healthy only when asked to', async () => {
    expect(await watch('oneshot.service', "{ finished: 'accept', watchMs: 1000, deadlineMs: 15000 }")).toMatchObject({
      mainPid: 0,
    });
    expect(await watch('oneshot.service', SHORT)).toMatchObject({ code: 'UNIT_DID_NOT_START' });
    expect(await watch('badshot.service', "{ finished: 'accept', watchMs: 1000, deadlineMs: 15000 }")).toMatchObject({
      code: 'UNIT_DID_NOT_START',
    });
  });

  describe('with many services at once', () => {
    let answers: Readonly<Record<string, unknown>> = {};
    beforeAll(async () => {
      const units = ['before.service', ...Object.keys(CASES).map((name) => `${name}.service`)];
      await host.ok(`systemctl start --no-block ${units.join(' ')}`);
      const watched = Object.entries(CASES).map(
        ([name, { request }]) => `watch('${name}', { deadlineMs: 30000, ${request} })`,
      );
      await host.ok(['tee', `${INSTALL_DIR}/watch.mjs`], {
        input: [
          "import { awaitHealthy } from '@wca/runtime-sdk/systemd';",
          'const watch = async (name, request) => {',
          '  const health = await awaitHealthy(`${name}.service`, request);',
          '  return [name, health.isOk() ? health.value : health.error];',
          '};',
          `console.log(JSON.stringify(Object.fromEntries(await Promise.all([${watched.join(', ')}]))));`,
        ].join('\n'),
      });
      const printed = await host.ok([`${INSTALL_DIR}/node`, `${INSTALL_DIR}/watch.mjs`]);
      answers = JSON.parse(printed) as Readonly<Record<string, unknown>>;
      await host.run(`systemctl stop ${units.join(' ')}`);
    });

    it.each(Object.entries(CASES))('is right about one that %s', (name, { answer }) => {
      if (answer === 'healthy') {
        expect(answers[name]).toMatchObject({
          mainPid: expect.any(Number) as unknown,
          watchedMs: expect.any(Number) as unknown,
        });
        return;
      }
      const { code, says } = answer;
      expect(answers[name]).toMatchObject({ code, message: expect.stringContaining(says) as unknown });
    });
  });

  it('watches for twice the unit’s RestartSec= by default, and ends with ABORTED when its signal is aborted', async () => {
    const request = '{ signal: AbortSignal.timeout(1000), onProgress: (said) => console.error(said) }';
    await host.ok('systemctl start good.service');
    await putUnits(host, { 'good.service.d/again.conf': '[Service]\nRestartSec=12\n' });
    const said = await host.run(await writeQuestion(host, `systemd.awaitHealthy('good.service', ${request})`));
    expect(said.stderr).toContain('watching for 24 s that it keeps running');
    expect(JSON.parse(said.stdout)).toMatchObject({ code: 'ABORTED' });
    await host.ok('systemctl stop good.service');
  });

  it('says that there is no such unit', async () => {
    expect(await watch('nosuch.service', SHORT)).toMatchObject({ code: 'UNIT_NOT_FOUND' });
  });
});
