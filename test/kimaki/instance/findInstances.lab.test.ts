import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bootHost,
  CANARY,
  installPackage,
  labAvailable,
  OLD_LOCK_PORT,
  OLD_DATA_DIR,
  SITE,
  UNIT_FILE,
} from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { hostScript } from '../support/hostScript.js';

const lab = labAvailable();

describe.skipIf(!lab.ok)('the installs of a broken host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
  });
  afterAll(() => host.down());

  const find = (options = ''): Promise<unknown> =>
    hostScript(
      host,
      `const found = await kimaki.findInstances(${options});
       answer(found.match((all) => all.map(({ files, state, environment, effective, ...rest }) => ({
         ...rest, paths: files.map(({ path }) => path), variables: Object.keys(environment).length,
       })), (error) => error));`,
    );

  it('are described as configured, as loaded and as running', async () => {
    const pid = Number(await host.ok('systemctl show -p MainPID --value kimaki'));
    expect(await find()).toEqual([
      {
        bridge: 'kimaki',
        name: '',
        user: 'root',
        group: null,
        home: '/home/opencode',
        homeSource: 'environment',
        dataDir: OLD_DATA_DIR,
        dataDirSource: 'argument',
        binary: `${OLD_DATA_DIR}/bin/kimaki`,
        args: ['--data-dir', OLD_DATA_DIR, '--auto-restart', '--no-critique', '--enable-skill', 'lab-skill'],
        site: SITE,
        siteSource: 'working-directory',
        lockPort: OLD_LOCK_PORT,
        umask: null,
        unit: 'kimaki.service',
        fragmentPath: UNIT_FILE,
        kind: 'own',
        users: {
          configured: 'root',
          loaded: 'root',
          running: { pid, uid: 0, name: 'root', gid: 0, groups: [], umask: 0o022 },
        },
        accountHome: '/root',
        companions: ['datamachine-worker.service', 'datamachine-worker.timer'],
        paths: [UNIT_FILE],
        variables: 7,
      },
    ]);
  });

  it('read only, and print no secret with their changes', async () => {
    const plan = await hostScript(
      host,
      `const [one] = (await kimaki.findInstances())._unsafeUnwrap();
       const plan = kimaki.planUnitRewrite(one.files[0].document, {
         user: 'opencode', group: 'opencode', oldHomes: ['/root'], newHome: '/home/opencode', oldDataDir: one.dataDir,
         newDataDir: '/home/opencode/.kimaki', binary: '/usr/bin/kimaki', umask: '0002',
       })._unsafeUnwrap();
       const agent = (await posix.lookupIdentity('opencode'))._unsafeUnwrap();
       const source = { path: one.fragmentPath, document: plan.document, role: 'fragment' };
       const unit = systemd.effectiveUnit(one.unit, [source], one.effective.specifiers);
       const failing = (await kimaki.programsFailingAsAgent(unit, agent, '/usr/bin:/bin'))._unsafeUnwrap();
       const { changes, leftovers } = plan;
       answer({ changes, leftovers, failing, privileged: kimaki.privilegedLines(unit) });`,
    );
    expect(JSON.stringify(plan)).not.toContain(CANARY);
    expect(plan).toMatchObject({ leftovers: [], privileged: [] });
    const { failing } = plan as { failing: readonly { path: string; problem: string; fatal: boolean }[] };
    expect(new Set(failing.map(({ path, problem, fatal }) => `${path} ${problem} ${fatal}`))).toEqual(
      new Set(['/opt/kimaki-config/post-upgrade.sh writes-where-it-may-not true']),
    );
  });

  it('are told apart, with drop-ins and variables from files', async () => {
    const units = join(host.root, 'etc/systemd/system');
    await host.ok(
      'useradd -m shop; cd /etc/systemd/system; mkdir -p kimaki-shop.service.d /srv/shop; touch kimaki-none.service',
    );
    await writeFile(
      join(units, 'kimaki-shop.service'),
      `[Service]\nExecStart=/bin/sleep 1\nWorkingDirectory=/srv/shop\n`,
    );
    await writeFile(
      join(units, 'kimaki-shop.service.d/10-user.conf'),
      '[Service]\nUser=shop\nEnvironmentFile=/etc/shop.env\n',
    );
    await writeFile(join(host.root, 'etc/shop.env'), 'KIMAKI_DATA_DIR="/home/shop/data"\nKIMAKI_LOCK_PORT=30001\n');
    await host.ok('systemctl daemon-reload');
    expect(await find()).toMatchObject([
      {
        unit: 'kimaki-shop.service',
        user: 'shop',
        home: '/home/shop',
        dataDir: '/home/shop/data',
        lockPort: 30_001,
        companions: [],
      },
      { unit: 'kimaki.service' },
    ]);
    expect(await find(`{ unit: 'kimaki-shop.service' }`)).toMatchObject([
      {
        name: 'shop',
        users: { configured: 'shop', loaded: 'shop', running: null },
        paths: ['/etc/systemd/system/kimaki-shop.service', '/etc/systemd/system/kimaki-shop.service.d/10-user.conf'],
      },
    ]);
  });

  it('are configured as the files say, before systemd has heard of it', async () => {
    const dropIn = join(host.root, 'etc/systemd/system/kimaki.service.d/50-who.conf');
    await host.ok('mkdir -p /etc/systemd/system/kimaki.service.d');
    await writeFile(dropIn, '[Service]\nUser=opencode\nEnvironmentFile=/etc/kimaki.env\n');
    await writeFile(join(host.root, 'etc/kimaki.env'), 'KIMAKI_LOCK_PORT=30002\n');
    expect(await find(`{ unit: 'kimaki.service' }`)).toMatchObject([
      {
        lockPort: 30_002,
        users: { configured: 'opencode', loaded: 'root', running: { uid: 0 } },
        paths: [UNIT_FILE, '/etc/systemd/system/kimaki.service.d/50-who.conf'],
      },
    ]);
    await host.ok('rm -r /etc/systemd/system/kimaki.service.d /etc/kimaki.env');
  });

  it.each([
    ['kimaki-absent.service', 'UNIT_NOT_FOUND'],
    ['kimaki-none.service', 'UNIT_WITHOUT_FILE'],
    ['../kimaki.service', 'INVALID_UNIT_NAME'],
    ['kimaki bad.service', 'INVALID_UNIT_NAME'],
  ])('that are asked for as %s are refused with %s', async (unit, code) => {
    expect(await find(JSON.stringify({ unit }))).toMatchObject({ code });
  });
});
