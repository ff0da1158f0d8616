import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OLD_DATA_DIR, UNIT_FILE, compareSnapshots, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { AS_OPENCODE, AS_ROOT, CHANNELS, CONTENT, MINUTE, QUICK_APPLY, brokenHost, databaseRows, endedWith } from './support.js';
import { lastingSnapshot, migrate, registeredCommand, serviceProcess, told } from './support.js';

const lab = labAvailable();
const PACKAGE = '/usr/lib/node_modules/kimaki';
const TOUCHED = ['/etc/systemd/system', '/etc/sudoers.d', '/usr/local', '/var/www/site', '/root', '/home'];

/** What others do to a migrated host before somebody thinks of going back. */
describe.skipIf(!lab.ok)('a rollback that comes late', () => {
  let host: Host;
  let commandBefore = '';
  beforeAll(async () => {
    host = await brokenHost();
    commandBefore = await registeredCommand(host);
    endedWith(await migrate(host, QUICK_APPLY), 0);
  }, 5 * MINUTE);
  afterAll(() => host.down());

  it.each([
    ['the unit was rendered again', UNIT_FILE, "sed -i 's/^Description=.*/Description=rendered by an upgrade/'"],
    ['a unit of its companions was edited', '/etc/systemd/system/datamachine-worker.service', "sed -i 's/^Description=.*/Description=ours now/'"],
    ['what WordPress dispatches with was registered anew', CHANNELS, "sed -i s#/usr/local/bin/wp-coding-agents-kimaki-dispatch#/usr/bin/kimaki#"],
  ])('is refused whole where %s, by the name of the file, and changes nothing', async (_, path, edit) => {
    await host.ok(`cp -a ${path} /srv/kept; ${edit} ${path}; ! cmp -s ${path} /srv/kept`);
    const pid = await host.ok('systemctl show -p MainPID --value kimaki');
    const before = await lastingSnapshot(host, TOUCHED);
    for (const options of [['--dry-run'], ['--yes']]) {
      const { stdout, stderr } = endedWith(await migrate(host, ['rollback', ...options]), 65);
      expect(stdout + stderr, options.join()).toContain(path);
    }
    expect(compareSnapshots(before, await lastingSnapshot(host, TOUCHED))).toEqual([]);
    expect(await host.ok('systemctl show -p MainPID --value kimaki')).toBe(pid);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    await host.ok(`cat /srv/kept > ${path}; touch -r /srv/kept ${path}; rm /srv/kept`);
  });

  it('goes through where the package was upgraded and a plugin updated since, and keeps both', async () => {
    await host.ok(`cp -r ${PACKAGE} ${PACKAGE}.new; rm -r ${PACKAGE}; mv ${PACKAGE}.new ${PACKAGE}; sed -i 's/"version": *"[^"]*"/"version": "99.0.0"/' ${PACKAGE}/package.json`);
    await host.ok(`rm -r ${CONTENT}/plugins/tiny; mkdir ${CONTENT}/plugins/tiny; echo '<?php // Version: 2' > ${CONTENT}/plugins/tiny/tiny.php`, { user: 'www-data' });
    await host.ok('systemctl restart kimaki');
    const rows = await databaseRows(host);
    const back = told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0));
    expect(back).toMatchObject({ outcome: 'rolled-back', undoErrors: [], remaining: [] });
    expect(await serviceProcess(host)).toMatchObject(AS_ROOT);
    expect(await registeredCommand(host)).toBe(commandBefore);
    expect(await host.ok(`stat -c %U ${CONTENT}/plugins/tiny/tiny.php; grep -c 99.0.0 ${PACKAGE}/package.json`)).toBe('www-data\n1');
    const now = await databaseRows(host, OLD_DATA_DIR, 'root');
    expect(now.integrity).toBe('ok');
    expect(now.messages).toEqual(expect.arrayContaining([...rows.messages]));
  });
});
