import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OLD_DATA_DIR, labAvailable, runWithFault } from '../../lab/index.js';
import type { Fault, Host } from '../../lab/index.js';
import { AS_ROOT, QUICK_APPLY, brokenHost, databaseRows, endedWith, migrate, serviceProcess, told } from './support.js';
import { inCampaign } from '../../support/campaign.js';
import type { Rows } from './support.js';

const lab = labAvailable();
const RECOVERY = '/etc/systemd/system/wca-recovery.service';
const ROLLBACK = ['rollback', '--json', '--yes'] as const;
/** With the state in its new place, and the unit still the old one. */
const KILLED: Fault = { match: '^rename .*/etc/systemd/system/kimaki\\.service$', at: 1, what: 'kill' };

/** A host that goes down, or is tinkered with, while a run is neither here nor there. */
describe.skipIf(!lab.ok)('between two sides', () => {
  let host: Host;
  let rows: Rows;
  beforeAll(async () => {
    host = await brokenHost();
    rows = await databaseRows(host, OLD_DATA_DIR, 'root');
  });
  afterAll(() => host.down());

  /** The old service in full, with nothing of the run left that could keep it from its next start. */
  async function expectBefore(): Promise<void> {
    await host.serviceListens();
    expect(await serviceProcess(host)).toMatchObject(AS_ROOT);
    expect((await databaseRows(host, OLD_DATA_DIR, 'root')).channels).toBe(rows.channels);
    expect(
      await host.ok(
        `find /etc/systemd/system /run/systemd -name "wca-recovery*" -o -path "*/system.control/*" -type l`,
      ),
    ).toBe('');
    await host.ok('systemctl daemon-reload; systemctl restart kimaki');
  }

  it('a service whose state could not go back does not start without it after a reboot', async () => {
    endedWith(await migrate(host, QUICK_APPLY), 0);
    const failing: Fault = { match: '^rename /home/opencode/\\.kimaki', at: 1, times: 99, what: 'EIO' };
    const back = told(endedWith(await runWithFault(host, ['migrate-off-root', ...ROLLBACK], failing), 74));
    expect(JSON.stringify(back.undoErrors)).toContain('EIO');
    await host.crash();
    await host.serviceListens();
    expect((await databaseRows(host, OLD_DATA_DIR, 'root')).channels).toBe(rows.channels);
    endedWith(await migrate(host, ROLLBACK), 0);
    await expectBefore();
  });

  it('one rollback is enough where the Node that the recovery unit runs is gone when the host comes up', async () => {
    expect((await runWithFault(host, ['migrate-off-root', ...QUICK_APPLY], KILLED)).code).toBe(137);
    await host.ok('mv /opt/wca/node /opt/wca/node-22; sed -i s#/opt/wca/node#/opt/wca/node-22# /usr/local/bin/wca');
    // What a boot comes to: no hold, and a recovery unit that has yet to run. (A host with a failed unit counts as not booted here.)
    await host.ok(
      'rm -r /run/systemd/system.control; systemctl daemon-reload; systemctl stop wca-recovery; systemctl start kimaki 2>&1 || true',
    );
    expect(await host.ok('systemctl show -p Result --value wca-recovery; systemctl is-active kimaki || true')).toBe(
      'exit-code\ninactive',
    );
    endedWith(await migrate(host, ROLLBACK), 0);
    await expectBefore();
    await host.ok('mv /opt/wca/node-22 /opt/wca/node; sed -i s#/opt/wca/node-22#/opt/wca/node# /usr/local/bin/wca');
  });

  inCampaign(() => {
    it('nothing of the recovery unit is left where somebody removed its file, and not what enables it', async () => {
      expect((await runWithFault(host, ['migrate-off-root', ...QUICK_APPLY], KILLED)).code).toBe(137);
      await host.ok(`rm ${RECOVERY}`);
      await host.crash();
      endedWith(await migrate(host, ROLLBACK), 0);
      await expectBefore();
    });
  });
});
