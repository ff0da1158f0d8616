import { describe, expect, test } from 'vitest';
import type { KimakiInstance } from '../../../src/kimaki/instance/index.js';
import { remedy } from '../../../src/posix/findings/index.js';
import {
  chooseInstance,
  chooseUnits,
  refusePartlyKnown,
  rootNeighbours,
  unitsOf,
} from '../../../src/recipes/host/observeInstance.js';
import { exampleInstance } from '../../kimaki/support/exampleInstance.js';

const MAIN = exampleInstance();
const SHOP = exampleInstance('', { unit: 'kimaki-shop.service' });

describe('chooseInstance', () => {
  test('takes the only one without a name', () => {
    expect(chooseInstance([SHOP], undefined)).toBeOk(SHOP);
  });

  test('takes the one that is named, with its suffix or without', () => {
    expect(chooseInstance([MAIN, SHOP], 'kimaki-shop')).toBeOk(SHOP);
    expect(chooseInstance([MAIN, SHOP], 'kimaki-shop.service')).toBeOk(SHOP);
  });

  test('refuses to choose between several, and lists them', () => {
    expect(chooseInstance([MAIN, SHOP], undefined)).toBeErr({
      code: 'SEVERAL_INSTANCES',
      message: 'there are several units of bridges: kimaki.service, kimaki-shop.service',
      remedy: remedy.option('unit'),
    });
  });

  test('takes the one that is in use where others are disabled and do not run', () => {
    const former = exampleInstance('', {}, { activeState: 'inactive', unitFileState: 'disabled' });
    const roadie = exampleInstance('', { unit: 'roadie.service' });
    expect(chooseInstance([former, roadie], undefined)).toBeOk(roadie);
    expect(chooseInstance([former, roadie], 'kimaki.service')).toBeOk(former);
    expect(chooseInstance([former], undefined)).toBeOk(former);
    expect(chooseInstance([former, roadie, SHOP], undefined)).toBeErr({
      code: 'SEVERAL_INSTANCES',
      message: 'there are several units of bridges: roadie.service, kimaki-shop.service',
    });
  });

  test.each([
    [[MAIN], 'kimaki-blog', 'kimaki-blog.service', 'installed: kimaki.service'],
    [[], 'kimaki', 'kimaki.service', 'none is installed'],
    [[], undefined, 'host', 'none is installed'],
    [[MAIN], 'kimaki.timer', 'kimaki.timer', 'installed: kimaki.service'],
  ] as const)('refuses what is not there and says what is', (instances, wanted, subject, listed) => {
    const error = chooseInstance(instances, wanted)._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'UNIT_NOT_FOUND', subject });
    expect(error.message).toContain(listed);
  });

  test('prints a name escaped', () => {
    expect(chooseInstance([], 'a\nb')._unsafeUnwrapErr().message).not.toContain('\n');
  });
});

describe('refusePartlyKnown', () => {
  test.each(['cc-connect', 'telegram'] as const)('refuses %s with what is not known', (bridge) => {
    const refused = refusePartlyKnown({ unit: 'x.service', bridge })._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: 'UNIT_UNUSABLE', subject: 'x.service' });
    expect(refused.message).toContain('it is not known');
  });

  test('lets through those that are known', () => {
    expect(refusePartlyKnown({ unit: 'roadie.service', bridge: 'roadie' })).toBeOk(undefined);
    expect(refusePartlyKnown({ unit: 'kimaki.service', bridge: 'kimaki' })).toBeOk(undefined);
  });
});

describe('rootNeighbours', () => {
  const chosen = { site: '/var/www/site', home: '/root' };
  const other = (changes: Parameters<typeof exampleInstance>[1] = {}, state = {}): ReturnType<typeof exampleInstance> =>
    exampleInstance(
      '',
      { unit: 'kimaki-shop.service', user: 'root', site: '/srv/shop', home: '/srv', ...changes },
      state,
    );

  test('names each other instance of root with the same site or home, and what is shared', () => {
    const both = other({ unit: 'kimaki-b.service', site: '/var/www/site', home: '/root' });
    expect(rootNeighbours(chosen, [other({ home: '/root' }), other({ site: '/var/www/site' }), both])).toEqual([
      { unit: 'kimaki-shop.service', shares: 'the home /root' },
      { unit: 'kimaki-shop.service', shares: 'the site /var/www/site' },
      { unit: 'kimaki-b.service', shares: 'the site /var/www/site and the home /root' },
    ]);
  });

  test('names none that shares nothing, has an account of its own, or is not in use', () => {
    const home = '/root';
    const disabled = other({ home }, { activeState: 'inactive', unitFileState: 'disabled' });
    expect(rootNeighbours(chosen, [other(), other({ home, user: 'opencode' }), disabled])).toEqual([]);
    expect(rootNeighbours({ site: null, home: '/x' }, [other({ site: null })])).toEqual([]);
  });
});

const root = (unit: string, changes: Partial<KimakiInstance> = {}, state = {}): KimakiInstance =>
  exampleInstance('', { unit, user: 'root', ...changes }, state);
const A = root('kimaki-a.service');
const B = root('kimaki-b.service');
const OFF = { activeState: 'inactive', unitFileState: 'disabled' };

describe('units', () => {
  test('are moved together, each with the options of a migration of it alone', () => {
    expect(unitsOf([A, B], { units: ['kimaki-b', 'kimaki-a.service'], hold: 3 })).toBeOk({
      options: { units: ['kimaki-a.service', 'kimaki-b.service'], hold: 3 },
      each: [
        { unit: 'kimaki-a.service', hold: 3 },
        { unit: 'kimaki-b.service', hold: 3 },
      ],
    });
  });

  test('that are one are moved as by unit', () => {
    const alone = { unit: 'kimaki-a.service', site: '/srv' };
    for (const units of [['kimaki-a'], ['kimaki-a', 'kimaki-a.service']])
      expect(unitsOf([A, B], { units, site: '/srv' })).toBeOk({ options: alone, each: [alone] });
  });

  test('must be there, and are none without a name', () => {
    expect(unitsOf([A], { units: ['kimaki-a', 'kimaki-c'] })).toBeErr({
      code: 'UNIT_NOT_FOUND',
      subject: 'kimaki-c.service',
    });
    expect(unitsOf([A], { units: [] })).toBeErr({ code: 'INVALID_OPTIONS', subject: 'units' });
  });

  test.each([[{ unit: 'a', units: ['b'] }], [{ unit: 'a', all: true }], [{ units: ['a', 'b'], all: true }]])(
    'exclude the other ways to name them: %j',
    (options) => {
      expect(unitsOf([A, B], options)).toBeErr({ code: 'INVALID_OPTIONS' });
    },
  );

  test.each([{ site: '/srv' }, { migrateExtra: ['bin'] }, { whenIdle: 5 }])('refuse what is said of one: %j', (of) => {
    const [name = ''] = Object.keys(of);
    const refused = unitsOf([A, B], { units: ['kimaki-a', 'kimaki-b'], ...of })._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: 'INVALID_OPTIONS', subject: name });
    expect(refused.message).toContain('kimaki-a.service, kimaki-b.service');
  });
});

describe('all', () => {
  const named = (instances: readonly KimakiInstance[], user?: string): readonly (string | undefined)[] =>
    unitsOf(instances, { all: true, ...(user === undefined ? {} : { user }) })
      ._unsafeUnwrap()
      .each.map(({ unit }) => unit);

  test('means every instance in use that runs as root, by its files or as a process', () => {
    const running = exampleInstance('', { unit: 'kimaki-c.service' });
    const process = { ...running.users, running: { pid: 1, uid: 0, name: 'root', gid: 0, groups: [], umask: 0o022 } };
    const others = [root('kimaki-off.service', {}, OFF), exampleInstance('', { unit: 'kimaki-d.service' })];
    expect(named([A, B, { ...running, users: process }, ...others])).toEqual([
      'kimaki-a.service',
      'kimaki-b.service',
      'kimaki-c.service',
    ]);
  });

  test('means those that run as the account once none runs as root, to verify them or to plan again', () => {
    const moved = ['kimaki-a.service', 'kimaki-b.service'].map((unit) => exampleInstance('', { unit }));
    expect(named([...moved, exampleInstance('', { unit: 'kimaki-c.service', user: 'other' })])).toEqual([
      'kimaki-a.service',
      'kimaki-b.service',
    ]);
    expect(named([...moved, exampleInstance('', { unit: 'kimaki-c.service', user: 'other' })], 'other')).toEqual([
      'kimaki-c.service',
    ]);
  });

  test('is refused where there is none, saying what there is', () => {
    const refused = unitsOf([root('kimaki-off.service', {}, OFF)], { all: true })._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: 'UNIT_NOT_FOUND' });
    expect(refused.message).toContain('kimaki-off.service (root)');
    expect(unitsOf([], { all: true })._unsafeUnwrapErr().message).toContain('installed: none');
  });
});

test('options that mean one instance are read and left to it', async () => {
  const options = { unit: 'kimaki', hold: 1 };
  expect(await chooseUnits(options)).toBeOk({ options, each: [options] });
  expect(await chooseUnits({ units: 'kimaki' } as never)).toBeErr({ code: 'INVALID_OPTIONS', subject: 'units' });
});
