import { describe, expect, it } from 'vitest';
import {
  CANARY,
  NEW_DATA_DIR,
  OLD_DATA_DIR,
  UNIT_FILE,
  breakHost,
  compareSnapshots,
  labAvailable,
} from '../../lab/index.js';
import type { Host, TreeSnapshot } from '../../lab/index.js';
import {
  AS_OPENCODE,
  AS_ROOT,
  CONTENT,
  brokenHost,
  databaseRows,
  endedWith,
  lastingSnapshot,
  migrate,
  serviceProcess,
  told,
  unproven,
  workerUmasks,
} from './support.js';
import { IS_CAMPAIGN, inCampaign, rows } from '../../support/campaign.js';
import type { Told } from './support.js';

const lab = labAvailable();

const TREES = [
  '/etc/systemd/system',
  '/etc/sudoers.d',
  '/etc/passwd',
  '/etc/group',
  '/etc/php',
  '/usr/local',
  '/var/www/site',
  '/root',
  '/home',
  '/var/lib/datamachine',
];
const APPLY = ['apply', '--json', '--yes', '--hold', '1'] as const;
const HOME_OF_ROOT = `sed -i 's|HOME=/home/opencode|HOME=/root|' ${UNIT_FILE}; systemctl daemon-reload; systemctl restart kimaki; sleep 1`;

/** Boots a host, makes it another one than the usual, and throws it away whatever happens. */
async function onHost(variant: string, work: (host: Host) => Promise<void>): Promise<void> {
  const host = await brokenHost();
  try {
    await host.ok(`set -e\n${variant}`);
    await work(host);
  } finally {
    await host.down();
  }
}

/** Applies with exit 0, and gives what the verification could not prove. */
async function applied(host: Host, options: readonly string[] = []): Promise<readonly string[]> {
  const report = told(endedWith(await migrate(host, [...APPLY, ...options]), 0));
  expect(report).toMatchObject({ changed: true, failed: false });
  return unproven(report.verification?.checks ?? []).map((line) => line.split(' ')[0] ?? '');
}

async function refused(host: Host, words: readonly string[], options: readonly string[] = []): Promise<void> {
  const { stderr } = endedWith(await migrate(host, ['plan', ...options]), 65);
  for (const word of words) expect(stderr).toContain(word);
  expect(stderr).not.toContain(CANARY);
}

/** What differs after a rollback, but for what the site and the service made meanwhile. */
async function rolledBack(host: Host, before: TreeSnapshot, made = /$^/): Promise<readonly string[]> {
  expect(told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0))).toMatchObject({
    outcome: 'rolled-back',
    undoErrors: [],
    remaining: [],
  });
  const differences = compareSnapshots(before, lastingSnapshot(host, TREES));
  return differences.filter((line) => !made.test(line) && !line.includes('session.log'));
}

/** What nobody is asked to do others would notice stays unproven in every run of this file. */
const NOT_ASKED = ['flow-by-hand', 'flow-scheduled', 'dispatch-delivery', 'update-probe', 'upload-probe'];

describe.skipIf(!lab.ok)('a migration of a host that is different', () => {
  inCampaign(() => {
    it('takes the whole runtime state along where HOME was root’s own, and brings it back', async () => {
      const state = `mkdir -p /root/.local/share/opencode/storage /root/.local/state/opencode /root/.opencode
        echo s > /root/.local/share/opencode/storage/x; echo t > /root/.local/state/opencode/y; chmod 0700 /root/.local
        rm -rf /home/opencode/.local /home/opencode/.config`;
      await onHost(`${state}\n${HOME_OF_ROOT}`, async (host) => {
        const before = lastingSnapshot(host, TREES);
        expect(await applied(host)).toEqual(NOT_ASKED);
        expect(await host.ok('find /home/opencode ! -user opencode -o ! -group opencode')).toBe('');
        const moved = [
          '.local/share/opencode/storage/x',
          '.local/state/opencode/y',
          '.opencode',
          '.config/opencode/opencode.json',
          '.kimaki/discord-sessions.db',
        ];
        for (const path of moved) await host.ok(`test -e /home/opencode/${path} && ! test -e /root/${path}`);
        await host.ok('test -e /root/.ssh/id_ed25519');
        expect(await rolledBack(host, before)).toEqual([]);
      });
    });
  });

  describe('whose channels, shims and sessions lead into the state', () => {
    const sessions = '/home/opencode/.local/share/opencode/opencode.db';
    const variant = `ln -s /root/.kimaki/projects /root/.kimaki/current
      sqlite3 ${sessions} "create table session (id text, directory text); insert into session values ('s1', '/root/.kimaki/projects/sandbox')"`;
    const paths = async (host: Host, home: string, user?: string): Promise<readonly string[]> => [
      await host.ok(
        `sqlite3 ${home}/discord-sessions.db "select directory from channel_directories where channel_id = '1002'"`,
        user === undefined ? {} : { user },
      ),
      await host.ok(`readlink ${home}/current`),
      await host.ok(`grep -o '/[a-z/]*[.]kimaki/bin' ${home}/bin/kimaki | head -1`),
      await host.ok(['sqlite3', sessions, 'select directory from session'], user === undefined ? {} : { user }),
    ];
    const old = [`${OLD_DATA_DIR}/projects/sandbox`, `${OLD_DATA_DIR}/projects`, `${OLD_DATA_DIR}/bin`];
    const now = [`${NEW_DATA_DIR}/projects/sandbox`, `${NEW_DATA_DIR}/projects`, `${NEW_DATA_DIR}/bin`];

    it('has them follow, also where they stay, and puts them back', async () => {
      await onHost(variant, async (host) => {
        const before = lastingSnapshot(host, TREES);
        const { stdout } = endedWith(await migrate(host, ['plan', '--details']), 0);
        expect(stdout).not.toContain('will break');
        expect(stdout).toMatch(/\/root\/\.kimaki: [0-9.]+ MB in \d+ entries, moved by one rename/);
        expect(await applied(host)).toEqual(NOT_ASKED);
        expect(await paths(host, NEW_DATA_DIR, 'opencode')).toEqual([...now, now[0]]);
        // SQLite lays a database out anew; its values are looked at below.
        expect(await rolledBack(host, before, /opencode\.db: file/)).toEqual([]);
        expect(await paths(host, OLD_DATA_DIR)).toEqual([...old, old[0]]);
      });
    });

    inCampaign(() => {
      it('has them follow later, where they were kept before', async () => {
        await onHost(variant, async (host) => {
          const kept = endedWith(await migrate(host, ['plan', '--keep-paths', '--details']), 0).stdout;
          for (const where of ['channel_id=1002', 'id=s1'])
            expect(kept).toContain(`${where}: directory points to ${old[0] ?? ''} and will break`);
          expect(await applied(host, ['--keep-paths'])).toEqual(NOT_ASKED);
          expect(await paths(host, NEW_DATA_DIR, 'opencode')).toEqual([...old, old[0]]);
          // The same command without the option repairs it.
          expect(await applied(host)).toEqual(NOT_ASKED);
          expect(await paths(host, NEW_DATA_DIR, 'opencode')).toEqual([...now, now[0]]);
          expect(told(endedWith(await migrate(host, [...APPLY]), 0)).changed).toBe(false);
          expect(told(endedWith(await migrate(host, ['rollback', '--json', '--yes']), 0)).outcome).toBe('rolled-back');
          expect(await paths(host, NEW_DATA_DIR, 'opencode')).toEqual([...old, old[0]]);
        });
      });
    });
  });

  it('makes the account when asked to, and takes it away again', async () => {
    await onHost(`${HOME_OF_ROOT}\nuserdel -r opencode 2>/dev/null`, async (host) => {
      const before = lastingSnapshot(host, TREES);
      await refused(host, ['opencode', '--create-user']);
      const plan = told(endedWith(await migrate(host, ['plan', '--json', '--create-user']), 0)) as Told & {
        readonly notices: readonly { readonly kind: string }[];
      };
      expect(plan.steps?.filter(({ state }) => state !== 'later').map(({ id }) => id)).toEqual(['user']);
      // Told of an account that is not there yet, too.
      expect(plan.notices.filter(({ kind }) => kind === 'lost-ability').length).toBeGreaterThan(2);
      expect(await applied(host, ['--create-user'])).toEqual(NOT_ASKED);
      expect(await host.ok('id -nG opencode; stat -c "%a %U" /home/opencode')).toBe('opencode www-data\n750 opencode');
      // Only the times of the account files are others.
      expect((await rolledBack(host, before, /^~ \/etc\/(passwd|group)/)).join()).toBe('');
      await host.ok('! id opencode && ! test -e /home/opencode');
    });
  });

  it('copies the state and compares it where the homes are on different filesystems', async () => {
    await onHost('cp -a /home /srv/home; mount -t tmpfs tmpfs /home; cp -a /srv/home/. /home/', async (host) => {
      const before = lastingSnapshot(host, TREES);
      const rows = await databaseRows(host, OLD_DATA_DIR, 'root');
      const run = await migrate(host, APPLY);
      endedWith(run, 0);
      expect(run.stderr).toContain('copied to the other filesystem and verified');
      expect((await databaseRows(host)).messages).toEqual(expect.arrayContaining([...rows.messages]));
      await host.ok(`! test -e ${OLD_DATA_DIR} && test "$(stat -c %U ${NEW_DATA_DIR}/discord-sessions.db)" = opencode`);
      expect(await rolledBack(host, before)).toEqual([]);
    });
  });

  inCampaign(() => {
    it('leaves a service that was stopped and disabled so, and says what that leaves unproven', async () => {
      await onHost('systemctl disable --now kimaki datamachine-worker.timer', async (host) => {
        const before = lastingSnapshot(host, TREES);
        const idle = 'systemctl is-active kimaki datamachine-worker.timer; systemctl is-enabled kimaki; true';
        expect(await applied(host)).toEqual(['service', ...NOT_ASKED]);
        expect(await host.ok(idle)).toBe('inactive\ninactive\ndisabled');
        expect(await rolledBack(host, before)).toEqual([]);
        expect(await host.ok(idle)).toBe('inactive\ninactive\ndisabled');
      });
    });
  });

  it('rewrites the drop-in that really sets the user, never one that other units share, and lines that would fail', async () => {
    const directory = '/etc/systemd/system';
    const preparation = `${directory}/datamachine-worker.service.d/prepare.conf`;
    const own = `mkdir -p ${directory}/kimaki.service.d ${directory}/service.d ${directory}/datamachine-worker.service.d
      printf '#!/bin/sh\\nset -e\\nmkdir -p /opt/lab-worker/$$\\n' > /opt/prepare.sh; chmod 755 /opt/prepare.sh
      printf '[Service]\\nExecStartPre=/opt/prepare.sh\\n' > ${preparation}
      printf '[Service]\\nUser=root\\nGroup=root\\n' > ${directory}/kimaki.service.d/10-user.conf
      sed -i '/^User=/d' ${UNIT_FILE}
      printf '[Service]\\nUMask=0027\\n' > ${directory}/service.d/50-all.conf; systemctl daemon-reload; systemctl restart kimaki`;
    await onHost(own, async (host) => {
      await refused(host, [`${directory}/service.d/50-all.conf`, 'UMask=0027', 'other units', 'UMask=0002']);
      // The way out that the message tells.
      await host.ok(`for unit in kimaki datamachine-worker; do
        mkdir -p ${directory}/$unit.service.d; printf '[Service]\\nUMask=0002\\n' > ${directory}/$unit.service.d/99-umask.conf
        done; systemctl daemon-reload`);
      expect(await applied(host)).toEqual(NOT_ASKED);
      expect(await host.ok(`cat ${directory}/service.d/50-all.conf ${directory}/kimaki.service.d/10-user.conf`)).toBe(
        '[Service]\nUMask=0027\n[Service]\nUser=opencode\nGroup=opencode',
      );
      expect(await host.ok('systemctl show -p UMask --value cron')).toBe('0027');
      expect(await serviceProcess(host)).toEqual(AS_OPENCODE);
      // What only root may prepare fails as the agent, and no longer keeps the worker from its work.
      expect(await host.ok(`cat ${preparation}`)).toBe('[Service]\nExecStartPre=-/opt/prepare.sh');
      await host.ok('systemctl start datamachine-worker; runuser -u opencode /opt/prepare.sh && exit 1; true');
    });
  });

  inCampaign(() => {
    it('sweeps up what root goes on writing until it is stopped', async () => {
      const noise = `systemd-run --quiet --unit=lab-noise --collect /bin/bash -c 'n=0
      while [ ! -e /run/systemd/system.control/kimaki.service ]; do
        n=$((n+1)); echo $n > ${CONTENT}/uploads/noise-$n; mkdir -p ${CONTENT}/plugins/tiny/noise/d$n /var/lib/datamachine/workspace/noise/d$n; sleep 0.02
      done'`;
      await onHost(noise, async (host) => {
        expect(await applied(host)).toEqual(NOT_ASKED);
        expect(Number(await host.ok(`ls ${CONTENT}/uploads | grep -c noise`))).toBeGreaterThan(20);
        expect(await host.ok(`find ${CONTENT} /var/lib/datamachine/workspace -user root`)).toBe(
          `${CONTENT}/db-backup-2024.sql`,
        );
      });
    });
  });
});

describe.skipIf(!lab.ok)('a migration beside another php-fpm pool', () => {
  const second = `useradd -m tenant2
    sed 's|^\\[www\\]|[tenant]|; s|^user = .*|user = tenant2|; s|^group = .*|group = tenant2|; s|^listen = .*|listen = /run/php/tenant.sock|' \
      /etc/php/8.2/fpm/pool.d/www.conf > /etc/php/8.2/fpm/pool.d/tenant.conf
    systemctl restart php8.2-fpm`;

  it('is refused by its name, and leaves php-fpm alone when asked to', async () => {
    await onHost(second, async (host) => {
      await refused(host, ['tenant', '--accept-shared-umask', '--no-fpm-umask']);
      if (!IS_CAMPAIGN) return;
      const pid = 'systemctl show -p MainPID --value php8.2-fpm';
      const before = await host.ok(pid);
      expect(await applied(host, ['--no-fpm-umask'])).toEqual([...NOT_ASKED, 'umask-php-fpm']);
      expect(await host.ok(pid)).toBe(before);
      expect(await workerUmasks(host)).toBe('0022');
      expect(told(endedWith(await migrate(host, [...APPLY, '--accept-shared-umask']), 0)).changed).toBe(true);
      expect(await workerUmasks(host)).toBe('0002');
    });
  });

  it('does not take php-fpm down when its configuration would not start again', async () => {
    const pool = `printf '[torn]\\nuser = nosuchuser\\nlisten = /run/php/torn.sock\\npm = ondemand\\npm.max_children = 1\\n' > /etc/php/8.2/fpm/pool.d/zz.conf`;
    await onHost(pool, async (host) => {
      const pid = await host.ok('systemctl show -p MainPID --value php8.2-fpm');
      await refused(host, ['php8.2-fpm.service would not start again', 'nosuchuser'], ['--accept-shared-umask']);
      expect(await host.ok('systemctl is-active php8.2-fpm; systemctl show -p MainPID --value php8.2-fpm')).toBe(
        `active\n${pid}`,
      );
      expect(await serviceProcess(host)).toMatchObject(AS_ROOT);
    });
  });
});

describe.skipIf(!lab.ok)('what must not change hands', () => {
  it('is refused by name, and left when asked to, as are private directories and repositories', async () => {
    const uploads = `${CONTENT}/uploads`;
    const things = `echo secret > /etc/lab-secret; ln /etc/lab-secret ${uploads}/linked.txt
      install -m 4755 /bin/true ${uploads}/suid; mkfifo ${uploads}/pipe
      install -d -m 0700 -o www-data -g www-data ${uploads}/private; touch ${uploads}/private/roots
      git init -q ${CONTENT}/plugins/agent-notes; chown -R www-data:www-data ${CONTENT}/plugins/agent-notes/.git`;
    await onHost(things, async (host) => {
      await refused(host, [`${uploads}/linked.txt (hard-link)`, `${uploads}/suid (setuid)`, '--leave-unsafe']);
      await host.ok(`echo x > ${OLD_DATA_DIR}/one; ln ${OLD_DATA_DIR}/one /root/two`);
      await refused(host, [`${OLD_DATA_DIR}/one (hard-link)`, '--leave-unsafe']);
      expect(await applied(host, ['--leave-unsafe'])).toEqual(NOT_ASKED);
      expect(await host.ok(`stat -c '%U %h' ${NEW_DATA_DIR}/one`)).toBe('root 2');
      expect(await host.ok(`stat -c '%U %a' /etc/lab-secret ${uploads}/suid ${uploads}/pipe ${uploads}/private`)).toBe(
        'root 644\nroot 4755\nwww-data 644\nwww-data 700',
      );
      expect(await host.ok(`find ${CONTENT}/plugins/agent-notes/.git -perm /020`)).toBe('');
      const { checks = [] } = told(endedWith(await migrate(host, ['verify', '--json']), 1));
      const wrong = checks.filter(({ ok }) => ok === false);
      expect(wrong.map(({ id }) => id)).toEqual(expect.arrayContaining(['root-owned', 'no-new-root-files']));
      for (const { detail, id } of wrong)
        expect(detail).toContain(id === 'no-new-root-files' ? `${NEW_DATA_DIR}/one` : 'linked.txt');
      endedWith(await migrate(host, ['verify', '--leave-unsafe']), 0);
    });
  });

  inCampaign(() => {
    it('is not what a link of WordPress’s account leads to', async () => {
      await onHost(
        `mv ${CONTENT}/uploads ${CONTENT}/uploads.old; ln -s /etc ${CONTENT}/uploads; chown -h www-data: ${CONTENT}/uploads`,
        async (host) => {
          await refused(host, ['/etc', 'uid 0', 'www-data']);
          // With its own directory there it is right, and what root has in it is found.
          await host.ok(
            `rm ${CONTENT}/uploads; mv ${CONTENT}/uploads.old /srv/uploads; ln -s /srv/uploads ${CONTENT}/uploads`,
          );
          expect(await applied(host)).toEqual(NOT_ASKED);
          expect(await host.ok('find /srv/uploads -user root')).toBe('');
        },
      );
    });
  });
});

describe.skipIf(!lab.ok)('a unit in which root would obey the agent', () => {
  it('is refused, by the setting', async () => {
    await onHost(`cp -a ${UNIT_FILE} /srv/unit`, async (host) => {
      const units = rows<readonly [edit: string, words: readonly string[]]>(
        [
          [
            's|^RestartSec=|StandardOutput=append:/var/log/kimaki/out.log\\nRestartSec=|',
            ['StandardOutput', '/var/log/kimaki/out.log', 'journal'],
          ],
        ],
        [
          [
            's|^RestartSec=|StandardError=file:/root/.kimaki/err.log\\nRestartSec=|',
            ['StandardError', `${NEW_DATA_DIR}/err.log`],
          ],
          [
            's|^RestartSec=|LoadCredential=token:/root/.kimaki/token\\nRestartSec=|',
            ['LoadCredential', `${NEW_DATA_DIR}/token`],
          ],
        ],
      );
      for (const [edit, words] of units) {
        await host.ok(`cp -a /srv/unit ${UNIT_FILE}; sed -i '${edit}' ${UNIT_FILE}; systemctl daemon-reload`);
        await refused(host, words);
      }
      if (!IS_CAMPAIGN) return;
      await host.ok(`cp -a /srv/unit ${UNIT_FILE}`);
      await breakHost(host, 'post-upgrade-as-root');
      await refused(host, ['PATH=', `${NEW_DATA_DIR}/bin`], ['--allow-privileged-lines']);
      const clean = '+/usr/bin/env -i -C / HOME=/root PATH=/usr/bin:/bin /opt/kimaki-config/post-upgrade.sh';
      await host.ok(`sed -i 's|^ExecStartPre=+.*|ExecStartPre=${clean}|' ${UNIT_FILE}; systemctl daemon-reload`);
      endedWith(await migrate(host, ['plan', '--allow-privileged-lines']), 0);
      await host.ok(
        `cp -a /srv/unit ${UNIT_FILE}; sed -i 's|^ExecStart=/root/.kimaki/bin/kimaki|ExecStart=/bin/false|' ${UNIT_FILE}; systemctl daemon-reload; systemctl restart kimaki; sleep 1`,
      );
      await refused(host, ['activating', 'systemctl status']);
    });
  });
});
