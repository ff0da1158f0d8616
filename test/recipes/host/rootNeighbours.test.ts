import { expect, it } from 'vitest';
import { rootNeighbours } from '../../../src/recipes/host/rootNeighbours.js';
import { exampleInstance } from '../../kimaki/support/exampleInstance.js';

const chosen = { site: '/var/www/site', home: '/root' };
const other = (changes: Parameters<typeof exampleInstance>[1] = {}, state = {}): ReturnType<typeof exampleInstance> =>
  exampleInstance(
    '',
    { unit: 'kimaki-shop.service', user: 'root', site: '/srv/shop', home: '/srv', ...changes },
    state,
  );

it('names each other instance of root with the same site or home, and what is shared', () => {
  const both = other({ unit: 'kimaki-b.service', site: '/var/www/site', home: '/root' });
  expect(rootNeighbours(chosen, [other({ home: '/root' }), other({ site: '/var/www/site' }), both])).toEqual([
    { unit: 'kimaki-shop.service', shares: 'the home /root' },
    { unit: 'kimaki-shop.service', shares: 'the site /var/www/site' },
    { unit: 'kimaki-b.service', shares: 'the site /var/www/site and the home /root' },
  ]);
});

it('names none that shares nothing, has an account of its own, or is not in use', () => {
  const home = '/root';
  const disabled = other({ home }, { activeState: 'inactive', unitFileState: 'disabled' });
  expect(rootNeighbours(chosen, [other(), other({ home, user: 'opencode' }), disabled])).toEqual([]);
  expect(rootNeighbours({ site: null, home: '/x' }, [other({ site: null })])).toEqual([]);
});
