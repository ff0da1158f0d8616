import { expect, it } from 'vitest';
import { lockPortOf } from '../../../src/kimaki/instance/lockPort.js';

const ROOT = { home: '/root', dataDir: '/root/.kimaki', variable: undefined, args: [] };

// Source: cli/src/config.ts of remorses/kimaki; the same cases as for the double, test/lab/kimakiDouble.test.ts.
it.each([
  ['the default data directory', ROOT, 29_988],
  ['the same, with a slash', { ...ROOT, dataDir: '/root/.kimaki/' }, 29_988],
  ['the default of another HOME', { ...ROOT, home: '/home/opencode' }, 36_832],
  ['the variable', { ...ROOT, variable: '1' }, 1],
  ['a variable that begins with a number', { ...ROOT, variable: '40000x' }, 40_000],
  ['a variable that is no port', { ...ROOT, variable: '65536' }, 29_988],
  ['an argument of old units', { ...ROOT, args: ['--lock-port', '30001'] }, 30_001],
  ['the same in one word', { ...ROOT, args: ['--lock-port=30001'] }, 30_001],
  ['the variable before the argument', { ...ROOT, variable: '2', args: ['--lock-port', '30001'] }, 2],
  ['one made of the path', { ...ROOT, dataDir: '/a' }, 30_000 + 47 * 31 + 97],
])('%s gives the port', (_, facts, port) => {
  expect(lockPortOf(facts)).toBe(port);
});
