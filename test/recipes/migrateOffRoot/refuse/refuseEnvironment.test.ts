import { expect, test } from 'vitest';
import { bridgeNamed } from '../../../../src/kimaki/bridges/index.js';
import { refuseEnvironment } from '../../../../src/recipes/migrateOffRoot/refuse/refuseEnvironment.js';

const after = { bridge: bridgeNamed('kimaki'), oldHomes: ['/root'] };

test.each([{ HOME: '/root' }, { KIMAKI_DATA_DIR: '/root/.kimaki' }, { DATAMACHINE_WP_CMD: 'wp --allow-root' }])(
  'an environment file that wins over the unit is refused: %o',
  (variables) => {
    const refused = refuseEnvironment('kimaki.service', variables, after)._unsafeUnwrapErr();
    expect(refused.code).toBe('SETTING_AGAINST');
    expect(refused.message).toContain(Object.keys(variables)[0]);
  },
);

test('one that sets other things, or the new ones, is none of its business', () => {
  const variables = { HOME: '/home/opencode', OPENAI_API_KEY: 'secret', DATAMACHINE_WP_CMD: 'wp', PATH: '/root/bin' };
  expect(refuseEnvironment('kimaki.service', variables, after)).toBeOk();
});
