// @module-tag linux
import { expect, it } from 'vitest';
import { findCompanions } from '../../../src/kimaki/instance/findCompanions.js';

const INSTANCE = { unit: 'kimaki.service', user: 'root', home: '/root' };

it('finds none for an instance without a site, nor for a site that no unit names', async () => {
  for (const site of [null, '/', '/var/www/wca-no-such-site'])
    expect((await findCompanions({ ...INSTANCE, site }))._unsafeUnwrap(), String(site)).toEqual([]);
});
