import { expect, test } from 'vitest';
import { recoverySteps } from '../../../../src/recipes/migrateOffRoot/plan/recoverySteps.js';
import { programOf, sameRecovery, withProgram } from '../../../../src/recipes/steps/units/recoveryContent.js';
import { exampleFacts } from '../../migrateOffRoot/exampleFacts.js';

function contentFor(node: string, program: string): string {
  const { args } = recoverySteps([exampleFacts({ recovery: { node, program } })])[0] ?? {};
  return (args as { content: string }).content;
}

test('a unit is given another Node and package, and is otherwise the same', () => {
  const content = contentFor('/old/node', '/old/main.js');
  const other = withProgram(content, { node: '/new/node', program: '/new/$1/main.js' });
  expect(other).toBe(contentFor('/new/node', '/new/$1/main.js'));
  expect(sameRecovery(content, other)).toBe(true);
  expect(sameRecovery(content, other.replace('Requires', 'Wants'))).toBe(false);
  expect(sameRecovery(content, `${other}ExecStartPost=/bin/true\n`)).toBe(false);
});

test('the Node and the program of a unit are read from it', () => {
  const program = `/var/lib/wca/runner/${'a'.repeat(64)}/wca.js`;
  expect(programOf(contentFor('/usr/bin/node', program))).toEqual({ node: '/usr/bin/node', program });
  expect(programOf('[Service]\nType=oneshot\n')).toBeNull();
});
