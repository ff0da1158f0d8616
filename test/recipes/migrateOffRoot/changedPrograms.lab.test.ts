import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEW_DATA_DIR, OLD_DATA_DIR, SITE, compareSnapshots, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import {
  AS_OPENCODE,
  AS_ROOT,
  QUICK_APPLY,
  brokenHost,
  endedWith,
  lastingSnapshot,
  migrate,
  serviceProcess,
} from './support.js';

const lab = labAvailable();
const REAL = '/usr/lib/node_modules/kimaki/bin/kimaki.js';
const UIDS = '/var/tmp/planted-uids';
/** Writes down as whom it is started, and then does what the program did before. */
const PLANTED = `#!/bin/sh\nid -u >> ${UIDS}\nexec ${REAL} "$@"\n`;
const TOUCHED = ['/etc/systemd/system', '/etc/sudoers.d', '/usr/local', '/var/www/site', '/root', '/home'];

describe.skipIf(!lab.ok)('a program of root that the agent replaced after the migration', () => {
  let host: Host;
  beforeAll(async () => {
    host = await brokenHost();
    endedWith(await migrate(host, QUICK_APPLY), 0);
    await host.ok(`cat > ${NEW_DATA_DIR}/bin/kimaki`, { user: 'opencode', input: PLANTED });
    await host.ok(`mkdir -p .opencode/plugin && echo x > .opencode/plugin/new.js`, { cwd: SITE });
  });
  afterAll(() => host.down());

  it('refuses the rollback as a whole, by its name and with the option, and changes nothing', async () => {
    const pid = await host.ok('systemctl show -p MainPID --value kimaki');
    const before = lastingSnapshot(host, TOUCHED);
    const planned = endedWith(await migrate(host, ['rollback', '--dry-run']), 65);
    const refused = endedWith(await migrate(host, ['rollback', '--yes']), 65);
    for (const { stdout, stderr } of [planned, refused]) {
      expect(stdout + stderr).toContain(`${NEW_DATA_DIR}/bin/kimaki`);
      expect(stdout + stderr).toContain('--accept-changed-programs');
    }
    expect(compareSnapshots(before, lastingSnapshot(host, TOUCHED))).toEqual([]);
    expect(await host.ok('systemctl show -p MainPID --value kimaki')).toBe(pid);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    expect((await host.run(['cat', UIDS])).code).not.toBe(0);
  });

  it('is not let through by force alone', async () => {
    endedWith(await migrate(host, ['rollback', '--force', '--yes']), 65);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
  });

  it('runs as root where that is accepted, and the rollback says so', async () => {
    const { stderr } = endedWith(await migrate(host, ['rollback', '--accept-changed-programs', '--yes']), 0);
    expect(stderr).toContain(`${OLD_DATA_DIR}/bin/kimaki was changed since, and root runs it as it is, as accepted`);
    expect(stderr).toContain(`${SITE}/.opencode/plugin was changed since; it can make a program of root run others`);
    expect(await serviceProcess(host)).toMatchObject(AS_ROOT);
    expect(await host.ok(['cat', UIDS])).toBe('0');
  });
});
