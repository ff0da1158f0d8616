import { expect, it } from 'vitest';
import { sharedFindings } from '../../../src/kimaki/diagnosis/surroundingFindings.js';
import { exampleInstance } from '../support/exampleInstance.js';

const one = exampleInstance();
const two = exampleInstance('', { unit: 'kimaki-two.service' });

it('an instance by itself shares nothing', () => {
  expect(sharedFindings(one, [one])).toEqual([]);
});

it('a second instance with the same port, data and site is named for each of them', () => {
  const found = sharedFindings(one, [one, two]);
  expect(found.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
    'port-shared broken',
    'data-directory-shared broken',
    'site-shared risk',
  ]);
  expect(found.every(({ what }) => what.includes('kimaki-two.service'))).toBe(true);
});

it('a value that is no port is named as it stands', () => {
  const odd = exampleInstance('Environment=KIMAKI_LOCK_PORT=70000');
  expect(sharedFindings(odd, [odd])[0]).toMatchObject({ id: 'port-invalid', severity: 'risk' });
  expect(sharedFindings(odd, [odd])[0]?.what).toContain('"70000"');
});

it('an instance that is disabled and does not run shares nothing with the running one', () => {
  const former = exampleInstance(
    '',
    { unit: 'kimaki-two.service' },
    { activeState: 'inactive', unitFileState: 'disabled' },
  );
  expect(sharedFindings(one, [one, former])).toEqual([]);
});
