import { describe, expect, it } from 'vitest';
import { describeInstance } from '../../../src/kimaki/instance/describeInstance.js';
import type { InstanceDescription, InstanceFacts } from '../../../src/kimaki/instance/describeInstance.js';
import { effectiveOf } from '../../systemd/support/effectiveOf.js';

function instance(
  texts: string | readonly string[],
  facts: Partial<InstanceFacts> = {},
  unit?: string,
): InstanceDescription {
  const files = [texts].flat().map((text) => `[Service]\n${text}\n`);
  return describeInstance({ effective: effectiveOf(files, unit), accountHome: '/root', ...facts });
}

describe('user and home', () => {
  it('are root and the account’s where nothing is said', () => {
    expect(instance('ExecStart=/usr/bin/kimaki')).toMatchObject({
      name: '',
      user: 'root',
      group: null,
      home: '/root',
      homeSource: 'passwd',
      dataDir: '/root/.kimaki',
      dataDirSource: 'default',
      binary: '/usr/bin/kimaki',
      site: null,
      siteSource: null,
      lockPort: 29988,
      umask: null,
    });
  });

  it('are what the last assignment in the last drop-in says', () => {
    expect(
      instance([
        'User=a\nEnvironment=HOME=/a\nUMask=0022',
        'User=opencode',
        'Environment=HOME=/home/opencode/\nUMask=0002',
      ]),
    ).toMatchObject({
      user: 'opencode',
      home: '/home/opencode',
      homeSource: 'environment',
      umask: '0002',
    });
  });

  it('go back to the default when a drop-in empties them', () => {
    expect(instance(['User=opencode\nEnvironment=HOME=/a', 'User=\nEnvironment='])).toMatchObject({
      user: 'root',
      home: '/root',
    });
  });
});

describe('the data directory', () => {
  it.each([
    ['ExecStart=/k --data-dir /a/b/', '/a/b', 'argument'],
    ['ExecStart=/k "--data-dir=/a b"', '/a b', 'argument'],
    ['ExecStart=/k --data-dir %h/.kimaki', '/root/.kimaki', 'argument'],
    ['Environment=KIMAKI_DATA_DIR=/e\nExecStart=/k --data-dir ${KIMAKI_DATA_DIR}', '/e', 'argument'],
    ['Environment=KIMAKI_DATA_DIR=/e "X=--data-dir /x"\nExecStart=/k $X', '/x', 'argument'],
    ['Environment=KIMAKI_DATA_DIR=/e\nExecStart=/k', '/e', 'environment'],
    ['Environment=HOME=/h\nExecStart=/k', '/h/.kimaki', 'default'],
    ['ExecStart=/k --data-dir /a\nExecStart=\nExecStart=/k --data-dir /b', '/b', 'argument'],
  ])('%j is %s', (text, dataDir, source) => {
    expect(instance(text)).toMatchObject({ dataDir, dataDirSource: source });
  });

  it('is what an EnvironmentFile says rather than Environment=', () => {
    const text = 'Environment=KIMAKI_DATA_DIR=/e\nExecStart=/k';
    expect(instance(text, { environmentFiles: [{ KIMAKI_DATA_DIR: '/f' }, { HOME: '/h' }] })).toMatchObject({
      dataDir: '/f',
      home: '/h',
    });
  });
});

describe('site and port', () => {
  it.each([
    ['WorkingDirectory=/var/www/site/', '/var/www/site', 'working-directory'],
    ['WorkingDirectory=-/var/www/site', '/var/www/site', 'working-directory'],
    ['WorkingDirectory=~\nEnvironment=DATAMACHINE_SITE_PATH=/var/www/b', '/var/www/b', 'environment'],
    ['WorkingDirectory=/a\nEnvironment=DATAMACHINE_SITE_PATH=/b', '/a', 'working-directory'],
    ['WorkingDirectory=/srv/%i', '/srv/shop', 'working-directory'],
  ])('%j is %s', (text, site, siteSource) => {
    expect(instance(text, {}, 'kimaki@shop.service')).toMatchObject({ name: null, site, siteSource });
  });

  it.each([
    ['1', 1],
    ['65535', 65_535],
    ['0', 29_988],
    ['65536', 29_988],
    ['abc', 29_988],
    ['', 29_988],
  ])('KIMAKI_LOCK_PORT=%s gives %s', (text, port) => {
    expect(instance(`Environment=KIMAKI_LOCK_PORT=${text}`).lockPort).toBe(port);
  });
});

it('is described with what systemd keeps of its lines', () => {
  expect(instance(['UMask=0002\nUMask=', 'UMask=rwx\nWorkingDirectory=/a', 'WorkingDirectory='])).toMatchObject({
    umask: '0002',
    site: null,
  });
});

it('is told as its lines stand where systemd would not load it for one of them', () => {
  const text =
    'ExecStartPre=./x\nUser=opencode\nEnvironment=HOME=/home/opencode "X=a b"\nUMask=0002\nWorkingDirectory=/srv/%p\nExecStart=/usr/bin/kimaki --data-dir %h/d';
  expect(instance(text)).toMatchObject({
    user: 'opencode',
    home: '/home/opencode',
    umask: '0002',
    site: '/srv/kimaki',
    dataDir: '/root/d',
    environment: { X: 'a b' },
  });
});

describe('the bridge', () => {
  it('is told by the name of the unit', () => {
    const roadie = instance(
      'Environment=HOME=/root ROADIE_LOCK_PORT=30001 KIMAKI_DATA_DIR=/x\nExecStart=/opt/roadie/bin/roadie --auto-restart',
      {},
      'roadie.service',
    );
    expect(roadie).toMatchObject({ bridge: 'roadie', name: '', dataDir: '/root/.roadie', lockPort: 30001 });
    expect(instance('Environment=ROADIE_DATA_DIR=/srv/r\nExecStart=/r', {}, 'roadie-shop.service')).toMatchObject({
      bridge: 'roadie',
      name: 'shop',
      dataDir: '/srv/r',
      dataDirSource: 'environment',
    });
  });

  it('is told by the program where the unit has another name, and is kimaki where that tells nothing', () => {
    expect(instance('ExecStart=/opt/bin/roadie', {}, 'agent.service')).toMatchObject({ bridge: 'roadie', name: null });
    expect(instance('ExecStart=/opt/bin/agent', {}, 'agent.service')).toMatchObject({ bridge: 'kimaki', name: null });
  });

  it('without a port or a variable for its data has neither', () => {
    expect(instance('ExecStart=/usr/bin/cc-connect', {}, 'cc-connect.service')).toMatchObject({
      bridge: 'cc-connect',
      dataDir: '/root/.cc-connect',
      dataDirSource: 'default',
      lockPort: null,
    });
  });
});
