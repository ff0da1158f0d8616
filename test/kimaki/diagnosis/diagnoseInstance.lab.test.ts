import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bootHost,
  CANARY,
  CHANNELS,
  DROP_IN_DIRECTORY as DROP_IN,
  installPackage,
  labAvailable,
  SITE,
  UNIT_FILE,
} from '../../lab/index.js';
import type { InstanceDiagnosis } from '../../../src/kimaki/diagnosis/index.js';
import type { Finding } from '../../../src/posix/findings/index.js';
import type { Host } from '../../lab/index.js';
import { hostScript } from '../support/hostScript.js';

const lab = labAvailable();
const RULE = '/etc/sudoers.d/wp-coding-agents-kimaki-dispatch';
const HOP = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';
const FPM = '/etc/systemd/system/php8.2-fpm.service.d';

/** States that go together: how they are made and undone, and by which words each has to be named. */
interface States {
  readonly name: string;
  readonly make: string;
  readonly undo: string;
  readonly named: readonly (readonly [id: string, words: string])[];
}

const dropIn = (...lines: readonly string[]): string =>
  `mkdir -p ${DROP_IN}; printf '[Service]\n${lines.join('\n')}\n' > ${DROP_IN}/60-x.conf; systemctl daemon-reload`;
const NO_DROP_IN = `rm -r ${DROP_IN}; systemctl daemon-reload`;
const edit = (script: string): string =>
  `cp ${UNIT_FILE} /root/unit; sed -i '${script}' ${UNIT_FILE}; systemctl daemon-reload`;
const NO_EDIT = `cp /root/unit ${UNIT_FILE}; systemctl daemon-reload`;

const STATES: readonly States[] = [
  {
    name: 'root again',
    make: dropIn('User=root'),
    undo: NO_DROP_IN,
    named: [
      ['runs-as-root', 'configured as root'],
      ['identities-differ', 'say root'],
      ['drop-in-decides', 'sets User=root'],
    ],
  },
  {
    name: 'an account that is gone',
    make: dropIn('User=gone', 'Environment=HOME=/srv'),
    undo: NO_DROP_IN,
    named: [
      ['account-missing', 'no such account'],
      ['identities-differ', 'the files of kimaki.service say gone'],
    ],
  },
  {
    name: 'a unit that says too much',
    make: `install -o opencode -m 755 /dev/null /home/opencode/x; mkdir -p /opt/open; chmod 777 /opt/open; chmod 666 ${UNIT_FILE}
${dropIn('UMask=0022', 'ExecStartPre=+/bin/true', 'ExecStartPre=+/home/opencode/x', 'ExecStartPre=/root/x', 'ExecStartPre=-/usr/bin/pkill -u root -f y', 'ProtectHome=yes', 'Environment="DATAMACHINE_WP_CMD=wp --allow-root" KIMAKI_LOCK_PORT=70000', 'Environment=PATH=/root/.bun/bin:/opt/open:bin', 'Environment=HOME=/srv')}`,
    undo: `chmod 644 ${UNIT_FILE}; ${NO_DROP_IN}`,
    named: [
      ['unit-untrusted', 'everyone may write'],
      ['drop-in-decides', 'sets UMask=0022'],
      ['umask-missing', 'UMask=0022'],
      ['privileged-line', 'as root whatever User= says'],
      ['untrusted-program', '/home/opencode'],
      ['failing-program', '/root/x'],
      ['kills-roots-processes', '60-x.conf:6'],
      ['setting-against', 'ProtectHome=yes'],
      ['allow-root', '60-x.conf:8'],
      ['port-invalid', '"70000"'],
      ['path-entry', '/root/.bun/bin'],
      ['path-entry', 'everyone may write'],
      ['path-entry', '"bin"'],
      ['foreign-home', 'with HOME=/srv'],
    ],
  },
  {
    name: 'a drop-in that systemd has not heard of',
    make: `mkdir -p ${DROP_IN}; printf '[Service]\nNice=1\n' > ${DROP_IN}/60-x.conf`,
    undo: NO_DROP_IN,
    named: [['needs-daemon-reload', 'are not what systemd has loaded']],
  },
  {
    name: 'a line that does not load',
    make: `cp ${UNIT_FILE} /root/unit; sed -i 's#^Type=#ExecStartPre=./x\\nType=#' ${UNIT_FILE}`,
    undo: NO_EDIT,
    named: [['unit-does-not-load', UNIT_FILE]],
  },
  {
    name: 'a hidden line',
    make: `cp ${UNIT_FILE} /root/unit; printf '# x\\0User=root\\n' >> ${UNIT_FILE}`,
    undo: NO_EDIT,
    named: [['unit-not-editable', UNIT_FILE]],
  },
  {
    name: 'no data',
    make: edit('s#--data-dir [^ ]*#--data-dir /srv/none#'),
    undo: NO_EDIT,
    named: [['data-directory-missing', '/srv/none, does not exist']],
  },
  {
    name: 'data and program in homes',
    make: `mkdir -p /home/other/d; ${edit('s#--data-dir [^ ]*#--data-dir /home/other/d#; s#^ExecStart=[^ ]*#ExecStart=/home/opencode/.kimaki/bin/kimaki#')}`,
    undo: NO_EDIT,
    named: [
      ['data-directory-elsewhere', '/home/other/d lies in another home'],
      ['program-in-home', 'lies in a home'],
    ],
  },
  {
    name: 'files of root',
    make: `chmod 500 /home/opencode/.kimaki; chown root: /home/opencode/.kimaki /home/opencode/.kimaki/discord-sessions.db-wal; mkdir /root/.kimaki; echo x > /root/.kimaki/discord-sessions.db
touch /home/opencode/.config/opencode/roots; chmod 700 /usr/lib/node_modules/kimaki/skills; chmod 600 ${CHANNELS}; chown root ${CHANNELS}`,
    undo: `chmod 755 /home/opencode/.kimaki; chown opencode: /home/opencode/.kimaki /home/opencode/.kimaki/discord-sessions.db-wal; rm -r /root/.kimaki /home/opencode/.config/opencode/roots
chmod 755 /usr/lib/node_modules/kimaki/skills; chmod 644 ${CHANNELS}; chown www-data ${CHANNELS}`,
    named: [
      ['data-directory-closed', 'cannot write /home/opencode/.kimaki'],
      ['database-owner', 'discord-sessions.db-wal belongs to uid 0'],
      ['state-in-both-homes', '/root/.kimaki holds state'],
      ['foreign-files-in-home', '1 entries of /home/opencode/.config/opencode'],
      ['package-unreadable', '/usr/lib/node_modules/kimaki/skills'],
      ['channel-unreadable', 'cannot read'],
    ],
  },
  {
    name: 'an interpreter under /root',
    make: 'mkdir -p /root/.bun; mv /usr/bin/node /root/.bun/; ln -s /root/.bun/node /usr/bin/node',
    undo: 'mv /root/.bun/node /usr/bin/node',
    named: [['program-unreachable', '/root']],
  },
  {
    name: 'a command in a home',
    make: `sed -i "s#'${HOP}'#'/home/opencode/.kimaki/bin/kimaki'#" ${CHANNELS}`,
    undo: `sed -i "s#'/home/opencode/.kimaki/bin/kimaki'#'${HOP}'#" ${CHANNELS}`,
    named: [
      ['command-in-home', 'lies in a home'],
      ['command-unreachable', 'is stopped at /home/opencode'],
    ],
  },
  {
    name: 'no command',
    make: `mv ${HOP} /root/hop`,
    undo: `mv /root/hop ${HOP}`,
    named: [['command-missing', 'does not exist']],
  },
  {
    name: 'a stale hop and strays',
    make: `cp ${RULE} /root/rule; sed -i /^www-data/d ${RULE}; cp /root/rule ${RULE}-old.site; cp ${HOP} ${HOP}-shop; mkdir -p ${FPM}; printf '[Service]\nNoNewPrivileges=yes\n' > ${FPM}/x.conf; systemctl daemon-reload`,
    undo: `cat /root/rule > ${RULE}; rm ${RULE}-old.site ${HOP}-shop ${FPM}/x.conf; systemctl daemon-reload`,
    named: [
      ['hop-stale', 'no rule lets www-data use the target'],
      ['hop-not-in-force', 'sudo reads no such rule'],
      ['hop-stray', 'has a dot'],
      ['hop-stray', 'belongs to no instance'],
      ['php-without-privileges', 'NoNewPrivileges=yes'],
    ],
  },
  {
    name: 'neighbours',
    make: `cp ${UNIT_FILE} /etc/systemd/system/kimaki-two.service; printf 'www-data ALL=(ALL) !ALL\nno rule\n' > /etc/sudoers.d/zz; echo '* * * * * root wp --allow-root cron event run' > /etc/cron.d/w
printf '[Service]\nType=oneshot\nExecStart=/bin/true ${SITE}\n' > /etc/systemd/system/w.service; printf '[Timer]\nOnCalendar=daily\n' > /etc/systemd/system/w.timer; systemctl daemon-reload; systemctl -q enable kimaki-two; systemctl start w.timer`,
    undo: 'systemctl stop w.timer; systemctl -q disable kimaki-two; rm /etc/systemd/system/w.* /etc/systemd/system/kimaki-two.service /etc/sudoers.d/zz /etc/cron.d/w; systemctl daemon-reload',
    named: [
      ['port-shared', 'kimaki-two.service'],
      ['data-directory-shared', 'the same /home/opencode/.kimaki'],
      ['site-shared', 'both work on /var/www/site'],
      ['sudoers-invalid', 'visudo rejects'],
      ['hop-not-in-force', 'a later rule takes it back'],
      ['companion-as-root', 'started by w.timer'],
      ['cron-as-root', '/etc/cron.d/w:1'],
    ],
  },
];

describe.skipIf(!lab.ok)('the diagnosis of an instance', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
  });
  afterAll(() => host.down());

  /** As a doctor would ask: with what the site registers and who serves it. */
  const diagnose = async (): Promise<readonly Finding[]> => {
    const said = await hostScript(
      host,
      `const instances = (await kimaki.findInstances())._unsafeUnwrap();
       const instance = instances.find(({ unit }) => unit === 'kimaki.service');
       const site = (await wordpress.findSite('${SITE}'))._unsafeUnwrap();
       const caller = (await posix.lookupIdentity(site.owner.user))._unsafeUnwrap();
       const source = (await posix.readRegularFile('${CHANNELS}'))._unsafeUnwrap().bytes;
       const { command } = wordpress.getBlock(source, 'bridge:kimaki').andThen(({ body }) => wordpress.readCliChannel(body))._unsafeUnwrap();
       const request = { instance, instances, caller, channel: { file: '${CHANNELS}', command }, fpmUnit: site.fpm.unit };
       answer((await kimaki.diagnoseInstance(request))._unsafeUnwrap());`,
    );
    expect(JSON.stringify(said)).not.toContain(CANARY);
    const { findings, notChecked } = said as InstanceDiagnosis;
    expect(notChecked.filter(({ error }) => error !== null)).toEqual([]);
    return findings;
  };
  const ids = (found: readonly Finding[]): readonly string[] => [...new Set(found.map(({ id }) => id))].sort();

  it('names every state of a root install half moved', async () => {
    const found = await diagnose();
    expect(ids(found)).toEqual([
      'command-in-home',
      'command-unreachable',
      'companion-as-root',
      'foreign-files-in-home',
      'foreign-home',
      'kills-roots-processes',
      'program-in-home',
      'runs-as-root',
      'secret-in-unit',
      'state-in-both-homes',
      'umask-missing',
    ]);
    expect(found.every(({ remedy }) => remedy.kind !== 'text' || remedy.text !== '')).toBe(true);
    expect(found.find(({ id }) => id === 'command-unreachable')?.what).toContain('/root');
  });

  const MOVES = `[{ from: '/root/.kimaki', to: '/home/opencode/.kimaki' }]`;
  it('is told with the paths that its state holds of itself, by channel, while it runs', async () => {
    const found = await hostScript(
      host,
      `const plan = (await kimaki.findStatePaths({ roots: ['/root/.kimaki'], oldHomes: ['/root'], moves: ${MOVES} }))._unsafeUnwrap();
       const checked = (await kimaki.checkDatabase('/root/.kimaki/discord-sessions.db'))._unsafeUnwrap();
       const [{ from, to }] = ${MOVES};
       const { method, noSpace, durationMs } = (await posix.estimateMove(from, to))._unsafeUnwrap();
       answer({ paths: plan.paths.map((path) => path.label ?? path.file), notSearched: plan.notSearched, checked, method, fits: noSpace === undefined, durationMs });`,
    );
    expect(found).toMatchObject({
      paths: ['channel_id=1002', '/root/.kimaki/projects/sandbox/project.json', '/root/.kimaki/bin/kimaki'],
      notSearched: [],
      checked: { state: 'intact', rows: { channel_directories: 2 } },
      method: 'rename',
      fits: true,
      durationMs: 0,
    });
  });

  it('finds nothing broken once it is migrated', async () => {
    await host.ok('wca migrate-off-root apply --yes --hold 1', { timeoutMs: 480_000 });
    const found = await diagnose();
    expect(found.filter(({ severity }) => severity === 'broken')).toEqual([]);
    expect(ids(found)).toEqual(['failing-program', 'path-entry', 'privileged-group', 'secret-in-unit', 'self-upgrade']);
  });

  it('has those paths lead to where the state is now', async () => {
    const args = `{ roots: ['/home/opencode/.kimaki'], oldHomes: ['/root'], moves: ${MOVES} }`;
    const rows = `sqlite3 /home/opencode/.kimaki/discord-sessions.db "SELECT channel_id || ' ' || directory FROM channel_directories ORDER BY channel_id"`;
    await host.ok('systemctl stop kimaki');
    const left = await hostScript(host, `answer((await kimaki.findStatePaths(${args}))._unsafeUnwrap().paths);`);
    expect(left).toEqual([]);
    expect(await host.ok(rows, { user: 'opencode' })).toBe(
      '1001 /var/www/site\n1002 /home/opencode/.kimaki/projects/sandbox',
    );
    expect(await host.ok('find /home/opencode/.kimaki -user root')).toBe('');
    await host.ok('systemctl start kimaki');
    await host.serviceListens();
  });

  it.each(STATES)('names $name', async ({ make, undo, named }) => {
    await host.ok(make);
    try {
      const found = await diagnose();
      const missing = named.filter(([id, words]) => !found.some((one) => one.id === id && one.what.includes(words)));
      expect(missing, JSON.stringify(found, null, 1)).toEqual([]);
    } finally {
      await host.ok(undo);
    }
  });

  it('says nothing more when all of that is undone', async () => {
    await host.ok('systemctl restart kimaki');
    expect((await diagnose()).filter(({ severity }) => severity === 'broken')).toEqual([]);
  });
});
