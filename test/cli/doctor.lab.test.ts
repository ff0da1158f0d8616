import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CANARY,
  CHANNELS,
  DROP_IN_DIRECTORY as DROP_IN,
  SITE,
  UNIT_FILE,
  bootHost,
  compareSnapshots,
  installPackage,
  labAvailable,
  treeSnapshot,
} from '../lab/index.js';
import type { Host, RunOptions } from '../lab/index.js';
import { runWithFault } from '../lab/faults.js';
import type { Finding } from '../../src/posix/findings/index.js';
import type { HostDiagnosis } from '../../src/recipes/diagnosis/hostDiagnosis.js';

const schema = JSON.parse(readFileSync(new URL('../../schema/doctor.schema.json', import.meta.url), 'utf8')) as object;
const valid = new Ajv2020({ strict: false, allErrors: true }).compile(schema);

type Subject = Omit<HostDiagnosis['subjects'][number], 'findings'> & {
  readonly findings: readonly (Finding & { readonly fix: string })[];
};

const CONTENT = `${SITE}/wp-content`;
const MU = `${CONTENT}/mu-plugins`;
const WORKER = '/etc/systemd/system/datamachine-worker.service';
const FPM = 'php8.2-fpm.service';
/** A second instance, and what makes it one that runs at the next boot. */
const SECOND = '/etc/systemd/system/kimaki-two.service';
const WANTS = '/etc/systemd/system/multi-user.target.wants/kimaki-two.service';

/** What goes wrong on a migrated host: how it is made, how undone, and by which id and words each has to be named. */
interface State {
  readonly name: string;
  readonly make: string;
  readonly undo: string;
  readonly named: readonly (readonly [id: string, severity: string, words: string])[];
}

const STATES: readonly State[] = [
  {
    name: 'files of the site',
    make: `touch ${CONTENT}/plugins/tiny/new.php; mkdir ${CONTENT}/plugins/tiny/own; chown opencode: ${CONTENT}/plugins/tiny/own; chmod 755 ${CONTENT}/plugins/tiny/own; chmod g-s ${CONTENT}/plugins/tiny/own
chmod 600 ${MU}/wp-coding-agents-runtimes.php; cp -p ${CHANNELS} /root/channels; printf '\\n    // BEGIN bridge:x\\n' >> ${CHANNELS}
cp -p ${SITE}/wp-config.php /root/config; sed -i "2i define( 'FS_CHMOD_DIR', 0755 );" ${SITE}/wp-config.php
cp -p ${SITE}/AGENTS.md /root/agents; echo 'wp --allow-root' >> ${SITE}/AGENTS.md; chmod 777 ${CONTENT}; chmod g+w ${SITE}/.opencode`,
    undo: `rm -r ${CONTENT}/plugins/tiny/new.php ${CONTENT}/plugins/tiny/own; chmod 644 ${MU}/wp-coding-agents-runtimes.php; cp -p /root/channels ${CHANNELS}
cp -p /root/config ${SITE}/wp-config.php; cp -p /root/agents ${SITE}/AGENTS.md; chmod 755 ${CONTENT}; chmod g-w ${SITE}/.opencode`,
    named: [
      ['root-owned', 'broken', '1 entries below'],
      ['plugin-closed', 'broken', 'tiny'],
      ['writable-by-agent', 'broken', 'new.php'],
      ['shared-group', 'broken', 'plugins/tiny/own'],
      ['managed-mode', 'risk', 'wp-coding-agents-runtimes.php has mode 0600'],
      ['managed-fence-damaged', 'risk', CHANNELS],
      ['modes-not-shared', 'broken', 'wp-config.php:2 defines FS_CHMOD_DIR'],
      ['agents-file-allow-root', 'risk', `${SITE}/AGENTS.md`],
      ['agent-files-open', 'risk', `${SITE}/.opencode`],
      ['directory-open', 'risk', CONTENT],
    ],
  },
  {
    name: 'what brings root back, and what leads messages astray',
    make: `echo 'Z ${SITE} - root root' > /etc/tmpfiles.d/site.conf; echo '* * * * * root wp --allow-root cron event run' > /etc/cron.d/w
cp ${WORKER} /root/worker; sed -i '/^UMask=/d' ${WORKER}; printf '[Service]\\nUMask=0022\\n' > /etc/systemd/system/${FPM}.d/zz.conf
cp ${UNIT_FILE} ${SECOND}; ln -s ${SECOND} ${WANTS}; mkdir /tmp/kimaki-cache; touch /var/lib/datamachine/workspace/roots
cp -p ${CHANNELS} /root/channels; sed -i -E "/BEGIN bridge:kimaki/,/END bridge:kimaki/ s#'command' *=> '[^']*',#'command' => '/usr/bin/kimaki', 'env' => [ 'KIMAKI_DATA_DIR' => '/root/.kimaki' ],#" ${CHANNELS}
groupadd newer; usermod -aG newer opencode; ln -s /dev/null /etc/systemd/system/kimaki-old.service; chmod 777 /var/lib/wca
systemctl daemon-reload; systemctl restart ${FPM}`,
    undo: `rm -r /etc/tmpfiles.d/site.conf /etc/cron.d/w /etc/systemd/system/${FPM}.d/zz.conf ${SECOND} ${WANTS} /tmp/kimaki-cache /var/lib/datamachine/workspace/roots
cp /root/worker ${WORKER}; cp -p /root/channels ${CHANNELS}; groupdel newer; rm -r /etc/systemd/system/kimaki-old.service; chmod 700 /var/lib/wca; systemctl daemon-reload; systemctl restart ${FPM}`,
    named: [
      ['owner-reversal', 'risk', '/etc/tmpfiles.d/site.conf'],
      ['cron-as-root', 'risk', '/etc/cron.d/w:1'],
      ['companion-umask', 'broken', 'datamachine-worker.service works on'],
      ['umask-php-fpm', 'broken', FPM],
      ['data-directory-shared', 'broken', 'kimaki-two.service'],
      ['leftover-closed', 'risk', '/tmp/kimaki-cache'],
      ['no-new-root-files', 'broken', '/var/lib/datamachine'],
      ['channel-environment', 'broken', 'KIMAKI_DATA_DIR=/root/.kimaki'],
      ['groups-not-running', 'risk', 'opencode is in: newer'],
      ['unit-masked', 'note', 'kimaki-old.service'],
      ['journal-unusable', 'broken', '/var/lib/wca'],
    ],
  },
  {
    name: 'a service that ends again and again, on a site that is gone',
    make: `mkdir -p ${DROP_IN}; printf '[Service]\\nWorkingDirectory=/srv\\nExecStart=\\nExecStart=/bin/false --data-dir /home/opencode/.kimaki\\n' > ${DROP_IN}/60-x.conf
systemctl daemon-reload; systemctl restart kimaki || true; until systemctl show -p SubState kimaki | grep auto-restart; do sleep 0.1; done`,
    undo: `rm ${DROP_IN}/60-x.conf; systemctl daemon-reload; systemctl restart kimaki`,
    named: [
      ['not-running', 'broken', 'ends again and again (exit-code, last exit status 1)'],
      ['site-missing', 'broken', 'no WordPress at /srv'],
    ],
  },
];

describe.skipIf(!labAvailable().ok)('wca doctor', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
  });
  afterAll(() => host.down());

  /** The subjects, and how it ended; the document is as the schema says, and holds no secret. */
  const doctor = async (
    code: number,
    options: RunOptions = {},
  ): Promise<{
    readonly ok: boolean;
    readonly of: (kind: Subject['kind']) => Subject;
    readonly all: readonly Subject[];
  }> => {
    const ran = await host.run('wca doctor --json', options);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code, stderr: '' });
    expect(ran.stdout).not.toContain(CANARY);
    const document = JSON.parse(ran.stdout) as { readonly ok: boolean; readonly subjects: readonly Subject[] };
    expect(valid(document), JSON.stringify(valid.errors)).toBe(true);
    const of = (kind: Subject['kind']): Subject =>
      document.subjects.find((one) => one.kind === kind) ?? expect.fail(`no ${kind}`);
    return { ok: document.ok, of, all: document.subjects };
  };
  const codes = ({ findings }: Subject): readonly string[] => [...new Set(findings.map(({ id }) => id))];

  it('names what is wrong with a root install half moved, and changes nothing', async () => {
    await host.ok(
      'systemctl stop lab-visitors.timer lab-visitors.service datamachine-worker.timer datamachine-worker.service; systemctl restart php8.2-fpm',
    );
    const trees = ['/etc', '/home', SITE, '/opt', '/usr/local', '/var/lib/datamachine'];
    const before = treeSnapshot(host, trees);
    const { ok, of } = await doctor(1);
    expect(compareSnapshots(before, treeSnapshot(host, trees))).toEqual([]);
    await host.ok('systemctl start datamachine-worker.timer');
    expect(ok).toBe(false);
    expect(of('host')).toMatchObject({ findings: [], notChecked: [] });
    expect(codes(of('instance'))).toEqual([
      'runs-as-root',
      'foreign-home',
      'umask-missing',
      'command-unreachable',
      'secret-in-unit',
      'kills-roots-processes',
      'foreign-files-in-home',
      'program-in-home',
      'command-in-home',
      'companion-as-root',
      'state-in-both-homes',
    ]);
    expect(codes(of('site'))).toEqual([
      'plugin-closed',
      'theme-closed',
      'upgrade-leftover',
      'root-owned',
      'upload-entries-closed',
      'agents-file-allow-root',
      'root-owned-left',
    ]);
    expect(of('instance').notChecked).toEqual([]);
    expect(of('site').notChecked).toEqual([]);
  });

  it('tells an ordinary user what it can see, and what it cannot', async () => {
    const { of } = await doctor(1, { user: 'opencode' });
    expect(codes(of('instance'))).toContain('runs-as-root');
    expect(of('instance').notChecked).toContainEqual(
      expect.stringContaining('its data directory: /root/.kimaki may not be accessed'),
    );
    expect(of('site').notChecked).toEqual([expect.stringContaining('only root can run')]);
  });

  it('tells it to people as well, and takes only names that there are', async () => {
    const ran = await host.run('wca doctor --unit kimaki');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('\ninstance kimaki.service (/etc/systemd/system/kimaki.service)\n  broken  ');
    expect(ran.stdout).toMatch(
      /\n9 broken, 11 risks, 2 notes, 0 not checked; looked at this host, 1 instance and 1 site\n$/,
    );
    expect(ran.stdout).not.toContain(CANARY);
    for (const [line, code] of [
      ['--site /srv', 66],
      ['--unit kimaki-none', 66],
      ['--site srv', 64],
      ['--unit ../x', 64],
      ['x', 64],
    ] as const) {
      const refused = await host.run(`wca doctor ${line} --json`);
      expect(refused, line).toMatchObject({ code });
      expect(valid(JSON.parse(refused.stdout)), line).toBe(true);
    }
  });

  it('names a run that was cut off, with both ways on', async () => {
    await runWithFault(host, ['migrate-off-root', 'apply', '--yes', '--hold', '1'], {
      match: '^spawn systemctl',
      at: 4,
      what: 'kill',
    });
    const found = (await doctor(1)).of('host').findings.find(({ id }) => id === 'interrupted-run');
    expect(found).toMatchObject({ severity: 'broken', what: expect.stringContaining('/var/lib/wca/runs/') as string });
    expect(found?.fix).toContain('wca migrate-off-root resume');
    expect(found?.fix).toContain('wca migrate-off-root rollback');
    await host.ok('wca migrate-off-root resume --yes', { timeoutMs: 480_000 });
  });

  it('finds nothing broken on a migrated host', async () => {
    const { ok, of } = await doctor(0);
    expect(ok).toBe(true);
    expect(of('host')).toMatchObject({ findings: [], notChecked: [] });
    expect(codes(of('instance'))).toEqual([
      'privileged-group',
      'secret-in-unit',
      'self-upgrade',
      'failing-program',
      'path-entry',
    ]);
    expect(codes(of('site'))).toEqual(['root-owned-left']);
    expect(of('instance').notChecked).toEqual([]);
    expect(of('site').notChecked).toEqual([]);
    expect((await doctor(77, { user: 'opencode' })).of('host').notChecked).toHaveLength(2);
  });

  it.each(STATES)('names $name', async ({ make, undo, named }) => {
    await host.ok(`set -e\n${make}`);
    try {
      const found = (await doctor(1)).all.flatMap(({ findings }) => findings);
      const missing = named.filter(
        ([id, severity, words]) =>
          !found.some((one) => one.id === id && one.severity === severity && one.what.includes(words)),
      );
      expect(missing, JSON.stringify(found, null, 1)).toEqual([]);
      const told = found.map(({ id, what }) => `${id} ${what}`);
      expect(told).toEqual([...new Set(told)]);
    } finally {
      await host.ok(`set -e\n${undo}`);
    }
  });

  it('does not pass over what cannot be read, and still looks at the rest', async () => {
    await host.ok(
      `sed 's#^WorkingDirectory=.*#&\\nEnvironmentFile=/etc/none#' ${UNIT_FILE} > ${SECOND}; ln -s ${SECOND} ${WANTS}; mkdir /etc/none; systemctl daemon-reload; systemctl stop mariadb`,
    );
    try {
      const { of } = await doctor(1);
      expect(of('host').findings).toMatchObject([
        {
          id: 'instance-unreadable',
          severity: 'broken',
          what: expect.stringContaining('kimaki-two.service') as string,
        },
      ]);
      expect(of('instance').name).toBe('kimaki.service');
      expect(of('site').findings).toMatchObject([
        { id: 'wordpress-fails', severity: 'broken' },
        { id: 'root-owned-left' },
      ]);
      expect(of('site').notChecked).toEqual([expect.stringContaining('what WordPress may write: ')]);
    } finally {
      await host.ok(`systemctl start mariadb; rm -r ${SECOND} ${WANTS} /etc/none; systemctl daemon-reload`);
    }
  });

  it('names a drop-in that would stop systemd itself', async () => {
    await host.ok(`mkfifo ${DROP_IN}/x.conf`);
    try {
      expect((await doctor(1)).of('host').findings).toMatchObject([
        { id: 'units-unreadable', severity: 'broken', what: expect.stringContaining(`${DROP_IN}/x.conf`) as string },
      ]);
    } finally {
      await host.ok(`rm ${DROP_IN}/x.conf`);
    }
  });

  it('finds nothing broken again when all of that is undone', async () => {
    await host.serviceListens();
    const { all } = await doctor(0);
    expect(all.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'broken')).toEqual([]);
  });

  it('looks at a site of its own where there is no instance', async () => {
    await host.ok(`systemctl disable --now kimaki; rm -r ${UNIT_FILE} ${DROP_IN}; systemctl daemon-reload`);
    const { of, all } = await doctor(0);
    expect(codes(of('host'))).toEqual(['no-instance']);
    expect(all).toHaveLength(1);
    const ran = await host.run(`wca doctor --site ${SITE}/wp-admin`);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toMatch(/looked at this host, 0 instances and 1 site\n$/);
  });
});
