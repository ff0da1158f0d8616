import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable } from '../../../lab/index.js';
import type { Host } from '../../../lab/index.js';
import { cleanHost } from '../../../systemd/support/inHost.js';

const ETC = '/etc/systemd/system';
const UNIT = '[Service]\nUser=daemon\nEnvironment=A=1 KIMAKI_BOT_TOKEN=canary-4711\nExecStart=/bin/sleep 1000\n';
const dropIn = (line: string): string => `[Service]\n${line}\n`;

describe.skipIf(!labAvailable().ok)('wca unit set, unset and cat by name, on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await cleanHost();
  });
  afterAll(() => host.down());

  const at = (path: string): string => join(host.root, path);
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), text);
  };
  const wca = (...args: readonly string[]) => host.run(['wca', 'unit', ...args]);
  /** What systemd has for a property, after it has read all files anew. */
  const reloaded = async (unit: string, property: string): Promise<string> => {
    await host.ok('systemctl daemon-reload');
    return host.ok(['systemctl', 'show', '-p', property, '--value', '--', unit]);
  };

  it('edits the unit’s own file where no drop-in has a say', async () => {
    await put(`${ETC}/own.service`, UNIT);
    await put(`${ETC}/own.service.d/10-a.conf`, dropIn('Group=adm'));
    await host.ok('systemctl daemon-reload; systemctl start own');
    const said = await wca('set', 'own.service', 'Service.User=games');
    expect(said.code).toBe(0);
    expect(said.stderr).toContain('systemd still has User=daemon');
    expect(said.stderr).toContain('systemctl daemon-reload');
    expect(readFileSync(at(`${ETC}/own.service`), 'utf8')).toBe(UNIT.replace('daemon', 'games'));
    expect(await reloaded('own.service', 'User')).toBe('games');
    expect(said.stdout + said.stderr).not.toContain('canary');
  });

  it('makes a drop-in for a unit of a package, keeps to it, and changes nothing twice', async () => {
    await put('/usr/lib/systemd/system/pkg.service', UNIT);
    const path = `${ETC}/pkg.service.d/90-wca.conf`;
    const said = await wca('set', 'pkg.service', 'Service.User=games', '--json');
    expect(said.code).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({ path, changed: true, created: true });
    expect(readFileSync(at(path), 'utf8')).toBe(dropIn('User=games'));
    expect(statSync(at(path)).mode & 0o777).toBe(0o644);
    expect(statSync(dirname(at(path))).mode & 0o777).toBe(0o755);
    expect(await reloaded('pkg.service', 'User')).toBe('games');
    const { ino, mtimeMs } = statSync(at(path));
    expect((await wca('set', 'pkg.service', 'Service.User=games')).stdout).toBe('unchanged\n');
    expect(statSync(at(path))).toMatchObject({ ino, mtimeMs });
    await wca('set', 'pkg.service', 'Service.UMask=0002', 'Service.Environment.A=2');
    expect(readFileSync(at(path), 'utf8')).toBe(dropIn('User=games\nUMask=0002\nEnvironment=A=2'));
    expect(await reloaded('pkg.service', 'Environment')).toBe('A=2 KIMAKI_BOT_TOKEN=canary-4711');
    expect(existsSync(at(`${ETC}/pkg.service`))).toBe(false);
  });

  it('sorts behind whatever sets the key, also behind set-property and odd names', async () => {
    await put(`${ETC}/late.service`, UNIT);
    await put('/usr/lib/systemd/system/late.service.d/zz-z.conf', dropIn('User=bin'));
    expect((await wca('set', 'late.service', 'Service.User=games')).code).toBe(0);
    expect(await reloaded('late.service', 'User')).toBe('games');
    await put('/usr/lib/systemd/system/service.d/~~é.conf', dropIn('User=man'));
    expect(await reloaded('late.service', 'User')).toBe('man');
    const said = await wca('set', 'late.service', 'Service.User=games');
    expect(said.stdout + said.stderr).toContain(`${ETC}/late.service.d/~~é~wca.conf`);
    expect(await reloaded('late.service', 'User')).toBe('games');
    await host.ok('rm -r /usr/lib/systemd/system/service.d; systemctl daemon-reload; systemctl start late');
    await host.ok('systemctl set-property late.service CPUWeight=50');
    expect((await wca('set', 'late.service', 'Service.CPUWeight=70')).code).toBe(0);
    expect(await reloaded('late.service', 'CPUWeight')).toBe('70');
  });

  it('resets a list that an earlier file adds to, and refuses where nothing resets it', async () => {
    await put('/usr/lib/systemd/system/list.service', `${UNIT}[Unit]\nAfter=a.service\n`);
    await wca('set', 'list.service', 'Service.ExecStart=/bin/true now');
    expect(await reloaded('list.service', 'ExecStart')).toMatch(
      /^\{ path=\/bin\/true ; argv\[\]=\/bin\/true now ;[^{]*\}$/,
    );
    const refused = await wca('set', 'list.service', 'Unit.After=b.service');
    expect(refused).toMatchObject({ code: 65 });
    expect(refused.stderr).toContain('CANNOT_OVERRIDE');
    expect((await wca('set', 'list.service', 'Unit.After+=b.service')).code).toBe(0);
    expect(await reloaded('list.service', 'After')).toMatch(/a\.service.*b\.service|b\.service.*a\.service/);
  });

  it('changes one instance and not its template; of an alias the unit itself', async () => {
    await put(`${ETC}/inst@.service`, UNIT);
    await wca('set', 'inst@x.service', 'Service.User=games');
    expect(await reloaded('inst@x.service', 'User')).toBe('games');
    expect(await reloaded('inst@y.service', 'User')).toBe('daemon');
    await put(`${ETC}/real.service`, UNIT);
    await symlink('real.service', at(`${ETC}/other.service`));
    await wca('set', 'other.service', 'Service.User=games');
    expect(readFileSync(at(`${ETC}/real.service`), 'utf8')).toContain('User=games');
  });

  it('edits a linked unit by a drop-in, never through the link', async () => {
    await put('/opt/app/linked.service', UNIT);
    await symlink('/opt/app/linked.service', at(`${ETC}/linked.service`));
    expect((await wca('set', 'linked.service', 'Service.User=games')).code).toBe(0);
    expect(readFileSync(at('/opt/app/linked.service'), 'utf8')).toBe(UNIT);
    expect(await reloaded('linked.service', 'User')).toBe('games');
  });

  it.each<[string, string, string, () => Promise<unknown>]>([
    ['a masked unit', 'no-mask.service', 'UNIT_MASKED', () => symlink('/dev/null', at(`${ETC}/no-mask.service`))],
    [
      'a generated unit',
      'no-gen.service',
      'UNIT_NOT_LASTING',
      () =>
        host.ok(
          `mkdir -p /run/systemd/generator && printf '[Service]\\nExecStart=/bin/true\\n' > /run/systemd/generator/no-gen.service`,
        ),
    ],
    [
      'a transient unit',
      'no-run.service',
      'UNIT_NOT_LASTING',
      () => host.ok('systemd-run -q --unit=no-run sleep 1000'),
    ],
    [
      'a linked drop-in directory',
      'no-link.service',
      'DROP_IN_DIRECTORY_IS_LINK',
      async () => {
        await put('/usr/lib/systemd/system/no-link.service', UNIT);
        await mkdir(at('/opt/no-link'), { recursive: true });
        await symlink('/opt/no-link', at(`${ETC}/no-link.service.d`));
      },
    ],
    [
      'a unit that everyone may write to',
      'no-open.service',
      'UNTRUSTED_PATH',
      async () => {
        await put(`${ETC}/no-open.service`, UNIT);
        await host.ok(`chmod 666 ${ETC}/no-open.service`);
      },
    ],
    [
      'a drop-in directory that its group may write to',
      'no-dir.service',
      'UNTRUSTED_PATH',
      async () => {
        await put('/usr/lib/systemd/system/no-dir.service', UNIT);
        await host.ok(`mkdir ${ETC}/no-dir.service.d; chmod 775 ${ETC}/no-dir.service.d`);
      },
    ],
    [
      'a linked unit that another user owns',
      'no-home.service',
      'UNTRUSTED_PATH',
      async () => {
        await put('/opt/no-home.service', UNIT);
        await host.ok(`chown nobody /opt/no-home.service; ln -s /opt/no-home.service ${ETC}/no-home.service`);
      },
    ],
    [
      'a unit with a FIFO among its drop-ins',
      'no-fifo.service',
      'UNIT_FILES_UNCERTAIN',
      async () => {
        await put(`${ETC}/no-fifo.service`, UNIT);
        await host.ok(`mkdir ${ETC}/no-fifo.service.d; mkfifo ${ETC}/no-fifo.service.d/x.conf`);
      },
    ],
    [
      'a value that systemd does not take',
      'no-value.service',
      'UNIT_NOT_VALID',
      () => put('/usr/lib/systemd/system/no-value.service', UNIT.replace('User=daemon\n', '')),
    ],
  ])('refuses %s, and writes nothing', async (_, unit, code, make) => {
    await make();
    const before = await host.ok(
      `find ${ETC} /opt -newerct '1 second ago' >/dev/null; find ${ETC} /opt -printf '%p %i %T@\\n' | sort`,
    );
    const said = await wca('set', unit, 'Service.User=a:b');
    expect(said).toMatchObject({ code: 65, stdout: '' });
    expect(said.stderr).toContain(code);
    expect(await host.ok(`find ${ETC} /opt -printf '%p %i %T@\\n' | sort`)).toBe(before);
    await host.ok(`rm -rf ${ETC}/no-fifo.service*`);
  });

  it('takes a key away where one own file sets it, and says where others do', async () => {
    await put(`${ETC}/less.service`, UNIT);
    expect((await wca('unset', 'less.service', 'Service.User')).code).toBe(0);
    expect(await reloaded('less.service', 'User')).toBe('');
    expect((await wca('unset', 'less.service', 'Service.User')).stdout).toBe('unchanged\n');
    const refused = await wca('unset', 'pkg.service', 'Service.User');
    expect(refused).toMatchObject({ code: 65 });
    expect(refused.stderr).toContain('/usr/lib/systemd/system/pkg.service');
  });

  it('prints the file that would be written with --stdout, and where', async () => {
    await put('/usr/lib/systemd/system/dry.service', UNIT);
    const said = await wca('set', 'dry.service', 'Service.User=games', '--stdout');
    expect(said).toMatchObject({ code: 0, stdout: dropIn('User=games') });
    expect(said.stderr).toContain(`${ETC}/dry.service.d/90-wca.conf`);
    expect(existsSync(at(`${ETC}/dry.service.d`))).toBe(false);
  });

  it('prints the file that systemd would load, and not one it has loaded before', async () => {
    await put('/usr/lib/systemd/system/seen.service', UNIT);
    await host.ok('systemctl daemon-reload; systemctl start seen');
    await put(`${ETC}/seen.service`, `# newer\n${UNIT}`);
    expect((await wca('cat', 'seen.service')).stdout).toBe(`# newer\n${UNIT}`);
    expect((await wca('cat', 'no-mask.service')).code).toBe(65);
    expect((await wca('cat', 'nosuch.service')).code).toBe(66);
  });
});
