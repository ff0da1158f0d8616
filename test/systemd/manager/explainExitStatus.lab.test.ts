import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainExitStatus } from '../../../src/systemd/manager/explainExitStatus.js';
import { bootHost, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { putUnits } from '../support/inHost.js';

/** What makes systemd fail before the program runs, by the status it then gives. */
const BROKEN: Readonly<Record<number, string>> = {
  200: 'WorkingDirectory=/nosuch',
  203: 'ExecStart=/nosuch',
  208: 'StandardInput=file:/nosuch',
  209: 'StandardOutput=file:/nosuch/log',
  215: 'CPUAffinity=1000',
  216: 'SupplementaryGroups=nosuch',
  217: 'User=nosuch',
  222: 'StandardError=file:/nosuch/log',
  225: 'NetworkNamespacePath=/nosuch',
  226: 'ReadWritePaths=/nosuch',
  233: 'RuntimeDirectory=in-the-way/x',
  238: 'StateDirectory=in-the-way/x',
  239: 'CacheDirectory=in-the-way/x',
  240: 'LogsDirectory=in-the-way/x',
  241: 'ConfigurationDirectory=in-the-way/x',
  242: 'NUMAPolicy=bind\nNUMAMask=100',
  243: 'LoadCredential=x:/nosuch',
};

describe.skipIf(!labAvailable().ok)('explainExitStatus on a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost({ variant: 'clean' });
    await host.ok(
      'touch /run/in-the-way /var/lib/in-the-way /var/cache/in-the-way /var/log/in-the-way /etc/in-the-way',
    );
    await putUnits(
      host,
      Object.fromEntries(
        Object.entries(BROKEN).map(([status, line]) => [
          `broken${status}.service`,
          `[Service]\nType=oneshot\nExecStart=/bin/true\n${line}\n`,
        ]),
      ),
    );
  });
  afterAll(() => host.down());

  it('names every status as systemd itself does in the journal of a unit that failed with it', async () => {
    // A oneshot's start fails when its command does.
    await host.run(
      `systemctl start ${Object.keys(BROKEN)
        .map((status) => `broken${status}.service`)
        .join(' ')}`,
    );
    for (const status of Object.keys(BROKEN).map(Number)) {
      const unit = `broken${status}.service`;
      expect(await host.ok(`systemctl show -p ExecMainStatus --value ${unit}`), unit).toBe(String(status));
      const said = await host.ok(`journalctl -u ${unit} -o cat`);
      const [, name = ''] = new RegExp(`status=(${status}/[A-Z_]+)`).exec(said) ?? [];
      expect(explainExitStatus(status), said).toMatch(new RegExp(`^${name}: .`));
    }
  });
});
