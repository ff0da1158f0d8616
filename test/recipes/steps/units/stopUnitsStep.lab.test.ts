import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootHost, installPackage, labAvailable } from '../../../lab/index.js';
import type { Host } from '../../../lab/index.js';

const lab = labAvailable();
/** What the step does in the host, as it would in a run. */
const SCRIPT = `
import { stepRegistry } from '@wca/runtime-sdk/recipes';
const kind = stepRegistry().get('systemd.stopUnits');
const args = { units: ['lab-job.service', 'lab-set-up.service', 'lab-main.service'] };
const ctx = { runDir: '/tmp', recordPath: (name) => '/tmp/' + name, progress: () => {}, signal: new AbortController().signal, force: false };
const done = (result) => { if (result.isErr()) throw new Error(result.error.message); return result.value; };
const [, , verb, before] = process.argv;
if (verb === 'stop') {
  const check = done(await kind.check(args));
  done(await kind.apply(args, check.before, ctx));
  done(await kind.verify(args, ctx));
  console.log(JSON.stringify(check.before));
} else done(await kind.undo(args, JSON.parse(before), ctx));
`;

const UNITS: Readonly<Record<string, string>> = {
  main: '[Service]\nExecStart=/bin/sleep infinity\n',
  job: '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo ran >> /srv/job; sleep 2"\n',
  'set-up': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n',
  bound: '[Unit]\nBindsTo=lab-main.service\nAfter=lab-main.service\n[Service]\nExecStart=/bin/sleep infinity\n',
  part: '[Unit]\nPartOf=lab-bound.service\n[Service]\nExecStart=/bin/sleep infinity\n',
  idle: '[Unit]\nRequires=lab-main.service\n[Service]\nExecStart=/bin/sleep infinity\n',
};

describe.skipIf(!lab.ok)('stopping units that others need', () => {
  let host: Host;
  let before = '';
  const run = (...args: readonly string[]): Promise<string> => host.ok(['/opt/wca/node', '/opt/wca/stop.mjs', ...args]);
  const active = async (): Promise<readonly string[]> =>
    (await host.ok("systemctl list-units 'lab-*.service' --state=active --plain --no-legend | awk '{print $1}' | sort"))
      .split('\n')
      .filter(Boolean);

  beforeAll(async () => {
    host = await bootHost({ variant: 'clean' });
    await installPackage(host);
    await writeFile(join(host.root, 'opt/wca/stop.mjs'), SCRIPT);
    for (const [name, text] of Object.entries(UNITS))
      await writeFile(join(host.root, `etc/systemd/system/lab-${name}.service`), text);
    await host.ok(
      'systemctl daemon-reload; systemctl start lab-main lab-bound lab-part lab-set-up; systemctl start --no-block lab-job; sleep 0.5',
    );
    before = await run('stop');
  });
  afterAll(() => host.down());

  it('stops them all, and lets a job under way end', async () => {
    expect(await active()).toEqual([]);
    expect(await host.ok('systemctl show -p Result --value lab-job')).toBe('success');
  });

  it('starts again what ran, with all that was stopped along with it, and neither the job nor what did not run', async () => {
    await run('undo', before);
    expect(await active()).toEqual(['lab-bound.service', 'lab-main.service', 'lab-part.service', 'lab-set-up.service']);
    expect(await host.ok('cat /srv/job')).toBe('ran');
  });

  it('starts the others again when one does not start, and says which', async () => {
    const stopped = await run('stop');
    await writeFile(
      join(host.root, 'etc/systemd/system/lab-main.service'),
      `${UNITS.main ?? ''}ExecStartPre=/bin/false\n`,
    );
    const undone = await host.run(['/opt/wca/node', '/opt/wca/stop.mjs', 'undo', stopped]);
    expect(undone.code).not.toBe(0);
    expect(undone.stderr).toContain('lab-main.service');
    expect(await active()).toEqual(['lab-part.service', 'lab-set-up.service']);
  });
});
