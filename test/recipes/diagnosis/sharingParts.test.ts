// @module-tag root
import { expect, test } from 'vitest';
import { sharingParts } from '../../../src/recipes/diagnosis/sharingParts.js';
import { exampleInstance } from '../../kimaki/support/exampleInstance.js';

type Around = Parameters<typeof sharingParts>[0];
const around = (instance: Around['instance']): Around => ({ site: { path: '/srv/site' }, instance }) as Around;

test('nothing is shared without an agent, and with one that is root', () => {
  expect(sharingParts(around(null))).toEqual([]);
  expect(sharingParts(around(exampleInstance('User=root')))).toEqual([]);
});

test('with an agent of its own account, the shared files and the umask of php-fpm are looked at', () => {
  expect(sharingParts(around(exampleInstance())).map(({ what }) => what)).toEqual([
    'files that WordPress and the agent share',
    'the umask of php-fpm',
  ]);
});

test('an account that is not there leaves both unchecked, and is no finding here', async () => {
  for (const part of sharingParts(around(exampleInstance('User=wca-nobody-here')))) {
    const { findings, notChecked } = await part.look();
    expect(findings).toEqual([]);
    expect(notChecked.join()).toContain('wca-nobody-here');
  }
});
