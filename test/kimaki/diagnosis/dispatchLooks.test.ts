import { describe, expect, it } from 'vitest';
import { wrongEnvironment } from '../../../src/kimaki/diagnosis/dispatchLooks.js';
import { exampleInstance } from '../support/exampleInstance.js';

const file = '/srv/channels.php';

it('a channel that names another data directory than the service is named with both', () => {
  const env = { KIMAKI_DATA_DIR: '/root/.kimaki', OTHER: 'x' };
  const [only, ...others] = wrongEnvironment({ file, command: '/usr/bin/kimaki', env }, exampleInstance());
  expect(others).toEqual([]);
  expect(only).toMatchObject({ id: 'channel-environment', severity: 'broken', evidence: [file] });
  expect(only?.what).toContain('KIMAKI_DATA_DIR=/root/.kimaki');
  expect(only?.what).toContain('/home/opencode/.kimaki');
});

it('the same values are as they should be, and the sudo hop passes none of them on', () => {
  const same = { KIMAKI_DATA_DIR: '/home/opencode/.kimaki' };
  expect(wrongEnvironment({ file, command: '/usr/bin/kimaki', env: same }, exampleInstance())).toEqual([]);
  const command = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';
  expect(wrongEnvironment({ file, command, env: { KIMAKI_DATA_DIR: '/x' } }, exampleInstance())).toEqual([]);
});

describe('a bridge that lets WordPress in by a token', () => {
  const token = '/etc/wp-coding-agents/roadie/send-token';
  const roadie = exampleInstance(`Environment=ROADIE_SERVICE_TOKEN_FILE=${token}`, {
    bridge: 'roadie',
    unit: 'roadie.service',
    dataDir: '/home/opencode/.roadie',
    lockPort: 29988,
  });
  const ask = (env: Readonly<Record<string, string>>): readonly string[] =>
    wrongEnvironment({ file, command: '/opt/roadie', env }, roadie).map(({ what }) => what);

  it("is reached whatever the HOME, where token and port are the service's", () => {
    const env = { HOME: '/tmp', ROADIE_SERVICE_TOKEN_FILE: token, ROADIE_LOCK_PORT: '29988' };
    expect(ask(env)).toEqual([]);
  });

  it('is not found where the port follows from the HOME of the caller', () => {
    const env = { HOME: '/tmp', ROADIE_SERVICE_TOKEN_FILE: token, ROADIE_DATA_DIR: '/home/opencode/.roadie' };
    const [only, ...others] = ask(env);
    expect(others).toEqual([]);
    expect(only).toMatch(/on port 1\d{4}, and roadie\.service uses 29988/);
  });

  it('does not let in who has no token, or another', () => {
    expect(ask({ ROADIE_LOCK_PORT: '29988' })[0]).toContain('gives no ROADIE_SERVICE_TOKEN_FILE');
    expect(ask({ ROADIE_LOCK_PORT: '29988', ROADIE_SERVICE_TOKEN_FILE: '/etc/old' })[0]).toContain(token);
  });
});
