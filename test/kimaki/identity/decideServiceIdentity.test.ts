import { migrationRemedy } from '../../../src/kimaki/identity/migrationRemedy.js';
import { describe, expect, it } from 'vitest';
import { decideServiceIdentity } from '../../../src/kimaki/identity/decideServiceIdentity.js';
import type {
  InstalledIdentity,
  ServiceIdentity,
  ServiceIdentityFacts,
} from '../../../src/kimaki/identity/serviceIdentity.js';

const root = { name: 'root', uid: 0, home: '/root' };
const opencode = { name: 'opencode', uid: 1000, home: '/home/opencode' };
const operator = { name: 'jo', uid: 1001, home: '/home/jo' };

function unit(changes: Partial<InstalledIdentity> = {}): InstalledIdentity {
  return {
    unit: 'kimaki.service',
    user: 'opencode',
    account: opencode,
    home: null,
    dataDir: '/home/opencode/.kimaki',
    dataDirSource: 'argument',
    ...changes,
  };
}
const rootUnit = unit({ user: 'root', account: root, dataDir: '/root/.kimaki' });

const nothing: ServiceIdentityFacts = { env: {}, fresh: false, invoker: root, installed: [], standard: opencode };
const decide = (changes: Partial<ServiceIdentityFacts>): ServiceIdentity =>
  decideServiceIdentity({ ...nothing, ...changes })._unsafeUnwrap();

describe('on a host without an install', () => {
  it('it is opencode, whoever asks', () => {
    expect(decide({})).toEqual({
      serviceUser: 'opencode',
      serviceHome: '/home/opencode',
      runAsRoot: false,
      dataDir: '/home/opencode/.kimaki',
      source: 'default',
      warnings: [],
    });
  });

  it('it is opencode before there is such an account, with word of that', () => {
    const identity = decide({ standard: null });
    expect(identity).toMatchObject({ serviceUser: 'opencode', serviceHome: '/home/opencode', runAsRoot: false });
    expect(identity.warnings[0]).toContain('no account opencode');
  });

  it('it uses the home the account has', () => {
    expect(decide({ standard: { ...opencode, home: '/srv/agent' } })).toMatchObject({
      serviceHome: '/srv/agent',
      dataDir: '/srv/agent/.kimaki',
    });
  });

  it('it is refused where opencode is root by another name', () => {
    const refused = decideServiceIdentity({ ...nothing, standard: { ...opencode, uid: 0 } });
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'UNUSABLE_ACCOUNT' });
  });
});

describe('root', () => {
  it('is given when it is asked for, loudly', () => {
    const identity = decide({ env: { RUN_AS_ROOT: 'true' } });
    expect(identity).toMatchObject({
      serviceUser: 'root',
      serviceHome: '/root',
      runAsRoot: true,
      dataDir: '/root/.kimaki',
      source: 'run-as-root',
    });
    expect(identity.warnings.join()).toContain('RUN_AS_ROOT=true');
  });

  it('is given over an unprivileged install too, and that is said', () => {
    const identity = decide({ env: { RUN_AS_ROOT: 'true' }, installed: [unit()] });
    expect(identity.runAsRoot).toBe(true);
    expect(identity.warnings.join()).toContain('kimaki.service runs as opencode');
  });

  it.each(['1', 'yes', 'TRUE', 'true '])('is not given for RUN_AS_ROOT=%j, and that is said', (value) => {
    const identity = decide({ env: { RUN_AS_ROOT: value } });
    expect(identity.runAsRoot).toBe(false);
    expect(identity.warnings[0]).toContain('only RUN_AS_ROOT=true');
  });

  it.each([undefined, '', 'false', '0', 'no'])('is not given for RUN_AS_ROOT=%j, without a word', (value) => {
    expect(decide({ env: { RUN_AS_ROOT: value } })).toMatchObject({ runAsRoot: false, warnings: [] });
  });
});

describe('local mode', () => {
  it('keeps the account this runs as, before everything else', () => {
    const identity = decide({
      env: { LOCAL_MODE: 'true', RUN_AS_ROOT: 'true' },
      invoker: operator,
      installed: [rootUnit],
    });
    expect(identity).toEqual({
      serviceUser: 'jo',
      serviceHome: '/home/jo',
      runAsRoot: false,
      dataDir: '/home/jo/.kimaki',
      source: 'local-mode',
      warnings: [],
    });
  });

  it('says so where that account is root', () => {
    expect(decide({ env: { LOCAL_MODE: 'true' } })).toMatchObject({
      runAsRoot: true,
      warnings: [expect.stringContaining('root')],
    });
  });
});

describe('an installed unit', () => {
  it('keeps its identity', () => {
    expect(
      decide({
        installed: [
          unit({ user: 'agent', account: { ...operator, name: 'agent' }, home: '/srv/h', dataDir: '/srv/d' }),
        ],
      }),
    ).toMatchObject({
      serviceUser: 'agent',
      serviceHome: '/srv/h',
      dataDir: '/srv/d',
      source: 'unit',
      runAsRoot: false,
    });
  });

  it('keeps root, with a warning and the remedy', () => {
    const identity = decide({ installed: [rootUnit] });
    expect(identity).toMatchObject({
      serviceUser: 'root',
      serviceHome: '/root',
      dataDir: '/root/.kimaki',
      runAsRoot: true,
      source: 'unit',
    });
    expect(identity.warnings.join()).toContain('runs as root');
    expect(identity.remedy).toEqual(migrationRemedy(rootUnit));
  });

  it('that runs as root with the home of another says that too', () => {
    const identity = decide({ installed: [unit({ ...rootUnit, home: '/home/opencode' })] });
    expect(identity).toMatchObject({ serviceUser: 'root', serviceHome: '/home/opencode', runAsRoot: true });
    expect(identity.warnings.join('\n')).toContain('HOME=/home/opencode');
  });

  it('counts for nothing with fresh', () => {
    expect(decide({ installed: [rootUnit], fresh: true })).toMatchObject({
      serviceUser: 'opencode',
      source: 'default',
      warnings: [],
    });
  });

  it('leaves the default data directory where it leaves it to the home', () => {
    expect(decide({ installed: [unit({ dataDirSource: 'default', dataDir: '//.kimaki' })] }).dataDir).toBe(
      '/home/opencode/.kimaki',
    );
  });

  it('of a missing account is kept, with word of that', () => {
    expect(decide({ installed: [unit({ user: 'gone', account: null })] })).toMatchObject({
      serviceUser: 'gone',
      warnings: [expect.stringContaining('no such account')],
    });
  });

  it('called kimaki.service counts among several, and others that differ are named', () => {
    const shop = unit({ unit: 'kimaki-shop.service', user: 'shop', account: { ...operator, name: 'shop' } });
    expect(decide({ installed: [unit(), shop] })).toMatchObject({
      serviceUser: 'opencode',
      warnings: [expect.stringContaining('kimaki-shop.service runs as shop')],
    });
  });

  it('among several that disagree is not guessed', () => {
    const units = [
      unit({ unit: 'kimaki-a.service' }),
      unit({ unit: 'kimaki-b.service', user: 'b', account: operator }),
    ];
    expect(decideServiceIdentity({ ...nothing, installed: units })._unsafeUnwrapErr()).toMatchObject({
      code: 'SEVERAL_IDENTITIES',
      units: ['kimaki-a.service', 'kimaki-b.service'],
    });
    expect(decide({ installed: units.map((one) => ({ ...one, user: 'b', account: operator })) }).source).toBe('unit');
  });
});

describe('a given data directory', () => {
  it.each([
    [{ installed: [unit()] }, 'unit'],
    [{ env: { RUN_AS_ROOT: 'true' } }, 'run-as-root'],
    [{ env: { LOCAL_MODE: 'true' } }, 'local-mode'],
    [{}, 'default'],
  ])('is kept whatever decides: %j', (changes: Partial<ServiceIdentityFacts>, source) => {
    const env = { ...changes.env, KIMAKI_DATA_DIR: '/srv/it is\nmine' };
    expect(decide({ ...changes, env })).toMatchObject({ dataDir: '/srv/it is\nmine', source });
  });

  it.each([
    ['data', 'RELATIVE_PATH'],
    ['/a\ufffd', 'PATH_NOT_UTF8'],
  ])('that is %j is refused', (value, code) => {
    expect(decideServiceIdentity({ ...nothing, env: { KIMAKI_DATA_DIR: value } })._unsafeUnwrapErr().code).toBe(code);
  });
});
