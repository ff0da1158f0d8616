import { expect, test } from 'vitest';
import { parseAttributes } from '../../../../src/recipes/steps/files/immutableEntries.js';

test('immutable and append-only entries are told from all others', () => {
  const output = `----i---------e------- /etc/fixed
-----a--------e------- /var/log/only added to
--------------e------- /etc/passwd
---------------------- /run/x
lsattr: Operation not supported While reading flags on /dev/null
`;
  expect(parseAttributes(output)).toEqual(['/etc/fixed', '/var/log/only added to']);
  expect(parseAttributes('')).toEqual([]);
});
