import ts from 'typescript';
import { linesOf } from './sources.js';
import type { Source } from './sources.js';

/** `||=`, `&&=` and `??=` decide as well. */
const CHOOSING_OPERATORS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.AmpersandAmpersandEqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
]);

/**
 * How many decisions a module takes itself: `if`, `?:`, `case`, `catch`, `while`, `&&`, `||`, `??`. Passing on an Err
 * (`if (x.isErr()) return err(x.error)`) is none. Types, tables and schemas have none, and so has plain composition.
 */
export function decisionsOf(source: Source): number {
  return linesOf(source, isDecision).length;
}

function isDecision(node: ts.Node): boolean {
  if (ts.isIfStatement(node)) return !/^\w+\.isErr\(\)$/.test(node.expression.getText());
  if (ts.isBinaryExpression(node)) return CHOOSING_OPERATORS.has(node.operatorToken.kind);
  return (
    ts.isConditionalExpression(node) || ts.isCaseClause(node) || ts.isCatchClause(node) || ts.isWhileStatement(node)
  );
}
