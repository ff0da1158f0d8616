import { describe, expect, it } from 'vitest';
import { refusePrivileged, reload, refuseUnit } from '../../../../src/recipes/migrateOffRoot/refuse/refuseUnit.js';
import type { KimakiInstance } from '../../../../src/kimaki/instance/index.js';
import type { MigrationRefusal } from '../../../../src/recipes/host/index.js';
import type { UnitState } from '../../../../src/systemd/manager/index.js';
import { remedy } from '../../../../src/posix/findings/index.js';
import { AGENT, exampleInstance } from '../../../kimaki/support/exampleInstance.js';
import { serviceOf } from '../../../systemd/support/effectiveOf.js';

type Wanted = Parameters<typeof refuseUnit>[2];

/** The refusal of an instance in this state, by the rules that ask nothing but the instance. */
async function refusal(changes: Partial<KimakiInstance>, state: Partial<UnitState> = {}): Promise<MigrationRefusal> {
  const instance = exampleInstance('', { user: 'root', ...changes }, state);
  const target = { facts: { name: 'opencode', home: '/home/opencode' }, group: 'opencode', likely: AGENT };
  const refused = await refuseUnit({}, instance, { target } as unknown as Wanted);
  return refused._unsafeUnwrapErr();
}

describe('refuseUnit', () => {
  it.each(['masked', 'not-found', 'bad-setting'])('refuses a unit that systemd has as "%s"', async (loadState) => {
    const refused = await refusal({}, { loadState });
    expect(refused).toMatchObject({ code: 'UNIT_UNUSABLE', subject: 'kimaki.service' });
    expect(refused.message).toContain(`"${loadState}"`);
  });

  it('refuses a unit of a third account, and names the option for it', async () => {
    expect(await refusal({ user: 'somebody' })).toMatchObject({
      code: 'UNIT_UNUSABLE',
      remedy: { kind: 'when', remedy: remedy.option('user', 'somebody') },
    });
  });

  it.each(['activating', 'deactivating', 'reloading'])('refuses a unit that is %s', async (activeState) => {
    const refused = await refusal({}, { activeState });
    expect(refused.code).toBe('UNIT_UNUSABLE');
    expect(refused.message).toContain(`is ${activeState}`);
  });

  it('refuses a unit that was edited since systemd loaded it, and has it loaded after a look', async () => {
    expect(await refusal({}, { needDaemonReload: true })).toMatchObject({
      code: 'UNIT_CHANGED_ON_DISK',
      remedy: reload('kimaki.service'),
    });
  });
});

describe('refusePrivileged', () => {
  const reach = { identity: AGENT, roots: ['/home/opencode'], home: '/home/opencode' };
  const PATH = 'Environment=PATH=/home/opencode/bin:/usr/bin\n';
  const allowed = { allowPrivilegedLines: true };

  it('accepts a unit in which no line stays root’s', async () => {
    expect((await refusePrivileged({}, serviceOf(`${PATH}ExecStartPre=/bin/true`), reach))._unsafeUnwrap()).toEqual([]);
  });

  it('refuses one with such a line, and with the option warns of it', async () => {
    const unit = serviceOf('ExecStartPre=+/bin/true');
    expect((await refusePrivileged({}, unit, reach))._unsafeUnwrapErr()).toMatchObject({ code: 'PRIVILEGED_LINES' });
    const [warning] = (await refusePrivileged(allowed, unit, reach))._unsafeUnwrap();
    expect(warning).toContain('ExecStartPre=+/bin/true');
  });

  it('refuses one that takes its PATH from where the agent will write, whatever is allowed', async () => {
    const unit = serviceOf(`${PATH}ExecStartPre=+/bin/true`);
    const refused = (await refusePrivileged(allowed, unit, reach))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: 'UNTRUSTED_PATH', subject: '/home/opencode/bin' });
    expect(refused.message).toContain('PATH=/home/opencode/bin');
  });
});
