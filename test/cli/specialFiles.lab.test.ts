import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DROP_IN_DIRECTORY, SITE, bootHost, installPackage, labAvailable } from '../lab/index.js';
import type { Host } from '../lab/index.js';
import { EXIT } from '../../src/cli/exitCodes.js';
import { IS_CAMPAIGN } from '../support/campaign.js';

const OPENCODE = `${SITE}/opencode.json`;
const AGENTS = `${SITE}/AGENTS.md`;
const POOL = '/etc/php/8.2/fpm/pool.d/www.conf';
const DROP_IN = `${DROP_IN_DIRECTORY}/50-x.conf`;
const CRONTABS = ['root', 'opencode'].map((user) => `/var/spool/cron/crontabs/${user}`);

/** What stands in the place of a file, and how it is made. The device is read without end. */
const KINDS = {
  fifo: (path: string) => `mkfifo ${path}`,
  device: (path: string) => `mknod -m 0644 ${path} c 1 5`,
  directory: (path: string) => `mkdir ${path}`,
  'dangling link': (path: string) => `ln -s /nowhere ${path}`,
} as const;
type Kind = keyof typeof KINDS;

/** Files that root reads, and of which ones each command has to say that they cannot be read. */
const PLACES: readonly {
  readonly name: string;
  readonly paths: readonly string[];
  readonly plan: number;
  readonly named: (command: string, kind: Kind) => readonly string[];
}[] = [
  {
    // cron(8) passes over a crontab that is no regular file, and a link to nothing is no settings of opencode.
    name: 'what the agent is told, and crontabs',
    paths: [OPENCODE, AGENTS, ...CRONTABS],
    plan: EXIT.done,
    named: (command, kind) => [AGENTS, ...(command === DOCTOR && kind !== 'dangling link' ? [OPENCODE] : [])],
  },
  { name: 'the pool of php-fpm', paths: [POOL], plan: EXIT.refused, named: () => [POOL] },
  {
    // systemd passes over the others; that it has not read them is what the plan says.
    name: 'a drop-in of the unit',
    paths: [DROP_IN],
    plan: EXIT.refused,
    named: (_, kind) => (kind === 'fifo' || kind === 'device' ? [DROP_IN] : []),
  },
];

const DOCTOR = 'wca doctor';
/** Longer than the limit of any program they start. */
const SECONDS = 240;

describe.skipIf(!labAvailable().ok)('in the place of a file', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
    await host.ok(`mkdir -p ${DROP_IN_DIRECTORY} /var/spool/cron/crontabs`);
  });
  afterAll(() => host.down());

  const all = PLACES.flatMap((place, row) =>
    Object.entries(KINDS).map(([kind, make], column) => ({ ...place, kind, make, isUsual: (row + column) % 2 === 0 })),
  );
  it.each(all.filter(({ isUsual }) => isUsual || IS_CAMPAIGN))(
    '($name) doctor and plan meet a $kind with an answer',
    async ({ paths, plan, named, kind, make }) => {
      const aside = paths.map((path, index) => [path, `/srv/kept-${index}`] as const);
      await host.ok(aside.map(([path, kept]) => `[ ! -e ${path} ] || mv ${path} ${kept}; ${make(path)}`).join('\n'));
      try {
        for (const [command, code] of [
          [DOCTOR, EXIT.no],
          ['wca migrate-off-root plan', plan],
        ] as const) {
          const ran = await host.run(`timeout -s KILL ${SECONDS} ${command}`, { timeoutMs: 2 * SECONDS * 1000 });
          const said = ran.stdout + ran.stderr;
          expect(ran.code, `${command}: ${said}`).toBe(code);
          for (const path of named(command, kind as Kind))
            expect(said, command).toMatch(new RegExp(`${path} (is|does)`));
        }
      } finally {
        await host.ok(aside.map(([path, kept]) => `rm -r ${path}; [ ! -e ${kept} ] || mv ${kept} ${path}`).join('\n'));
      }
    },
  );
});
