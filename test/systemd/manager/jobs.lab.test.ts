import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTALL_DIR, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { cleanHost, inHost, putUnits, writeQuestion } from '../support/inHost.js';

const CANARY = 'canary-of-the-unit';
const said = (text: string): unknown => expect.stringContaining(text) as unknown;

describe.skipIf(!labAvailable().ok)('jobs and states of units on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
    const sleeper = '[Service]\nExecStart=/bin/sleep 1000\n';
    const install = '[Install]\nWantedBy=multi-user.target\n';
    await putUnits(host, {
      'plain.service': sleeper,
      'installed.service': `${sleeper}${install}`,
      'reloads.service': `${sleeper}ExecReload=/bin/touch /run/reloaded\n`,
      'reloads-badly.service': `${sleeper}ExecReload=/bin/sh -c "exit 9"\n`,
      'fails-before.service': `[Service]\nEnvironment=MY_TOKEN=${CANARY}\nExecStartPre=/bin/sh -c "echo found $MY_TOKEN wrong; exit 4"\nExecStart=/bin/true\n`,
      'no-directory.service': '[Service]\nType=oneshot\nWorkingDirectory=/nosuch\nExecStart=/bin/true\n',
      'bad-setting.service': '[Service]\nExecStart=./relative\n',
      'asserts.service': `[Unit]\nAssertPathExists=/nosuch\n${sleeper}`,
      'needs-another.service': `[Unit]\nRequires=no-directory.service\nAfter=no-directory.service\n${sleeper}`,
      'never-notifies.service': '[Service]\nType=notify\nTimeoutStartSec=infinity\nExecStart=/bin/sleep 1000\n',
      'wont-stop.service':
        '[Service]\nTimeoutStopSec=2\nExecStart=/bin/sh -c "trap : TERM; while :; do sleep 1000 & wait; done"\n',
      'shot.service': '[Service]\nType=oneshot\nExecStart=/bin/sleep 1\n',
      'gone.service': sleeper,
      'template@.service': `${sleeper}${install}`,
      'defaulted@.service': `${sleeper}${install}DefaultInstance=a\n`,
      'brings.service': `${sleeper}[Install]\nAlso=installed.service\n`,
    });
    await host.ok('ln -s /dev/null /etc/systemd/system/masked.service; systemctl daemon-reload');
  });
  afterAll(() => host.down());

  const ask = (expression: string): Promise<unknown> => inHost(host, `systemd.${expression}`);

  it('start, restart and stop give the journal and the exit status of what failed, and no secret', async () => {
    const failed = await ask("startUnit('fails-before.service')");
    expect(failed).toMatchObject({
      code: 'UNIT_JOB_FAILED',
      verb: 'start',
      unit: 'fails-before.service',
      message: said('ExecStartPre=: exit status 4'),
      journal: said('found [secret] wrong'),
      seen: { activeState: 'failed', result: 'exit-code' },
    });
    expect(JSON.stringify(failed)).not.toContain(CANARY);
    expect(await ask("restartUnit('no-directory.service')")).toMatchObject({
      code: 'UNIT_JOB_FAILED',
      verb: 'restart',
      message: said('exit status 200/CHDIR: '),
      journal: said('200/CHDIR'),
    });
  });

  it('say what systemd would not even try', async () => {
    expect(await ask("startUnit('bad-setting.service')")).toMatchObject({
      code: 'UNIT_JOB_FAILED',
      message: said('bad unit file setting'),
      journal: said('bad-setting.service:2: '),
      seen: { loadState: 'bad-setting' },
    });
    expect(await ask("startUnit('asserts.service')")).toMatchObject({ message: said('Assertion failed on job') });
    expect(await ask("startUnit('needs-another.service')")).toMatchObject({ message: said('A dependency job') });
    for (const verb of ['start', 'stop', 'restart', 'reload']) {
      expect(await ask(`${verb}Unit('nosuch.service')`)).toMatchObject({ code: 'UNIT_NOT_FOUND' });
    }
    expect(await ask("startUnit('masked.service')")).toMatchObject({ code: 'UNIT_MASKED' });
    expect(await ask("startUnit('template@.service')")).toMatchObject({ code: 'INVALID_UNIT_NAME' });
    expect(await ask("startUnit('template@a.service')")).toBe('done');
  });

  it('do not stop PID 1 at an EnvironmentFile= that is a FIFO, where systemctl would', async () => {
    await putUnits(host, { 'waits.service': '[Service]\nEnvironmentFile=-/opt/pipe\nExecStart=/bin/sleep 1000\n' });
    await host.ok('mkfifo /opt/pipe');
    const refused = { code: 'NOT_A_REGULAR_FILE', path: '/opt/pipe', found: 'fifo' };
    for (const verb of ['start', 'restart']) expect(await ask(`${verb}Unit('waits.service')`)).toMatchObject(refused);
    expect((await host.run('timeout 1 systemctl start waits.service')).code).toBe(124);
    expect((await host.run('timeout 1 systemctl show -p Version')).code).toBe(124);
    await host.ok('echo A=1 > /opt/pipe; rm /opt/pipe');
    expect(await ask("stopUnit('waits.service')")).toBe('done');
  });

  it('is refused to others than root, as such', async () => {
    await host.ok('chmod 755 /opt/wca');
    const refused = await host.run(await writeQuestion(host, "systemd.startUnit('plain.service')"), {
      user: 'www-data',
    });
    expect(JSON.parse(refused.stdout)).toMatchObject({ code: 'SYSTEMCTL_FAILED', exitCode: 4 });
  });

  it('a start that takes longer than its deadline goes on without us', async () => {
    expect(await ask("startUnit('never-notifies.service', { deadlineMs: 1500 })")).toMatchObject({
      code: 'PROGRAM_TIMEOUT',
      message: said('never-notifies.service: start did not finish within 1.5 s; systemd continues it'),
    });
    expect(await ask("isActive('never-notifies.service')")).toEqual({
      active: false,
      state: 'activating',
      subState: 'start',
    });
    expect(await ask("stopUnit('never-notifies.service')")).toBe('done');
  });

  it('a service that had to be killed is stopped', async () => {
    await host.ok('systemctl start wont-stop.service; sleep 0.5');
    expect(await ask("stopUnit('wont-stop.service')")).toBe('done');
    expect(await ask("isActive('wont-stop.service')")).toMatchObject({ active: false, state: 'failed' });
  });

  it('a reload runs ExecReload= and keeps the process; without one, or not running, nothing is done', async () => {
    await host.ok('systemctl start plain.service reloads.service reloads-badly.service');
    const pid = await host.ok('systemctl show -p MainPID --value reloads.service');
    expect(await ask("reloadUnit('reloads.service')")).toBe('done');
    await host.ok('test -e /run/reloaded');
    expect(await host.ok('systemctl show -p MainPID --value reloads.service')).toBe(pid);

    expect(await ask("reloadUnit('plain.service')")).toMatchObject({ code: 'UNIT_NOT_RELOADABLE' });
    expect(await ask("reloadUnit('reloads-badly.service')")).toMatchObject({
      code: 'UNIT_JOB_FAILED',
      verb: 'reload',
      message: said('ExecReload=: exit status 9'),
    });
    expect(await ask("isActive('reloads-badly.service')")).toMatchObject({ active: true });
    await host.ok('systemctl stop reloads.service');
    expect(await ask("reloadUnit('reloads.service')")).toMatchObject({ code: 'UNIT_NOT_ACTIVE' });
    expect(await ask("reloadUnit('masked.service')")).toMatchObject({ code: 'UNIT_MASKED' });
  });

  it('enables and disables, and does not believe an answer of 0', async () => {
    const link = '/etc/systemd/system/multi-user.target.wants/installed.service';
    expect(await ask("isEnabled('installed.service')")).toEqual({ enabled: false, state: 'disabled' });
    for (let twice = 0; twice < 2; twice += 1) expect(await ask("enableUnit('installed.service')")).toBe('done');
    await host.ok(`test -L ${link}`);
    expect(await ask("isEnabled('installed.service')")).toEqual({ enabled: true, state: 'enabled' });
    for (let twice = 0; twice < 2; twice += 1) expect(await ask("disableUnit('installed.service')")).toBe('done');
    await host.ok(`! test -e ${link}`);

    await host.ok('systemctl enable plain.service');
    expect(await ask("enableUnit('plain.service')")).toMatchObject({
      code: 'UNIT_ENABLEMENT_DIFFERS',
      state: 'static',
    });
    expect(await ask("disableUnit('plain.service')")).toBe('done');
    await host.ok('systemctl enable -q --runtime installed.service');
    expect(await ask("isEnabled('installed.service')")).toEqual({ enabled: true, state: 'enabled-runtime' });
    expect(await ask("disableUnit('installed.service')")).toMatchObject({
      code: 'UNIT_ENABLEMENT_DIFFERS',
      state: 'enabled-runtime',
    });

    await writeFile(join(host.root, 'opt/linked.service'), '[Service]\nExecStart=/bin/true\n');
    await host.ok('systemctl link -q /opt/linked.service');
    expect(await ask("isEnabled('linked.service')")).toEqual({ enabled: false, state: 'linked' });
    expect(await ask("disableUnit('linked.service')")).toBe('done');
    expect(await ask("isEnabled('linked.service')")).toMatchObject({ code: 'UNIT_NOT_FOUND' });

    expect(await ask("enableUnit('masked.service')")).toMatchObject({ code: 'UNIT_MASKED' });
    expect(await ask("enableUnit('nosuch.service')")).toMatchObject({ code: 'UNIT_NOT_FOUND' });
    expect(await ask("disableUnit('nosuch.service')")).toMatchObject({ code: 'UNIT_NOT_FOUND' });
    expect(await ask("enableUnit('template@.service')")).toMatchObject({ code: 'SYSTEMCTL_FAILED' });
    expect(await ask("isEnabled('template@.service')")).toMatchObject({ state: 'disabled' });
    expect(await ask("enableUnit('defaulted@.service')")).toBe('done');
    expect(await ask("isEnabled('defaulted@.service')")).toEqual({ enabled: true, state: 'enabled' });
    await host.ok('systemctl disable -q --runtime installed.service');
    expect(await ask("enableUnit('brings.service')")).toBe('done');
    expect(await ask("isEnabled('brings.service')")).toEqual({ enabled: false, state: 'indirect' });
    await host.ok('systemctl is-enabled -q installed.service defaulted@a.service');
  });

  it('tells a unit that does not exist from one that does not run or is not enabled', async () => {
    expect(await ask("isActive('nosuch.service')")).toMatchObject({ code: 'UNIT_NOT_FOUND' });
    expect(await ask("isEnabled('nosuch.service')")).toMatchObject({ code: 'UNIT_NOT_FOUND' });
    expect(await ask("isActive('installed.service')")).toEqual({ active: false, state: 'inactive', subState: 'dead' });
    expect(await ask("isActive('masked.service')")).toMatchObject({ active: false, state: 'inactive' });
    expect(await ask("isEnabled('masked.service')")).toEqual({ enabled: false, state: 'masked' });
    expect(await ask("isActive('multi-user.target')")).toEqual({ active: true, state: 'active', subState: 'active' });
  });

  it('knows a service that runs on although its file is gone', async () => {
    await host.ok('systemctl start gone.service; rm /etc/systemd/system/gone.service; systemctl daemon-reload');
    expect(await ask("isActive('gone.service')")).toMatchObject({ active: true, state: 'active' });
    expect(await ask("showUnit('gone.service')")).toMatchObject({ loadState: 'not-found', activeState: 'active' });
    expect(await ask("awaitState('gone.service', 'active', { deadlineMs: 1000 })")).toMatchObject({
      loadState: 'not-found',
    });
    expect(await ask("stopUnit('gone.service')")).toBe('done');
    expect(await ask("isActive('gone.service')")).toMatchObject({ code: 'UNIT_NOT_FOUND' });
  });

  it('waits for a state, and tells what was seen when it did not come', async () => {
    await host.ok('systemctl start --no-block shot.service');
    expect(await ask("awaitState('shot.service', ['inactive', 'failed'], { deadlineMs: 20000 })")).toMatchObject({
      activeState: 'inactive',
      result: 'success',
    });
    await host.ok('systemctl start --no-block never-notifies.service');
    expect(await ask("awaitState('never-notifies.service', 'active', { deadlineMs: 700 })")).toMatchObject({
      code: 'STATE_TIMEOUT',
      wanted: ['active'],
      states: ['activating (start)'],
      message: said('was not active within 0.7 s: it is activating (start)'),
    });
    await host.ok('systemctl stop never-notifies.service');
    expect(await ask("awaitState('masked.service', 'inactive', { deadlineMs: 5000 })")).toMatchObject({
      loadState: 'masked',
    });
    expect(await ask("awaitState('nosuch.service', 'active', { deadlineMs: 5000 })")).toMatchObject({
      code: 'UNIT_NOT_FOUND',
    });
  });

  it('hands every unit name over behind --, in a clean environment, to programs of the trusted PATH', async () => {
    const record = '/run/calls';
    await mkdir(join(host.root, 'usr/local/sbin'), { recursive: true });
    for (const program of ['systemctl', 'journalctl', 'systemd-analyze']) {
      const path = join(host.root, 'usr/local/sbin', program);
      const recorder = `#!/bin/sh\nprintf '%s|%s|%s\\n' "${program}" "$(env | grep -v ^_= | sort | tr '\\n' ' ')" "$*" >> ${record}\nexec /usr/bin/${program} "$@"\n`;
      await writeFile(path, recorder, { mode: 0o755 });
    }
    const script = [
      "import * as systemd from '@wca/runtime-sdk/systemd';",
      "const unit = 'installed.service';",
      ...['start', 'restart', 'reload', 'stop', 'enable', 'disable'].map((verb) => `await systemd.${verb}Unit(unit);`),
      ...['isActive', 'isEnabled', 'showUnit'].map((name) => `await systemd.${name}(unit);`),
      "await systemd.awaitState(unit, 'inactive', { deadlineMs: 10 });",
      "await systemd.listUnits(['installed*.service']);",
      "await systemd.verifyUnit(unit, Buffer.from('[Service]\\n'));",
      'await systemd.maskUnits([unit]);',
      'await systemd.unmaskUnits([unit]);',
      "await systemd.startUnit('fails-before.service');",
      "await systemd.awaitHealthy('fails-before.service', { deadlineMs: 10 });",
    ];
    await host.ok(['tee', `${INSTALL_DIR}/calls.mjs`], { input: script.join('\n') });
    const env = { SYSTEMD_PAGER: '/bin/false', SYSTEMD_LOG_LEVEL: 'debug', LC_ALL: 'de_DE.UTF-8' };
    await host.ok([`${INSTALL_DIR}/node`, `${INSTALL_DIR}/calls.mjs`], { env });
    const calls = (await host.ok(['cat', record])).split('\n').map((line) => line.split('|'));
    expect(new Set(calls.map(([program]) => program))).toEqual(new Set(['systemctl', 'journalctl', 'systemd-analyze']));
    expect(calls.length).toBeGreaterThan(15);
    for (const [program, environment = '', args = ''] of calls) {
      const names = environment.split(' ').map((each) => each.split('=')[0]);
      expect(environment, args).toContain('LC_ALL=C ');
      expect(names.filter((name) => !/^(?:LC_ALL|PATH|PWD|SYSTEMD_(?:UNIT_PATH|LOG_\w+)|)$/.test(name ?? ''))).toEqual(
        [],
      );
      if (program === 'journalctl') expect(args).toMatch(/ --unit=\S+\.service$/);
      else if (/\.service|\*/.test(args)) expect(args).toMatch(/ -- \S+$/);
    }
    await host.ok('rm /usr/local/sbin/systemctl /usr/local/sbin/journalctl /usr/local/sbin/systemd-analyze');
  });

  it('says so when systemd cannot be reached, and never waits longer than it may', async () => {
    const unreachable = { code: 'SYSTEMD_NOT_RUNNING' };
    const question = await writeQuestion(host, "systemd.isActive('plain.service')");
    await host.ok('systemctl stop dbus.socket dbus.service');
    expect(JSON.parse((await host.run(question, { user: 'www-data' })).stdout)).toMatchObject(unreachable);
    // Root has a way of its own.
    expect(JSON.parse(await host.ok(question))).toMatchObject({ active: true });
    await host.ok('systemctl start dbus.socket');

    const notBooted = `unshare --mount sh -c 'mount -t tmpfs none /run && exec ${question.join(' ')}'`;
    expect(JSON.parse(await host.ok(notBooted))).toMatchObject(unreachable);

    const hanging = await writeQuestion(host, "systemd.awaitState('plain.service', 'failed', { deadlineMs: 500 })");
    process.kill(host.pid, 'SIGSTOP');
    try {
      expect(JSON.parse(await host.ok(hanging, { timeoutMs: 30_000 }))).toMatchObject({ code: 'PROGRAM_TIMEOUT' });
    } finally {
      process.kill(host.pid, 'SIGCONT');
    }
  });
});
