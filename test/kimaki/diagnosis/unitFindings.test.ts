import { expect, it } from 'vitest';
import { unitTextFindings } from '../../../src/kimaki/diagnosis/unitFindings.js';
import { exampleInstance } from '../support/exampleInstance.js';

const found = (lines: string): readonly string[] =>
  unitTextFindings(exampleInstance(lines)).map(({ id, severity }) => `${id} ${severity}`);

it('a unit as a migration leaves it has no finding', () => {
  expect(found('')).toEqual([]);
});

it.each([
  ['UMask=0022', 'umask-missing broken'],
  ['ExecStartPre=+/opt/x.sh', 'privileged-line risk'],
  ['Environment="DATAMACHINE_WP_CMD=wp --allow-root"', 'allow-root risk'],
  ['ExecStartPre=-/usr/bin/pkill -u root -f y', 'kills-roots-processes risk'],
  ['Environment=API_TOKEN=abc', 'secret-in-unit risk'],
  ['ProtectHome=yes', 'setting-against broken'],
])('%s is named with its line', (line, expected) => {
  expect(found(line)).toContain(expected);
  const one = unitTextFindings(exampleInstance(line)).find(({ id }) => expected.startsWith(id));
  if (!expected.startsWith('umask')) expect(one?.evidence).toEqual(['f0:6']);
});

it('a secret is named, and its value is not shown', () => {
  expect(JSON.stringify(unitTextFindings(exampleInstance('Environment=API_TOKEN=canary')))).not.toContain('canary');
});
