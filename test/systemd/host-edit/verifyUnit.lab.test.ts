import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { cleanHost, inHost, putUnits, writeQuestion } from '../support/inHost.js';

const GOOD = '[Service]\nExecStart=/bin/true\n';
const said = (text: string): unknown => expect.stringContaining(text) as unknown;

describe.skipIf(!labAvailable().ok)('unit files on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
    await putUnits(host, {
      'mine.service': GOOD,
      'mine.service.d/more.conf': '[Service]\nExecStart=/bin/false\n',
      'my-own.service': GOOD,
      'poor.service': `${GOOD}Foo=1\nEnvironment=A_TOKEN=canary-abc "junk canary-abc"\n`,
      'poor.service.d/old.conf': '[Service]\nOldFoo=1\n',
      'tidy@.service': GOOD,
      'linked.service': GOOD,
      'empty.service': '',
      'blocked.service': GOOD,
    });
    await host.ok('ln -s /dev/null /etc/systemd/system/masked.service');
    await host.ok('ln -s linked.service /etc/systemd/system/also.service');
  });
  afterAll(() => host.down());

  const verify = (unit: string, text: string, options = ''): Promise<unknown> =>
    inHost(host, `systemd.verifyUnit('${unit}', Buffer.from(${JSON.stringify(text)}), { ${options} })`);
  const check = (target: string): Promise<unknown> => inHost(host, `systemd.checkUnit('${target}')`);

  it('are verified with the drop-ins that are installed for the unit', async () => {
    expect(JSON.stringify(await verify('mine.service', GOOD))).toContain('more than one ExecStart=');
    expect(await verify('mine.service', '[Service]\nType=oneshot\nExecStart=/bin/true\n')).toEqual({ complaints: [] });
  });

  it('leave /run and the unit as they were', async () => {
    expect((await readdir(join(host.root, 'run'))).filter((name) => name.startsWith('wca-'))).toEqual([]);
    expect(existsSync(join(host.root, 'etc/systemd/system/mine.service'))).toBe(true);
  });

  it('have a new or edited drop-in verified before it is there, and only what is new counts', async () => {
    const none = "baseline: Buffer.from('')";
    const dropIn = "dropIn: 'new.conf'";
    expect(await verify('my-own.service', '[Service]\nUMask=0002\n', `${dropIn}, ${none}`)).toEqual({ complaints: [] });
    expect(await verify('my-own.service', '[Service]\nBar=1\n', `${dropIn}, ${none}`)).toEqual({
      complaints: ["my-own.service.d/new.conf:2: Unknown key 'Bar' in section [Service], ignoring."],
    });
    expect(JSON.stringify(await verify('my-own.service', '[Service]\nExecStart=\n', `${dropIn}, ${none}`))).toMatch(
      /lacks both ExecStart= and ExecStop=|has no ExecStart=/,
    );
    // A unit that was not in order before is not held against the drop-in.
    expect(await verify('poor.service', '[Service]\nUMask=0002\n', `${dropIn}, ${none}`)).toEqual({ complaints: [] });
    const old = "dropIn: 'old.conf', baseline: Buffer.from('[Service]\\nOldFoo=1\\n')";
    expect(await verify('poor.service', '# moved\n[Service]\nOldFoo=1\n', old)).toEqual({ complaints: [] });
    expect(await verify('poor.service', '[Service]\nOldFoo=1\nNewFoo=1\n', old)).toEqual({
      complaints: ["poor.service.d/old.conf:3: Unknown key 'NewFoo' in section [Service], ignoring."],
    });
    // One can put right what was wrong.
    expect(await verify('mine.service', '[Service]\nType=oneshot\n', "dropIn: 'a.conf'")).toEqual({ complaints: [] });
  });

  it('have no secret repeated, whichever file it stands in', async () => {
    const answer = await verify('poor.service', '[Service]\nBar=1\n', "dropIn: 'new.conf'");
    expect((answer as { complaints: string[] }).complaints.length).toBeGreaterThan(2);
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  it('take drop-ins for templates and their instances, and for none but real units', async () => {
    const dropIn = "dropIn: 'new.conf', baseline: Buffer.from('')";
    for (const unit of ['tidy@.service', 'tidy@x.service']) {
      expect(await verify(unit, '[Service]\nUMask=0002\n', dropIn)).toEqual({ complaints: [] });
      expect(JSON.stringify(await verify(unit, '[Service]\nBar=1\n', dropIn))).toContain(`${unit}.d/new.conf:2: `);
    }
    expect(await verify('nosuch.service', GOOD, dropIn)).toMatchObject({ code: 'UNIT_NOT_FOUND' });
    for (const name of ['new', '.new.conf', '../new.conf', 'a/b.conf', '.conf', 'new.conf~']) {
      expect(await verify('mine.service', GOOD, `dropIn: '${name}'`)).toMatchObject({ code: 'INVALID_DROP_IN_NAME' });
    }
  });

  it.each([
    ['its own', 'blocked.service.d', 'blocked.service'],
    ['all services', 'service.d', 'blocked.service'],
    ['a prefix', 'my-.service.d', 'my-own.service'],
    ['a template', 'tidy@.service.d', 'tidy@x.service'],
    ['another name', 'also.service.d', 'linked.service'],
  ])('are not handed to systemd when a FIFO lies among the drop-ins of %s', async (_, directory, unit) => {
    const folder = `/etc/systemd/system/${directory}`;
    await host.ok(`mkdir -p ${folder}; mkfifo ${folder}/x.conf`);
    const refused = { code: 'NOT_A_REGULAR_FILE', path: `${folder}/x.conf`, found: 'fifo' };
    expect(await verify(unit, GOOD)).toMatchObject(refused);
    // systemd itself would wait.
    expect((await host.run(`timeout 1 systemd-analyze verify --man=no ${unit}`)).code).toBe(124);
    await host.ok(`rm -r ${folder}`);
  });

  it('cannot stop PID 1 by way of this library, where systemctl would', async () => {
    const pipe = '/etc/systemd/system/my-own.service.d/pipe.conf';
    await host.ok(
      `systemctl start my-own.service; mkdir -p ${dirname(pipe)}; mkfifo /run/pipe; ln -s /run/pipe ${pipe}`,
    );
    const refused = { code: 'NOT_A_REGULAR_FILE', path: pipe, found: 'fifo' };
    for (const call of [
      'daemonReload()',
      "showUnit('my-own.service')",
      "startUnit('mine.service')",
      "enableUnit('mine.service')",
    ]) {
      expect(await inHost(host, `systemd.${call}`)).toMatchObject(refused);
    }
    expect(await check('my-own.service')).toMatchObject(refused);
    // The unit has to be loaded for the reload to read it.
    await host.run('timeout 1 systemctl show my-own.service');
    expect((await host.run('timeout 1 systemctl daemon-reload')).code).toBe(124);
    await host.ok(`rm ${pipe}; echo > /run/pipe`);
    await host.waitFor('timeout 2 systemctl daemon-reload');
    expect(await inHost(host, 'systemd.daemonReload()')).toBe('done');
  });

  it('are checked by name, with everything that is installed for the unit', async () => {
    expect(await check('my-own.service')).toEqual({
      ok: true,
      path: '/etc/systemd/system/my-own.service',
      unit: 'my-own.service',
      problems: [],
      complaints: [],
    });
    await putUnits(host, {
      'my-.service.d/x.conf': '[Service]\nPrefixFoo=1\n',
      'service.d/x.conf': '[Service]\nAllFoo=1\n',
    });
    const complaints = ["Unknown key 'PrefixFoo'", "Unknown key 'AllFoo'"].map(said);
    expect(await check('my-own.service')).toMatchObject({
      ok: false,
      complaints: expect.arrayContaining(complaints) as unknown,
    });
    expect(((await check('my-own.service')) as { complaints: string[] }).complaints).toHaveLength(2);
    expect(await check('/etc/systemd/system/service.d/x.conf')).toMatchObject({ code: 'INVALID_UNIT_NAME' });
    await host.ok('rm -r /etc/systemd/system/my-.service.d /etc/systemd/system/service.d');
    expect(await check('tidy@x.service')).toMatchObject({ ok: true, path: '/etc/systemd/system/tidy@.service' });
    expect(await check('also.service')).toMatchObject({ ok: true, unit: 'linked.service' });
    expect(await check('/etc/systemd/system/poor.service.d/old.conf')).toMatchObject({
      ok: false,
      unit: 'poor.service',
      complaints: expect.arrayContaining([said("Unknown key 'OldFoo'")]) as unknown,
    });
  });

  it('are masked when empty or a link to /dev/null, and missing when not there', async () => {
    const masked = { ok: false, problems: [{ code: 'MASKED', line: null }], complaints: [] };
    for (const unit of ['masked.service', 'empty.service']) {
      expect(await check(unit)).toMatchObject(masked);
      expect(await check(`/etc/systemd/system/${unit}`)).toMatchObject(masked);
    }
    expect(await check('nosuch.service')).toMatchObject({ code: 'UNIT_NOT_FOUND' });
    await host.ok('mkfifo /etc/systemd/system/pipe.service; mkdir /etc/systemd/system/folder.service');
    for (const unit of ['pipe.service', 'folder.service']) {
      expect(await check(unit)).toMatchObject({ code: 'UNIT_NOT_FOUND' });
      expect(await host.ok(`systemctl daemon-reload; systemctl show -P LoadState ${unit}`)).toBe('not-found');
    }
    await host.ok('mkfifo /root/pipe; ln -s /root/pipe /etc/systemd/system/to-pipe.service');
    expect(await check('to-pipe.service')).toMatchObject({ code: 'NOT_A_REGULAR_FILE' });
  });

  it('are checked without root and without a manager', async () => {
    await host.ok('chmod 755 /opt/wca');
    const question = await writeQuestion(host, "systemd.checkUnit('my-own.service')");
    expect(JSON.parse((await host.run(question, { user: 'www-data' })).stdout)).toMatchObject({ ok: true });
    const notBooted = `unshare --mount sh -c 'mount -t tmpfs none /run && exec ${question.join(' ')}'`;
    expect(JSON.parse(await host.ok(notBooted))).toMatchObject({ ok: true });
  });
});
