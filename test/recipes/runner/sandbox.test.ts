import { describe, expect, it } from 'vitest';
import { sandboxOf } from '../../../src/recipes/runner/sandbox.js';
import type { ListDirectory } from '../../../src/recipes/runner/sandbox.js';

/** A host of these files and directories; a directory ends in a slash. */
function hostOf(...paths: readonly string[]): ListDirectory {
  return (directory) => {
    const below = directory === '/' ? '/' : `${directory}/`;
    const found = new Map<string, boolean>();
    for (const path of paths.filter((one) => one.startsWith(below) && one !== below)) {
      const [name = '', ...rest] = path.slice(below.length).split('/');
      found.set(name, found.get(name) === true || rest.length > 0);
    }
    return Promise.resolve([...found].map(([name, isDirectory]) => ({ name, isDirectory })));
  };
}

const HOST = hostOf(
  '/etc/systemd/system/kimaki.service',
  '/etc/sudoers.d/',
  '/etc/nginx/nginx.conf',
  '/etc/passwd',
  '/etc/cron.d/',
  '/home/opencode/.bashrc',
  '/home/other/',
  '/home/with "quotes"/',
  '/root/.kimaki/kimaki.db',
  '/root/.config/opencode/',
  '/root/.config/other/',
  '/root/.ssh/id',
  '/var/www/site/wp-content/',
  '/var/www/html/',
  '/var/spool/cron/crontabs/root',
  '/usr/local/bin/',
);

const ALWAYS_CLOSED = ['/srv', '/opt', '/var/spool', '/var/backups'];

async function settings(
  paths: readonly string[],
  protect = 'full',
): Promise<{ readonly open: readonly string[]; readonly closed: readonly string[] }> {
  const all = await sandboxOf(paths, HOST);
  expect(all[0]).toBe(`ProtectSystem=${protect}`);
  const of = (key: string): readonly string[] =>
    all.filter((setting) => setting.startsWith(`${key}=`)).map((setting) => setting.slice(key.length + 1));
  return {
    open: of('ReadWritePaths'),
    closed: of('ReadOnlyPaths').filter((one) => !ALWAYS_CLOSED.includes(one.slice(1))),
  };
}

describe('the sandbox of a run', () => {
  it('opens nothing where nothing is written, and closes every place of others', async () => {
    expect(await settings([])).toEqual({ open: [], closed: ['-/home', '-/root', '-/var/www'] });
  });

  it('opens the directory of a file below /etc, or the nearest one that is there', async () => {
    const { open } = await settings([
      '/etc/systemd/system/kimaki.service',
      '/etc/systemd/system/php8.2-fpm.service.d/umask.conf',
      '/usr/local/bin/hop',
    ]);
    expect(open).toEqual(['/etc/systemd/system', '/usr/local/bin']);
  });

  it('closes what is beside a path that moves, never the path or a directory on the way to it', async () => {
    const { open, closed } = await settings([
      '/root/.kimaki',
      '/root/.config/opencode',
      '/home/opencode',
      '/var/www/site',
    ]);
    expect(open).toEqual([]);
    expect(closed).toEqual([
      '-/home/other',
      '"-/home/with \\"quotes\\""',
      '-/root/.config/other',
      '-/root/.ssh',
      '-/var/www/html',
    ]);
  });

  it('opens /etc for the files of accounts alone', async () => {
    const { open, closed } = await settings(['/etc/passwd', '/etc/shadow', '/etc/sudoers.d/hop'], 'yes');
    expect(open).toEqual(['/etc/sudoers.d']);
    expect(closed).toEqual(expect.arrayContaining(['-/etc/nginx', '-/etc/cron.d', '-/etc/systemd']));
    expect(closed).not.toContain('-/etc/passwd');
    expect(closed).not.toContain('-/etc/sudoers.d');
  });

  it('keeps a tree below /usr that is written itself open', async () => {
    expect((await settings(['/usr/local/bin'])).open).toEqual(['/usr/local', '/usr/local/bin']);
  });
});
