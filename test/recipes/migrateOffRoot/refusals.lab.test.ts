import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CANARY,
  NEW_DATA_DIR,
  OLD_DATA_DIR,
  UNIT_FILE,
  breakHost,
  compareSnapshots,
  labAvailable,
} from '../../lab/index.js';
import type { Host, RunOptions } from '../../lab/index.js';
import {
  AS_OPENCODE,
  CONTENT,
  MINUTE,
  STATE_DIR,
  brokenHost,
  endedWith,
  lastingSnapshot,
  migrate,
  serviceProcess,
  told,
} from './support.js';
import { cases, inCampaign, rows, sample } from '../../support/campaign.js';
import type { Finished } from './support.js';

const lab = labAvailable();

/** What a refusal must leave alone. */
const WATCHED = [
  '/etc',
  '/home',
  '/root',
  '/opt/kimaki-config',
  '/usr/local',
  `${CONTENT}/mu-plugins`,
  '/var/lib/datamachine',
  STATE_DIR,
];

describe.skipIf(!lab.ok)('a migration that is refused', () => {
  let host: Host;

  beforeAll(async () => {
    host = await brokenHost();
    await host.ok(`cp -a ${UNIT_FILE} /srv/`);
  });
  afterAll(() => host.down());

  /** Runs a command and asserts that it is refused with this exit status, saying so, and that it changed nothing. */
  async function refuses(
    code: number,
    words: readonly string[],
    args: readonly string[],
    options?: RunOptions,
  ): Promise<void> {
    await refusesThe(code, words, () => migrate(host, args, options));
  }

  async function refusesThe(code: number, words: readonly string[], run: () => Promise<Finished>): Promise<void> {
    const pid = await host.ok('systemctl show -p MainPID --value kimaki');
    const before = lastingSnapshot(host, WATCHED);
    const { stderr } = endedWith(await run(), code);
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr).not.toContain(CANARY);
    expect(stderr).not.toMatch(/\n\s+at |undefined|\[object/);
    expect(compareSnapshots(before, lastingSnapshot(host, WATCHED))).toEqual([]);
    expect(await host.ok('systemctl show -p MainPID --value kimaki')).toBe(pid);
  }

  /** Does so for `apply`, which plans first and must not get further; in a campaign for `plan`, too. */
  async function bothRefuse(code: number, words: readonly string[], args: readonly string[] = []): Promise<void> {
    for (const command of rows<readonly string[]>([['apply', '--yes', '--hold', '1']], [['plan']]))
      await refuses(code, words, [...command, ...args]);
  }

  /** Breaks the host, and puts it right again whatever happens. */
  async function whileBroken(
    broken: string | (() => Promise<void>),
    work: () => Promise<void>,
    mended: string,
  ): Promise<void> {
    try {
      if (typeof broken === 'string') await host.ok(`set -e\n${broken}`);
      else await broken();
      await work();
    } finally {
      await host.ok(`set -e\n${mended}`);
    }
  }

  const RESTORED_UNIT = `cp -a /srv/kimaki.service ${UNIT_FILE}; systemctl daemon-reload`;

  describe('by what is asked', () => {
    for (const user of ['www-data', 'opencode']) {
      it(`is one by ${user}, who is not root: 77`, async () => {
        await refuses(77, ['root'], ['plan'], { user });
        await refuses(77, ['root'], ['apply', '--yes'], { user });
        await refuses(77, ['root'], ['verify'], { user });
      });
    }

    it('is one with a wrong command line: 64', async () => {
      await refuses(64, ['--no-such'], ['plan', '--no-such']);
      await refuses(64, ['--user'], ['plan', '--user', 'opencode', '--user', 'opencode']);
      await refuses(64, ['absolute'], ['plan', '--site', 'var/www/site']);
      await refuses(64, ['absolute'], ['plan', '--out', 'plan.json']);
      await refuses(64, ['absolute'], ['apply', '--yes', 'plan.json']);
      await refuses(64, ['--posture'], ['plan', '--posture', 'relaxed']);
      await refuses(64, ['--hold'], ['plan', '--hold', 'long']);
      await refuses(64, ['--yes'], ['apply', '--hold', '1']);
    });

    it('is one to a user that is not there: 65, naming --create-user', async () => {
      await bothRefuse(65, ['nobody9', '--create-user'], ['--user', 'nobody9']);
    });

    it('is one to root: 65', async () => {
      await bothRefuse(65, ['root', '--user'], ['--user', 'root']);
      await whileBroken(
        'useradd -o -u 0 -g 0 -d /home/toor -m toor',
        () => bothRefuse(65, ['toor', 'uid 0'], ['--user', 'toor']),
        'userdel -f -r toor 2>/dev/null || true',
      );
    });

    it('is one of a unit that is not there: 66', async () => {
      await bothRefuse(66, ['kimaki-other.service', 'kimaki.service'], ['--unit', 'kimaki-other']);
    });

    it('is one of a site that is not there or is none: 66', async () => {
      await bothRefuse(66, ['/srv'], ['--site', '/srv']);
      await bothRefuse(66, ['/no/such'], ['--site', '/no/such']);
    });
  });

  describe('by what the host is like', () => {
    it('is one from inside the unit that it would stop: 65, naming the way out', async () => {
      const inside = (args: string): Promise<Finished> =>
        host.run(`for group in $(find /sys/fs/cgroup -type d -path '*/system.slice/kimaki.service'); do
            echo $$ > $group/cgroup.procs || exit 99
          done
          exec wca migrate-off-root ${args}`);
      await refusesThe(65, ['kimaki.service', 'systemd-run'], () => inside('plan'));
      await refusesThe(65, ['kimaki.service', 'systemd-run'], () => inside('apply --yes --hold 1'));
    });

    it('is one with state in both homes, until it is said which counts: 65', async () => {
      const other = `runuser -u opencode -- sqlite3 ${NEW_DATA_DIR}/discord-sessions.db "CREATE TABLE channel_directories (channel_id); INSERT INTO channel_directories VALUES (1)"`;
      await whileBroken(
        other,
        async () => {
          await bothRefuse(65, [OLD_DATA_DIR, NEW_DATA_DIR, '--existing-state', 'keep-source']);
          expect(
            told(endedWith(await migrate(host, ['plan', '--json', '--existing-state', 'keep-source']), 0)).changed,
          ).toBe(true);
        },
        `rm ${NEW_DATA_DIR}/discord-sessions.db`,
      );
    });

    it('is one of a unit with a line that stays root’s: 65, naming it and the option', async () => {
      await whileBroken(
        () => breakHost(host, 'post-upgrade-as-root'),
        async () => {
          await bothRefuse(65, ['ExecStartPre=+/opt/kimaki-config/post-upgrade.sh', '--allow-privileged-lines']);
          // The script would search and read where the agent writes.
          await bothRefuse(65, [`${NEW_DATA_DIR}/bin`], ['--allow-privileged-lines']);
          const clean = '+/usr/bin/env -i -C / HOME=/root PATH=/usr/bin:/bin /opt/kimaki-config/post-upgrade.sh';
          await host.ok(`sed -i 's|^ExecStartPre=+.*|ExecStartPre=${clean}|' ${UNIT_FILE}; systemctl daemon-reload`);
          endedWith(await migrate(host, ['plan', '--allow-privileged-lines']), 0);
          // Root would run what the agent can replace.
          await host.ok('chown opencode /opt/kimaki-config');
          await bothRefuse(65, ['/opt/kimaki-config'], ['--allow-privileged-lines']);
        },
        `chown root /opt/kimaki-config; ${RESTORED_UNIT}`,
      );
    });

    it('is one of a unit whose preparation fails as the agent, where that was asked for: 65, naming the line', async () => {
      await whileBroken(
        () => breakHost(host, 'upgrade-pending'),
        async () => {
          const words = ['ExecStartPre=/opt/kimaki-config/post-upgrade.sh', '/usr/lib/node_modules/kimaki'];
          await bothRefuse(65, words, ['--privileged-lines', 'refuse']);
          const { stdout } = endedWith(await migrate(host, ['plan', '--details']), 0);
          expect(stdout).toContain('+ExecStartPre=-/opt/kimaki-config/post-upgrade.sh');
          expect(stdout).toContain('no longer happens');
          expect(stdout).not.toContain('its failure is ignored');
        },
        'rm -r /usr/lib/node_modules/kimaki/skills/critique',
      );
    });

    it('is one of a unit that hides the new home, where a line that systemd ignores comes last: 65, naming the line', async () => {
      const dropIn = (lines: string): string =>
        `mkdir -p ${UNIT_FILE}.d; printf '[Service]\\n${lines}' > ${UNIT_FILE}.d/60-home.conf; systemctl daemon-reload`;
      const undo = `rm -r ${UNIT_FILE}.d; systemctl daemon-reload`;
      for (const last of rows(['nope'], [''])) {
        const words = ['60-home.conf:2', 'ProtectHome=yes'];
        await whileBroken(dropIn(`ProtectHome=yes\\nProtectHome=${last}\\n`), () => bothRefuse(65, words), undo);
      }
      await whileBroken(
        dropIn('ProtectHome=yes\\nProtectHome=no\\n'),
        async () => {
          endedWith(await migrate(host, ['plan']), 0);
        },
        undo,
      );
    });

    it('is one of a unit that was edited since it was loaded: 65, naming daemon-reload', async () => {
      await whileBroken(
        `sleep 1; echo '# edited' >> ${UNIT_FILE}; test "$(systemctl show -p NeedDaemonReload --value kimaki)" = yes`,
        () => bothRefuse(65, ['daemon-reload']),
        RESTORED_UNIT,
      );
    });

    it('is one of several installs without saying which: 65, listing them', async () => {
      const second = '/etc/systemd/system/kimaki-two.service';
      await whileBroken(
        `sed -e 's|/root/.kimaki|/root/.kimaki-two|g; s|29988|29989|' ${UNIT_FILE} > ${second}; systemctl -q enable kimaki-two`,
        async () => {
          await bothRefuse(65, ['kimaki.service', 'kimaki-two.service', '--unit']);
          endedWith(await migrate(host, ['plan', '--unit', 'kimaki']), 0);
        },
        `systemctl -q disable kimaki-two; rm ${second}; systemctl daemon-reload`,
      );
    });

    it('is one of an install whose state another one lives on: 65, naming both', async () => {
      const second = '/etc/systemd/system/kimaki-two.service';
      await whileBroken(
        `sed 's|29988|29989|' ${UNIT_FILE} > ${second}; systemctl daemon-reload; systemctl enable -q kimaki-two`,
        () => refuses(65, ['kimaki-two.service', '/root/.kimaki too'], ['plan', '--unit', 'kimaki']),
        `systemctl disable -q kimaki-two; rm ${second}; systemctl daemon-reload`,
      );
    });
  });

  describe('as a saved plan', () => {
    const PLAN = '/srv/plan.json';
    beforeAll(async () => {
      endedWith(await migrate(host, ['plan', '--hold', '1', '--out', PLAN]), 0);
    });

    const stale = (...words: readonly string[]): Promise<void> => refuses(78, words, ['apply', '--yes', PLAN]);

    it('is one whose user got another group since: 78', async () => {
      await whileBroken('usermod -aG games opencode', () => stale('games', 'plan'), 'gpasswd -d opencode games');
    });

    inCampaign(() => {
      it('is one whose unit was changed since: 78', async () => {
        const change = `sed -i 's|^RestartSec=10|RestartSec=11|' ${UNIT_FILE}; systemctl daemon-reload`;
        await whileBroken(change, () => stale('plan'), RESTORED_UNIT);
      });
    });

    it('is one whose unit got a drop-in since: 78', async () => {
      const directory = '/etc/systemd/system/kimaki.service.d';
      const change = `mkdir ${directory}; printf '[Service]\\nNice=5\\n' > ${directory}/nice.conf; systemctl daemon-reload`;
      await whileBroken(change, () => stale('plan'), `rm -r ${directory}; systemctl daemon-reload`);
    });

    it('is one of another machine: 78', async () => {
      await whileBroken(
        'cp -a /etc/machine-id /run/machine-id.saved; echo 0123456789abcdef0123456789abcdef > /etc/machine-id',
        () => stale('another machine'),
        'cp -a /run/machine-id.saved /etc/machine-id',
      );
    });

    it('is one that was edited: 65', async () => {
      const text = await readFile(join(host.root, PLAN), 'utf8');
      const edits: readonly [string, (text: string) => string][] = [
        ['a machine', (plan) => plan.replace(/"machineId": "\w+"/, '"machineId": "0123456789abcdef0123456789abcdef"')],
        ['a path', (plan) => plan.replaceAll('/home/opencode', '/home/elsewhere')],
        ['its end', (plan) => plan.slice(0, -100)],
      ];
      for (const [what, edit] of sample(edits, 2)) {
        expect(edit(text), what).not.toBe(text);
        await host.ok('cat > /srv/edited.json', { input: edit(text) });
        await refuses(65, ['plan'], ['apply', '--yes', '/srv/edited.json']);
      }
      await refuses(66, ['/srv/missing.json'], ['apply', '--yes', '/srv/missing.json']);
    });

    it('is none that fits: it is carried out, and every other run meanwhile is refused with 75', async () => {
      const first = migrate(host, ['apply', '--json', '--yes', PLAN]);
      let ended = false;
      void first.finally(() => {
        ended = true;
      });
      await host.waitFor(`ls ${STATE_DIR}/runs/*/journal.jsonl`, { withinMs: 5 * MINUTE });
      const others: Finished[] = [];
      while (!(ended as boolean) && others.length < cases(8, 1000)) {
        const args = others.length % 2 === 0 ? ['apply', '--yes', '--hold', '1'] : ['plan'];
        const other = await migrate(host, args);
        // One that saw the end of the first says so, and is none of those meant here.
        if (!(ended as boolean)) others.push(other);
      }
      expect(told(endedWith(await first, 0))).toMatchObject({ changed: true, failed: false });
      expect(others.length).toBeGreaterThan(5);
      for (const other of others) expect(endedWith(other, 75).stderr).toMatch(/process \d+/);
      expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
    });
  });
});
