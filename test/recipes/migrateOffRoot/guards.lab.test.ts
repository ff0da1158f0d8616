import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLOW, NEW_DATA_DIR, OLD_DATA_DIR, SITE, UNIT_FILE, compareSnapshots, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { CONTENT, brokenHost, endedWith, lastingSnapshot, migrate } from './support.js';
import { IS_CAMPAIGN, inCampaign } from '../../support/campaign.js';
import type { Finished } from './support.js';

const lab = labAvailable();
const WATCHED = ['/etc/systemd', '/etc/sudoers.d', '/home', '/root', '/usr/local', CONTENT, '/var/lib/datamachine'];

describe.skipIf(!lab.ok)('before the first change, a migration is refused', () => {
  let host: Host;
  beforeAll(async () => {
    host = await brokenHost();
  });
  afterAll(() => host.down());

  /** Asserts that this ends so, says this, and that neither the trees nor the service noticed. */
  async function refuses(code: number, words: readonly string[], run: () => Promise<Finished>): Promise<void> {
    const pid = await host.ok('systemctl show -p MainPID --value kimaki');
    const before = lastingSnapshot(host, WATCHED);
    const { stderr } = endedWith(await run(), code);
    for (const word of words) expect(stderr).toContain(word);
    expect(compareSnapshots(before, lastingSnapshot(host, WATCHED))).toEqual([]);
    expect(await host.ok('systemctl show -p MainPID --value kimaki')).toBe(pid);
  }

  /** Breaks the host, has plan (or another command) refuse, and mends it whatever happens. */
  async function whileBroken(
    broken: string,
    words: readonly string[],
    mended: string,
    args: readonly string[] = ['plan'],
  ): Promise<void> {
    try {
      await host.ok(`set -e\n${broken}`);
      await refuses(65, words, () => migrate(host, args));
    } finally {
      await host.ok(mended);
    }
  }

  const APPLY = ['apply', '--yes', '--hold', '1'];

  it('where a file that has to change hands is immutable, and by the name of it', async () => {
    const file = `${CONTENT}/uploads/frozen.txt`;
    await whileBroken(`echo x > ${file}; chattr +i ${file}`, [file, 'chattr -i'], `chattr -i ${file}; rm ${file}`);
  });

  inCampaign(() => {
    it('where the unit is append-only, or the directory of a new file immutable', async () => {
      await whileBroken(
        `cp -a ${UNIT_FILE} /srv/u; rm ${UNIT_FILE}; cp -a /srv/u ${UNIT_FILE}; systemctl daemon-reload; chattr +a ${UNIT_FILE}`,
        [UNIT_FILE],
        `chattr -a ${UNIT_FILE}`,
      );
      if (IS_CAMPAIGN) {
        await whileBroken(
          'mkdir -p /usr/local/lib/wp-coding-agents; chattr +i /usr/local/lib/wp-coding-agents',
          ['/usr/local/lib/wp-coding-agents'],
          'chattr -i /usr/local/lib/wp-coding-agents; rmdir /usr/local/lib/wp-coding-agents',
        );
      }
    });
  });

  inCampaign(() => {
    it('where a directory is mounted read-only', async () => {
      await whileBroken(
        'mount --bind /etc/sudoers.d /etc/sudoers.d; mount -o remount,ro,bind /etc/sudoers.d',
        ['/etc/sudoers.d', 'read-only'],
        'umount /etc/sudoers.d',
      );
    });
  });

  it('where the data directory is a mount, or holds one', async () => {
    await whileBroken(
      `mount --bind ${OLD_DATA_DIR} ${OLD_DATA_DIR}`,
      [OLD_DATA_DIR, 'mounted'],
      `umount ${OLD_DATA_DIR}`,
    );
    if (IS_CAMPAIGN) {
      await whileBroken(
        `mkdir ${OLD_DATA_DIR}/cache; mount -t tmpfs tmpfs ${OLD_DATA_DIR}/cache`,
        [`${OLD_DATA_DIR}/cache`, 'umount'],
        `umount ${OLD_DATA_DIR}/cache; rmdir ${OLD_DATA_DIR}/cache`,
      );
    }
  });

  inCampaign(() => {
    it('where a file of the state has a second name, which a sweep would find only after the stop', async () => {
      await whileBroken(
        `echo x > ${OLD_DATA_DIR}/one; ln ${OLD_DATA_DIR}/one /root/two`,
        ['one', 'hard-link', '--leave-unsafe'],
        `rm ${OLD_DATA_DIR}/one /root/two`,
      );
    });
  });

  it('where an account has expired, which systemd would not mind and sudo would', async () => {
    await whileBroken('usermod -e 1 opencode', ['opencode expired', 'chage -E -1 opencode'], 'usermod -e "" opencode');
  });

  it('and told of what would undo it at the next boot, what the agent cannot read, and what still names the old home', async () => {
    await host.ok(`echo 'Z ${SITE} - root root' > /etc/tmpfiles.d/site.conf; chmod 0600 /usr/lib/node_modules/kimaki/skills/lab-skill/SKILL.md
      mkdir -p ${UNIT_FILE}.d; printf '[Service]\\nEnvironment=OTHER_TOOL=/root/tool\\n' > ${UNIT_FILE}.d/tool.conf; systemctl daemon-reload`);
    try {
      const { stdout } = endedWith(await migrate(host, ['plan', '--details']), 0);
      for (const told of [
        '/etc/tmpfiles.d/site.conf gives it back to root',
        'lab-skill/SKILL.md cannot be read by opencode',
        'tool.conf:2 still names /root',
      ]) {
        expect(stdout).toContain(told);
      }
    } finally {
      await host.ok(
        `rm -r /etc/tmpfiles.d/site.conf ${UNIT_FILE}.d; chmod 0644 /usr/lib/node_modules/kimaki/skills/lab-skill/SKILL.md; systemctl daemon-reload`,
      );
    }
  });

  it('where a process of nobody’s unit uses the state, by its pid', async () => {
    await whileBroken(
      `systemd-run --unit=stray tail -f ${OLD_DATA_DIR}/token`,
      ['pid ', 'tail', OLD_DATA_DIR],
      'systemctl stop stray',
    );
  });

  it('where the state goes to a filesystem with too little room', async () => {
    const home = 'mount -t tmpfs -o size=8m,mode=0750,uid=1000,gid=1000 tmpfs /home/opencode';
    await whileBroken(home, ['/home/opencode', 'bytes free'], 'umount /home/opencode');
    if (IS_CAMPAIGN) {
      await whileBroken(
        home.replace('size=8m', 'size=200m,nr_inodes=20'),
        ['/home/opencode', 'inodes free'],
        'umount /home/opencode',
      );
    }
  });

  inCampaign(() => {
    it('where a companion was edited and not loaded', async () => {
      await whileBroken(
        'echo "# edited" >> /etc/systemd/system/datamachine-worker.service',
        ['datamachine-worker.service', 'daemon-reload'],
        "sed -i '$d' /etc/systemd/system/datamachine-worker.service; systemctl daemon-reload",
      );
    });
  });

  it('where root is not really root: 77', async () => {
    await refuses(77, ['CAP_CHOWN'], () =>
      host.run(['setpriv', '--bounding-set', '-chown', '--', 'wca', 'migrate-off-root', 'plan']),
    );
    await refuses(77, ['user namespace'], () =>
      host.run(['unshare', '--map-root-user', '--', 'wca', 'migrate-off-root', 'plan']),
    );
  });

  it('where a file cannot be made after all, which only trying tells', async () => {
    await whileBroken(
      'mount -t tmpfs -o nr_inodes=1 tmpfs /etc/sudoers.d',
      ['/etc/sudoers.d', 'full filesystem', 'nothing was changed'],
      'umount /etc/sudoers.d',
      APPLY,
    );
  });

  it('where WordPress does not answer, closes what it writes, or could not update itself', async () => {
    await whileBroken('systemctl stop mariadb', [SITE, 'database connection'], 'systemctl start mariadb');
    await whileBroken(
      `sed -i "2i define( 'FS_CHMOD_DIR', ( 0755 & ~ umask() ) );" ${SITE}/wp-config.php`,
      ['wp-config.php:2', '0755 & ~ umask()', 'makes it 0755', '02775'],
      `sed -i 2d ${SITE}/wp-config.php`,
    );
    await whileBroken(
      `chown -R root:root ${SITE}/wp-admin`,
      ['wp-admin/includes/file.php', 'belongs to root', '--include-core'],
      `chown -R www-data:www-data ${SITE}/wp-admin`,
    );
    if (IS_CAMPAIGN) {
      await whileBroken(
        `ln -s /nowhere ${CONTENT}/plugins/tiny/lost`,
        ['plugins/tiny/lost'],
        `rm ${CONTENT}/plugins/tiny/lost`,
      );
    }
  });

  it('where WordPress and the agent could not share what another account owns, or what is closed', async () => {
    await whileBroken(
      `install -D -o games -g games -m 0644 /dev/null ${CONTENT}/plugins/tiny/theirs.php`,
      ['plugins/tiny/theirs.php'],
      `rm ${CONTENT}/plugins/tiny/theirs.php`,
    );
    await whileBroken(
      `install -d -o www-data -g www-data -m 0750 ${CONTENT}/plugins/closed`,
      ['plugins/closed', '0750'],
      `rmdir ${CONTENT}/plugins/closed`,
    );
    // What WordPress makes below a default ACL that names its account is the agent's to read alone.
    const uploads = `${CONTENT}/uploads`;
    const inherited = `setfacl -d -m u:www-data:rwx ${uploads}; mkdir ${uploads}/inherited; chown www-data: ${uploads}/inherited`;
    const confined = '-p ProtectSystem=strict -p ReadWritePaths=/var/www/site';
    const command = `systemd-run --wait --pipe --quiet ${confined} setfacl -R -m g::rwX,d:g::rwX ${uploads}`;
    await whileBroken(inherited, [`${uploads}/inherited`, 'opencode', command], 'true');
    // Led out of the site, the command that is given changes nothing.
    const before = await host.ok('getfacl -n /etc /etc/cron.d');
    await host.run(
      `mv ${uploads} /tmp/aside; ln -s /etc ${uploads}; ${command}; rm ${uploads}; mv /tmp/aside ${uploads}`,
    );
    expect(await host.ok('getfacl -n /etc /etc/cron.d')).toBe(before);
    await host.ok(command);
    endedWith(await migrate(host, ['plan']), 0);
    await host.ok(`setfacl -R -b ${uploads}; rmdir ${uploads}/inherited`);
  });

  it('where a program, a database, an environment file or a port would fail the agent', async () => {
    await whileBroken(
      'chmod 0600 /usr/lib/node_modules/kimaki/package.json',
      ['www-data', '/usr/bin/kimaki', '--version'],
      'chmod 0644 /usr/lib/node_modules/kimaki/package.json',
    );
    const sessions = '/home/opencode/.local/share/opencode/opencode.db';
    if (IS_CAMPAIGN) {
      await whileBroken(
        `sqlite3 ${sessions} 'create table t (a)'; printf 'torn' | dd of=${sessions} bs=1 seek=100 conv=notrunc status=none`,
        [sessions, 'damaged'],
        `rm ${sessions}`,
      );
    }
    await whileBroken(
      'mkdir -p /etc/wp-coding-agents; echo \'DATAMACHINE_WP_CMD="wp --allow-root"\' > /etc/wp-coding-agents/ai-gateway.env',
      ['environment file', 'DATAMACHINE_WP_CMD'],
      'rm -r /etc/wp-coding-agents',
    );
    const server = "require('net').createServer().listen(29988, '127.0.0.1')";
    await whileBroken(
      `systemd-run --quiet --unit=lab-outsider /usr/bin/node -e "${server}"; sleep 1`,
      ['port 29988'],
      'systemctl stop lab-outsider',
    );
  });

  inCampaign(() => {
    it('where an account is to be made whose home is there already', async () => {
      const args = ['plan', '--user', 'agent', '--create-user'];
      await whileBroken('mkdir /home/agent', ['/home/agent'], 'rmdir /home/agent', args);
    });
  });

  it('but not where HOME and the data directory lie in different homes, which come to one place', async () => {
    await host.ok('useradd -m -G www-data agent; chmod 0750 /home/agent');
    try {
      const { stdout } = endedWith(await migrate(host, ['plan', '--user', 'agent', '--details']), 0);
      expect(stdout).toContain('/home/opencode/.kimaki: the service keeps its data in /root/.kimaki');
    } finally {
      await host.ok('userdel -r agent 2>/dev/null || true');
    }
  });

  inCampaign(() => {
    it('where the channel to prove it with is not known, naming those that are', async () => {
      await refuses(65, ['"9999"', '1001'], () => migrate(host, [...APPLY, '--probe-channel', '9999']));
    });
  });

  it('where the flow to prove it with does not exist, naming those that do', async () => {
    await refuses(65, ['"No Such Flow"', FLOW], () => migrate(host, [...APPLY, '--flow', 'No Such Flow']));
  });

  it('and once nothing is in the way, it goes through', async () => {
    endedWith(await migrate(host, APPLY), 0);
    expect((await host.run(['test', '-e', `${NEW_DATA_DIR}/discord-sessions.db`])).code).toBe(0);
    expect(await host.ok(`find / -xdev -name '*wca-probe*' -o -xdev -path ${SITE} -name '.*.wca-*'`)).toBe('');
  });
});
