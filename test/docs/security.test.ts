import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
const promised = /## What it promises\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
/** Each promise with the tests that hold it: `path › title`, one or more, in the line that begins with "Held by". */
const promises = promised
  .split(/^- /m)
  .slice(1)
  .map((text) => {
    const [sentence = '', holders = ''] = text.replace(/\s+/g, ' ').split(' Held by ');
    const tests = [...holders.matchAll(/`([^`]+)` \(([^()]*(?:\([^()]*\)[^()]*)*)\)/g)];
    return { sentence, tests: tests.map(([, file = '', title = '']) => ({ file, title })) };
  });

/** The titles in a test file, as they are written. */
function titles(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(it|describe|test)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) found.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('SECURITY.md', () => {
  it('promises something', () => {
    expect(promises.length).toBeGreaterThan(5);
  });

  it.each(promises)('names a test for: $sentence', ({ tests }) => {
    expect(tests).not.toEqual([]);
    for (const { file, title } of tests) {
      expect(file).toMatch(/^test\/.*\.test\.ts$/);
      expect(existsSync(file), file).toBe(true);
      expect(titles(file)).toContain(title);
    }
  });
});
