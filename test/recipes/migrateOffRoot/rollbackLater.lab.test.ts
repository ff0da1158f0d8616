import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inCampaign, rows as sampled } from '../../support/campaign.js';
import { NEW_DATA_DIR, OLD_DATA_DIR, UNIT_FILE, compareSnapshots, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import {
  AS_OPENCODE,
  AS_ROOT,
  CHANNELS,
  CONTENT,
  QUICK_APPLY,
  brokenHost,
  databaseRows,
  endedWith,
  lastingSnapshot,
  migrate,
  registeredCommand,
  serviceProcess,
  told,
} from './support.js';
import type { Rows } from './support.js';

const lab = labAvailable();
const PACKAGE = '/usr/lib/node_modules/kimaki';
const TOUCHED = ['/etc/systemd/system', '/etc/sudoers.d', '/usr/local', '/var/www/site', '/root', '/home'];

/** What others do to a migrated host before somebody thinks of going back. */
describe.skipIf(!lab.ok)('a rollback that comes late', () => {
  let host: Host;
  let commandBefore = '';
  let rows: Rows;
  beforeAll(async () => {
    host = await brokenHost();
    commandBefore = await registeredCommand(host);
    await host.ok(
      `printf '[Unit]\\nBindsTo=kimaki.service\\nAfter=kimaki.service\\n[Service]\\nExecStart=/bin/sleep infinity\\n' > /etc/systemd/system/lab-dependent.service; systemctl daemon-reload; systemctl start lab-dependent`,
    );
    endedWith(await migrate(host, QUICK_APPLY), 0);
    expect(await host.ok('systemctl is-active lab-dependent')).toBe('active');
  });
  afterAll(() => host.down());

  const EDITS = sampled<readonly [what: string, path: string, edit: string]>(
    [['the unit was rendered again', UNIT_FILE, "sed -i 's/^Description=.*/Description=rendered by an upgrade/'"]],
    [
      [
        'a unit of its companions was edited',
        '/etc/systemd/system/datamachine-worker.service',
        "sed -i 's/^Description=.*/Description=ours now/'",
      ],
      [
        'what WordPress dispatches with was registered anew',
        CHANNELS,
        'sed -i s#/usr/local/bin/wp-coding-agents-kimaki-dispatch#/usr/bin/kimaki#',
      ],
    ],
  );

  it.each(EDITS)('is refused whole where %s, by the name of the file, and changes nothing', async (_, path, edit) => {
    await host.ok(`cp -a ${path} /srv/kept; ${edit} ${path}; ! cmp -s ${path} /srv/kept`);
    const pid = await host.ok('systemctl show -p MainPID --value kimaki');
    const before = lastingSnapshot(host, TOUCHED);
    for (const options of [['--dry-run'], ['--yes']]) {
      const { stdout, stderr } = endedWith(await migrate(host, ['rollback', ...options]), 65);
      expect(stdout + stderr, options.join()).toContain(path);
    }
    expect(compareSnapshots(before, lastingSnapshot(host, TOUCHED))).toEqual([]);
    expect(await host.ok('systemctl show -p MainPID --value kimaki')).toBe(pid);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    await host.ok(`cat /srv/kept > ${path}; touch -r /srv/kept ${path}; rm /srv/kept`);
  });

  it('is refused while what stays running uses the state, by its pid, and the service goes on', async () => {
    const pid = await host.ok(
      `systemd-run --quiet --unit=lab-stranger --uid=opencode --working-directory=${NEW_DATA_DIR} sleep 600; sleep 0.5; systemctl show -p MainPID --value lab-stranger`,
    );
    const { stderr } = endedWith(await migrate(host, ['rollback', '--force', '--yes']), 65);
    expect(stderr).toContain(`pid ${pid} (sleep)`);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    await host.ok('systemctl stop lab-stranger');
  });

  it('is refused where root has made the old place anew, changes nothing, and says what to do', async () => {
    await host.ok(`mkdir ${OLD_DATA_DIR}; echo kept > ${OLD_DATA_DIR}/by-root`);
    const { stderr } = endedWith(await migrate(host, ['rollback', '--yes']), 65);
    for (const word of [OLD_DATA_DIR, '--force']) expect(stderr).toContain(word);
    expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
  });

  it('finds the package upgraded, a plugin updated, AGENTS.md edited, what was set aside deleted and its own Node gone', async () => {
    await host.ok(
      `cp -r ${PACKAGE} ${PACKAGE}.new; rm -r ${PACKAGE}; mv ${PACKAGE}.new ${PACKAGE}; sed -i 's/"version": *"[^"]*"/"version": "99.0.0"/' ${PACKAGE}/package.json`,
    );
    await host.ok(
      `rm -r ${CONTENT}/plugins/tiny; mkdir ${CONTENT}/plugins/tiny; echo '<?php // Version: 2' > ${CONTENT}/plugins/tiny/tiny.php`,
      { user: 'www-data' },
    );
    await host.ok('systemctl restart kimaki');
    await host.ok(`rm -r ${NEW_DATA_DIR}.before-migration; echo 'mind the gap' >> /var/www/site/AGENTS.md`);
    // The Node of then was upgraded and is gone.
    await host.ok('mv /opt/wca/node /opt/wca/node-22; sed -i s#/opt/wca/node#/opt/wca/node-22# /usr/local/bin/wca');
    rows = await databaseRows(host);
  });

  inCampaign(() => {
    it('stops half-way, with the state where it is and nothing running, where a process outlives the stop, and names it', async () => {
      const lines = "[Service]\\nKillMode=process\\nExecStartPost=/bin/sh -c 'setsid sleep 654 >/dev/null 2>&1 &'\\n";
      await host.ok(
        `mkdir -p /run/systemd/system/kimaki.service.d; printf "${lines}" > /run/systemd/system/kimaki.service.d/kill.conf; systemctl daemon-reload; systemctl restart kimaki`,
      );
      const pid = await host.waitFor("pgrep -f '^sleep 654'");
      await host.ok(`mv ${OLD_DATA_DIR} /srv/made-anew`);
      const back = told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 74));
      expect(JSON.stringify(back.undoErrors)).toContain(`pid ${pid} (sleep) of kimaki.service is still running`);
      expect(
        await host.ok(
          `ls ${NEW_DATA_DIR}/discord-sessions.db; test -e ${OLD_DATA_DIR} || systemctl is-active kimaki || true`,
        ),
      ).toBe(`${NEW_DATA_DIR}/discord-sessions.db\ninactive`);
      await host.ok(`kill ${pid}; rm -r /run/systemd/system/kimaki.service.d; mv /srv/made-anew ${OLD_DATA_DIR}`);
    });
  });

  it('goes through when forced, and keeps all of that', async () => {
    const back = told(endedWith(await migrate(host, ['rollback', '--json', '--yes', '--force']), 0));
    expect(back).toMatchObject({ outcome: 'rolled-back', undoErrors: [], remaining: [] });
    const notes = back.steps?.flatMap((step) => step.notes ?? []).join('\n') ?? '';
    for (const word of [`${OLD_DATA_DIR}.made-since`, `${NEW_DATA_DIR}.before-migration`, 'AGENTS.md'])
      expect(notes).toContain(word);
    expect(
      await host.ok(
        `cat ${OLD_DATA_DIR}.made-since/by-root; tail -n 1 /var/lib/wca/runs/*/records/*edited-*; grep -c gap /var/www/site/AGENTS.md || true`,
      ),
    ).toBe('kept\nmind the gap\n0');
    expect(
      await host.ok(
        'ls /etc/systemd/system | grep -c wca-recovery || true; systemctl is-active lab-dependent; systemctl --failed --no-legend | grep -c wca || true',
      ),
    ).toBe('0\nactive\n0');
    expect(await serviceProcess(host)).toMatchObject(AS_ROOT);
    expect(await registeredCommand(host)).toBe(commandBefore);
    expect(await host.ok(`stat -c %U ${CONTENT}/plugins/tiny/tiny.php; grep -c 99.0.0 ${PACKAGE}/package.json`)).toBe(
      'www-data\n1',
    );
    const now = await databaseRows(host, OLD_DATA_DIR, 'root');
    expect(now.integrity).toBe('ok');
    expect(now.messages).toEqual(expect.arrayContaining([...rows.messages]));
  });
});
