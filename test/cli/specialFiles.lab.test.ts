import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DROP_IN_DIRECTORY, SITE, bootHost, installPackage, labAvailable } from '../lab/index.js';
import type { Host } from '../lab/index.js';
import { EXIT } from '../../src/cli/exitCodes.js';

/** Where a file is read, by root, that others may have made. */
const PLACES = [
  `${SITE}/opencode.json`,
  `${SITE}/AGENTS.md`,
  '/etc/php/8.2/fpm/pool.d/www.conf',
  `${DROP_IN_DIRECTORY}/50-x.conf`,
  '/var/spool/cron/crontabs/root',
  '/var/spool/cron/crontabs/opencode',
] as const;

/** What stands there instead, and how it is made. A device without end answers with zeros. */
const KINDS = {
  fifo: 'mkfifo',
  device: 'mknod -m 0666',
  directory: 'mkdir',
  'dangling link': 'ln -s /nowhere',
} as const;

/** The commands that read them, and how long they may take on a slow machine. */
const COMMANDS = ['wca doctor', 'wca migrate-off-root plan'];
const SECONDS = 60;

describe.skipIf(!labAvailable().ok)('in the place of a file', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
    await host.ok(`mkdir -p ${DROP_IN_DIRECTORY} /var/spool/cron/crontabs`);
  });
  afterAll(() => host.down());

  const cases = PLACES.flatMap((path) => Object.entries(KINDS).map(([kind, make]) => ({ path, kind, make })));
  it.each(cases)('$path, a $kind is met by doctor and plan with an answer', async ({ path, kind, make }) => {
    const device = kind === 'device' ? ' c 1 5' : '';
    await host.ok(`[ ! -e ${path} ] || mv ${path} /srv/kept; ${make} ${path}${device}`);
    try {
      for (const command of COMMANDS) {
        const ran = await host.run(`timeout -s KILL ${SECONDS} ${command}`);
        console.log(
          path,
          kind,
          command,
          ran.code,
          `${ran.stdout}${ran.stderr}`
            .split('\n')
            .filter((l) => l.includes(path))
            .slice(0, 3),
        );
        expect([EXIT.done, EXIT.no, EXIT.refused]).toContain(ran.code);
      }
    } finally {
      await host.ok(`rm -r ${path}; [ ! -e /srv/kept ] || mv /srv/kept ${path}`);
    }
  });
});
