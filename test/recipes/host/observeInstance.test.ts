import { describe, expect, test } from 'vitest';
import { remedy } from '../../../src/posix/findings/index.js';
import { chooseInstance, refusePartlyKnown, rootNeighbours } from '../../../src/recipes/host/observeInstance.js';
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
