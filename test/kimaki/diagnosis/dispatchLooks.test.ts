import { describe, expect, it } from 'vitest';
import { hopFindings, restartFinding, wrongEnvironment } from '../../../src/kimaki/diagnosis/dispatchLooks.js';
import type { InstalledHop } from '../../../src/kimaki/dispatch/index.js';
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

describe('an installed hop', () => {
  const HOP: InstalledHop = {
    runAs: 'opencode',
    target: '/usr/local/lib/wp-coding-agents/kimaki-shop-dispatch-target',
    program: '/usr/bin/kimaki',
    searchPath: null,
    environment: { HOME: '/home/opencode', KIMAKI_DATA_DIR: '/home/opencode/.kimaki-shop' },
    passesAll: false,
  };
  const plain = exampleInstance();
  const shop = exampleInstance('ExecStart=\nExecStart=/usr/bin/kimaki --data-dir /home/opencode/.kimaki-shop', {
    unit: 'kimaki-shop.service',
  });
  const ask = (hop: Partial<InstalledHop>, instance = shop): readonly (readonly [string, string])[] =>
    hopFindings({ ...HOP, ...hop }, instance, { instances: [plain, shop], caller: 'www-data' }).map(
      ({ id, severity }) => [id, severity],
    );

  it('that leads to the data and the port of its instance is fine, whoever wrote it', () => {
    expect(ask({})).toEqual([]);
    const environment = { ...HOP.environment, KIMAKI_LOCK_PORT: String(shop.lockPort) };
    expect(ask({ environment })).toEqual([]);
  });

  it('of the installer works, and hands every argument on, which is a risk', () => {
    expect(ask({ passesAll: true })).toEqual([['hop-unfiltered', 'risk']]);
  });

  it("that leads to another bot's data or port is broken, and the other is named", () => {
    expect(ask({ environment: { ...HOP.environment, KIMAKI_LOCK_PORT: '29988' } })).toEqual([
      ['hop-elsewhere', 'broken'],
    ]);
    const environment = { HOME: '/home/opencode', KIMAKI_DATA_DIR: '/home/opencode/.kimaki' };
    const found = hopFindings({ ...HOP, environment }, shop, { instances: [plain, shop], caller: 'www-data' });
    expect(found.map(({ id, severity }) => [id, severity])).toEqual([
      ['hop-elsewhere', 'broken'],
      ['hop-elsewhere', 'broken'],
    ]);
    expect(found[0]?.what).toContain('/home/opencode/.kimaki, which is that of kimaki.service');
    expect(found[1]?.what).toContain('port 29988, which is that of kimaki.service');
  });

  it('of which nothing can be read is not judged', () => {
    expect(hopFindings({ ...HOP, program: null, environment: {} }, shop, { instances: [], caller: 'x' })).toEqual([]);
  });
});

it('a rule by which the agent restarts its unit is named, and one that allows more is a risk', () => {
  const rule = 'opencode ALL=(root) NOPASSWD: /usr/bin/systemctl restart kimaki.service';
  expect(restartFinding(exampleInstance(), `# by hand\n${rule}\n`)).toMatchObject({
    id: 'may-restart',
    severity: 'note',
  });
  expect(restartFinding(exampleInstance(), `${rule} *`)).toMatchObject({ id: 'restart-rule-wider', severity: 'risk' });
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
