import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { allSources } from '../architecture/sources.js';

const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
const table = /\| looked at \| codes \|\n([\s\S]*?)\n\n/.exec(page)?.[1] ?? '';
const listed = [...table.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)].map(([, id = '']) => id);

const literals = new Set<string>();
/** What is surely the id of a finding: a member of a union of ids, or what a finding is made with. */
const ids = new Set<string>();

function visit(node: ts.Node): void {
  if (ts.isStringLiteral(node)) literals.add(node.text);
  if (ts.isTypeAliasDeclaration(node) && /(Finding|Fault)Id$/.test(node.name.text)) {
    for (const [, id = ''] of node.type.getText().matchAll(/(?:^|\|)\s*'([^']+)'/g)) ids.add(id);
  }
  if (ts.isCallExpression(node)) {
    const [id, severity, ...rest] = node.arguments;
    const isFinding = severity !== undefined && /^'?(broken|risk|note|severity)\b/.test(severity.getText());
    if (id !== undefined && ts.isStringLiteral(id) && isFinding && rest.length >= 2) ids.add(id.text);
  }
  ts.forEachChild(node, visit);
}
for (const { file } of allSources()) visit(file);

it('the table of wca doctor lists every id of a finding', () => {
  expect(ids.size).toBeGreaterThan(70);
  expect([...ids].filter((id) => !listed.includes(id))).toEqual([]);
});

it('the table of wca doctor lists nothing else, and nothing twice', () => {
  expect(listed.filter((id) => !literals.has(id))).toEqual([]);
  expect(listed).toEqual([...new Set(listed)]);
});
