import { describe, expect, it } from 'vitest';
import { refuseAgentsReach } from '../../../../src/recipes/migrateOffRoot/refuse/refuseAgentsReach.js';
import { AGENT } from '../../../kimaki/support/exampleInstance.js';
import { effectiveOf } from '../../../systemd/support/effectiveOf.js';

const REACH = { identity: AGENT, roots: ['/home/opencode'] };

/** What is refused of a unit with these lines; null for nothing. */
async function refused(...lines: readonly string[]): Promise<string | null> {
  const unit = effectiveOf([`[Service]\nExecStart=/usr/bin/kimaki\n${lines.join('\n')}\n`], 'kimaki.service');
  const found = await refuseAgentsReach(unit, REACH);
  if (found.isOk()) return null;
  expect(found.error).toMatchObject({ code: 'SETTING_AGAINST', subject: 'kimaki.service' });
  return found.error.message;
}

describe('refuseAgentsReach', () => {
  it.each([
    'StandardOutput=append:/home/opencode/log',
    'StandardError=file:/home/opencode/log',
    'StandardInput=file:/home/opencode/in',
    'StandardOutput=truncate:/home/opencode/a/b/log',
    'LoadCredential=token:/home/opencode/token',
    'LoadCredentialEncrypted=token:/home/opencode/token',
  ])('refuses %s, which root opens where the agent writes', async (line) => {
    expect(await refused(line)).toContain(line.slice(0, line.indexOf('=')));
  });

  it.each([
    'StandardOutput=journal',
    'StandardOutput=append:/var/log/kimaki.log',
    'LoadCredential=token:/etc/credentials/token',
    'LoadCredential=token',
    'StandardOutput=append:/home/opencode-other/log',
  ])('accepts %s', async (line) => {
    expect(await refused(line)).toBeNull();
  });

  it('refuses an environment file there only where a line runs as root, optional ones too', async () => {
    const file = 'EnvironmentFile=-/home/opencode/env';
    expect(await refused(file)).toBeNull();
    expect(await refused(file, 'ExecStartPre=+/usr/bin/true')).toContain('/home/opencode/env');
    expect(await refused('EnvironmentFile=/etc/kimaki.env', 'ExecStartPre=+/usr/bin/true')).toBeNull();
  });
});
