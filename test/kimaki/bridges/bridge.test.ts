import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BRIDGES,
  CC_CONNECT,
  KIMAKI,
  ROADIE,
  TELEGRAM,
  bridgeNamed,
  channelLabel,
  installRemedy,
  lockPortAfter,
  lockPortOf,
  programPath,
  unitPatterns,
} from '../../../src/kimaki/bridges/bridge.js';
import { TRUSTED_PATH } from '../../../src/posix/programs/index.js';

it('finds the default instance of every bridge, and the named ones of those that have any', () => {
  expect(unitPatterns()).toEqual([
    'roadie.service',
    'roadie-*.service',
    'kimaki.service',
    'kimaki-*.service',
    'cc-connect.service',
    'opencode-telegram.service',
  ]);
});

it('labels the channel of an instance as the installer does', () => {
  expect(channelLabel(KIMAKI, '')).toBe('bridge:kimaki');
  expect(channelLabel(KIMAKI, 'site-a')).toBe('bridge:kimaki-site-a');
  expect(channelLabel(ROADIE, '')).toBe('bridge:roadie');
});

it('describes each bridge once, with relative names of state and absolute directories', () => {
  expect(new Set(BRIDGES.flatMap(({ name, unit, program }) => [name, unit, program])).size).toBeGreaterThan(
    BRIDGES.length,
  );
  for (const bridge of BRIDGES) {
    expect(bridgeNamed(bridge.name)).toBe(bridge);
    for (const name of [bridge.dataDirName, ...bridge.state]) expect(name).toMatch(/^[^/]/);
    expect(bridge.programDir ?? '/').toMatch(/^\//);
    for (const other of BRIDGES.filter((one) => one !== bridge)) {
      expect(other.unit).not.toBe(bridge.unit);
      expect(other.dataDirName).not.toBe(bridge.dataDirName);
    }
  }
});

it('knows kimaki and Roadie whole, and says what is missing of the others', () => {
  expect([ROADIE, KIMAKI].map(({ unknown }) => unknown)).toEqual([null, null]);
  for (const { unknown } of [CC_CONNECT, TELEGRAM]) expect(unknown).toMatch(/^\w.{20,}/);
});

it('looks for Roadie where the installer puts it, and installs it there', () => {
  expect(programPath(ROADIE)).toBe(`/usr/local/lib/wp-coding-agents/roadie/bin:${TRUSTED_PATH}`);
  expect(programPath(KIMAKI)).toBe(TRUSTED_PATH);
  expect(JSON.stringify(installRemedy(ROADIE))).toContain(dirname(ROADIE.programDir));
  expect(JSON.stringify(installRemedy(KIMAKI))).toContain('/usr');
});

describe('the port of an instance', () => {
  // The last two were computed with the arithmetic of the public sources, `hash = (hash << 5) - hash + char` in 32 bits.
  it.each([
    [KIMAKI, '/root', '/root/.kimaki', 29988],
    [ROADIE, '/home/opencode', '/home/opencode/.roadie', 29988],
    [KIMAKI, '/home/opencode', '/root/.kimaki', 30000 + bySource('/root/.kimaki')],
    [ROADIE, '/tmp', '/home/opencode/.roadie', 12000 + bySource('/home/opencode/.roadie')],
    [ROADIE, '/', '/.roadie', 29988],
    [CC_CONNECT, '/root', '/root/.cc-connect', null],
  ])('of $name with HOME=%s and %s is %s', (bridge, home, dataDir, port) => {
    expect(lockPortOf(bridge, { home, dataDir })).toBe(port);
  });

  it.each([
    ['30001', [], 30001],
    ['40000x', [], 40000],
    ['30001 ', ['--lock-port', '30002'], 30001],
    ['0', ['--lock-port', '30002'], 30002],
    ['x', ['--lock-port=30003'], 30003],
    ['70000', [], 29988],
    [undefined, [], 29988],
  ])('is what the variable %j names, else the argument of %j', (variable, args, port) => {
    expect(lockPortOf(KIMAKI, { home: '/root', dataDir: '/root/.kimaki', variable, args })).toBe(port);
  });

  it('stays within its range for any path', () => {
    for (let n = 0; n < 2000; n += 1) {
      const dataDir = `/srv/agent-${n}/${'x'.repeat(1 + (n % 90))}/data`;
      expect(lockPortOf(KIMAKI, { home: '/', dataDir })).toBe(30000 + bySource(dataDir));
    }
  });
});

describe('the port after a move', () => {
  const after = { home: '/home/opencode', dataDir: '/home/opencode/.roadie' };

  it('stays what the unit names', () => {
    const instance = { bridge: 'roadie', environment: { ROADIE_LOCK_PORT: '30001' }, args: [] } as const;
    expect(lockPortAfter(instance, after)).toBe(30001);
  });

  it('follows from the data directory where the unit names none', () => {
    const instance = { bridge: 'roadie', environment: {}, args: [] } as const;
    expect(lockPortAfter(instance, after)).toBe(29988);
    expect(lockPortAfter(instance, { ...after, dataDir: '/srv/roadie' })).toBe(12000 + bySource('/srv/roadie'));
    expect(lockPortAfter({ ...instance, bridge: 'cc-connect' }, after)).toBeNull();
  });
});

function bySource(path: string): number {
  let hash = 0;
  for (const char of path) {
    hash = (hash << 5) - hash + char.charCodeAt(0);
    hash &= hash;
  }
  return Math.abs(hash) % 10000;
}
