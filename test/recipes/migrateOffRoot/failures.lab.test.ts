import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SITE, UNIT_FILE, labAvailable, runWithFault } from '../../lab/index.js';
import type { Fault, Host } from '../../lab/index.js';
import { inCampaign, rows } from '../../support/campaign.js';
import { KillCampaign } from './killCampaign.js';
import { CHANNELS, brokenHost, endedWith, migrate, told } from './support.js';

const lab = labAvailable();

describe.skipIf(!lab.ok)(
  'a migration in which something fails half-way is taken back whole, with 73 and the old service at work,',
  () => {
    let host: Host;
    let campaign: KillCampaign;
    beforeAll(async () => {
      host = await brokenHost({ upperSize: '700M' });
      campaign = new KillCampaign(host);
      // What is made immutable, or replaced, has to lie in the upper layer.
      await host.ok(`set -e; for file in ${UNIT_FILE} ${CHANNELS} /usr/sbin/visudo /usr/bin/php8.2 /usr/bin/systemctl /usr/bin/kimaki; do cp -a $file /srv/copy; rm $file; mv /srv/copy $file; done
      systemctl daemon-reload`);
    });
    afterAll(() => host.down());

    /** Applies with a fault in it, and gives the code of what failed. */
    async function takenBack(
      fault: Fault | null,
      mended = 'true',
      args: readonly string[] = ['--hold', '1'],
    ): Promise<string> {
      await campaign.remember();
      const result = await runWithFault(host, ['migrate-off-root', 'apply', '--json', '--yes', ...args], fault);
      // What went through has to be taken back, or it spoils what follows.
      if (result.code === 0) endedWith(await migrate(host, ['rollback', '--yes']), 0);
      await host.ok(mended);
      const report = told(endedWith(result, 73));
      expect(report).toMatchObject({ failed: true, rolledBack: true, undoErrors: [], remaining: [] });
      expect(await campaign.compare('before')).toEqual([]);
      const { code = '', message = '' } = report.error?.error ?? {};
      return `${code} ${message}`;
    }

    /** A program that hangs the first time it is called so, and does what it should from then on. */
    const hanging = (program: string, when: string): string =>
      `sh mv ${program} ${program}.real; printf '#!/bin/sh\\ncase "$*" in ${when}) mkdir /run/hung 2>/dev/null && exec sleep 1000;; esac\\nexec ${program}.real "$@"\\n' > ${program}; chmod 755 ${program}`;
    const running = (program: string): string => `mv ${program}.real ${program}; rmdir /run/hung`;

    it('where the disk fills up while the state is between two homes', async () => {
      const fill = 'sh dd if=/dev/zero of=/srv/fill bs=4k 2>/dev/null; true';
      expect(await takenBack({ match: 'rename /root/.kimaki /home', what: fill }, 'rm /srv/fill')).toMatch(
        /^(IO|PROGRAM|SYSTEMCTL).*/,
      );
    });

    it('where a filesystem turns read-only', async () => {
      const readOnly = (path: string): string => `sh mount --bind ${path} ${path} && mount -o remount,ro,bind ${path}`;
      const faults = rows(
        [['spawn systemctl .*stop', '/home/opencode'] as const],
        [['link .*kimaki-dispatch-target', '/etc/sudoers.d'] as const],
      );
      for (const [match, path] of faults) {
        expect(await takenBack({ match, what: readOnly(path) }, `umount ${path}`)).toContain('mounted read-only');
      }
    });

    inCampaign(() => {
      it('where a file turns immutable', async () => {
        const faults = rows(
          [['rename .*kimaki.service', UNIT_FILE] as const],
          [['spawn systemctl .*stop', CHANNELS] as const],
        );
        for (const [match, path] of faults) {
          expect(await takenBack({ match, what: `sh chattr +i ${path}` }, `chattr -i ${path}`)).toContain('EPERM');
        }
      });
    });

    it('where the disk has an error, whatever was being done', async () => {
      const calls = ['rename .*/kimaki.service', 'fsync .*kimaki.service', 'chmodSync|chownSync'];
      for (const match of rows(['fwrite .*journal.jsonl'], calls)) {
        expect(
          await takenBack({
            match,
            at: match.includes('Sync') ? 200 : match.includes('journal') ? 60 : 1,
            what: 'EIO',
          }),
          match,
        ).toContain('EIO');
      }
    });

    inCampaign(() => {
      it('where systemd does not read its units again', async () => {
        expect(await takenBack({ match: 'spawn systemctl .*daemon-reload', at: 1, what: 'EAGAIN' })).toContain(
          'systemctl',
        );
      });
    });

    inCampaign(() => {
      it('where visudo, php or systemctl hangs', async () => {
        const early = 'spawn systemctl .*enable';
        const programs = rows<readonly [program: string, when: string, says: string]>(
          [['/usr/bin/systemctl', '*show*kimaki.service*', 'systemctl']],
          [
            ['/usr/sbin/visudo', '*', 'PROGRAM_TIMEOUT'],
            ['/usr/bin/php8.2', '*-l*', 'PROGRAM_TIMEOUT'],
          ],
        );
        for (const [program, when, says] of programs) {
          expect(await takenBack({ match: early, what: hanging(program, when) }, running(program)), program).toContain(
            says,
          );
        }
      });
    });

    inCampaign(() => {
      it('where the service dies as the agent at four fifths of the time it must hold', async () => {
        const program = `#!/bin/sh\ncase "$(/usr/bin/id -u) $1" in 0\\ *|*\\ --version|*\\ send) exec /usr/lib/node_modules/kimaki/bin/kimaki.js "$@" ;; esac\ncd ${SITE}; /usr/lib/node_modules/kimaki/bin/kimaki.js "$@" & sleep 4; kill $!; exit 3\n`;
        await host.ok('rm -f /usr/bin/kimaki; cat > /usr/bin/kimaki; chmod 755 /usr/bin/kimaki', { input: program });
        expect(await takenBack(null, 'true', ['--hold', '5'])).toMatch(/kimaki\.service/);
      });
    });
  },
);
