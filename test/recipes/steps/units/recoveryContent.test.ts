import { expect, test } from 'vitest';
import { recoverySteps } from '../../../../src/recipes/migrateOffRoot/plan/recoverySteps.js';
import { runnableRecovery, sameRecovery, withProgram } from '../../../../src/recipes/steps/units/recoveryContent.js';
import { exampleFacts } from '../../migrateOffRoot/exampleFacts.js';

function contentFor(node: string, program: string): string {
  const { args } = recoverySteps(exampleFacts({ recovery: { node, program } }))[0] ?? {};
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

test('what it names is kept while it is there', async () => {
  const content = contentFor('/bin/sh', '/etc/passwd');
  expect(await runnableRecovery(content)).toBe(content);
});

test('what is gone is never what it runs', async () => {
  const content = contentFor('/gone/node', '/gone/main.js');
  const runnable = await runnableRecovery(content);
  // Null where this checkout itself is no place a unit could run it from.
  if (runnable !== null) expect(sameRecovery(runnable, content)).toBe(true);
  expect(runnable ?? '').not.toContain('/gone/');
});
