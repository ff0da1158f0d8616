// @module-tag root
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTALL_DIR, bootHost, installPackage, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';

const SCRIPT = `
import { awaitIdle } from '@wca/runtime-sdk/systemd';
const done = await awaitIdle(process.argv[2], { deadlineMs: Number(process.argv[3]) * 1000 });
console.log(JSON.stringify(done.isErr() ? done.error : 'idle'));
`;

describe.skipIf(!labAvailable().ok)('awaitIdle', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
    await host.ok(['tee', `${INSTALL_DIR}/idle.mjs`], { input: SCRIPT });
  });
  afterAll(() => host.down());

  const ask = async (unit: string, seconds: number): Promise<unknown> =>
    JSON.parse(await host.ok([`${INSTALL_DIR}/node`, `${INSTALL_DIR}/idle.mjs`, unit, String(seconds)]));

  it('says that a busy service never was idle', async () => {
    await host.ok("systemd-run --unit=busy.service sh -c 'while :; do :; done'");
    expect(await ask('busy.service', 3)).toMatchObject({ code: 'NOT_IDLE', unit: 'busy.service' });
    await host.ok('systemctl stop busy.service');
  });

  it('sees a service that only sleeps as idle, and one that does not run too', async () => {
    await host.ok('systemd-run --unit=quiet.service sleep 60');
    expect(await ask('quiet.service', 30)).toBe('idle');
    expect(await ask('datamachine-worker.service', 3)).toBe('idle');
  });
});
