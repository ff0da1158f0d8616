import ts from 'typescript';

/** @import { Rule } from 'eslint' */
/** @import { ParserServicesWithTypeInformation, TSESTree } from '@typescript-eslint/utils' */

/**
 * A Result that nobody looks at is an error that nobody sees. Reports every place where a neverthrow `Result` or
 * `ResultAsync`, a promise of one, or an array of them is thrown away:
 *
 * - an expression statement of such a type, awaited or not (an assignment keeps it and is fine);
 * - `void x`, wherever it stands;
 * - `yield x` without the star: only `yield* x` takes the value and ends at an Err;
 * - an arrow function `() => x` given where a function returning nothing is expected.
 *
 * A variable that holds one and is never read is reported by `@typescript-eslint/no-unused-vars`.
 *
 * @type {Rule.RuleModule}
 */
const rule = {
  meta: {
    type: 'problem',
    docs: { description: 'Forbid dropping a neverthrow Result' },
    messages: {
      dropped:
        'This Result is dropped: its error is lost. Return it, or look at it with isErr(), match() or unwrapOr().',
      voided: '`void` drops this Result: its error is lost. Return it, or look at it.',
      yielded: '`yield` drops this Result: use `yield*`, which takes its value or ends with its error.',
      arrow: 'This Result is returned to a caller that expects nothing: its error is lost. Look at it here.',
    },
    schema: [],
  },
  create(context) {
    /** @type {unknown} */
    const parserServices = context.sourceCode.parserServices;
    const services = /** @type {ParserServicesWithTypeInformation} */ (parserServices);
    const checker = services.program.getTypeChecker();

    /** @param {unknown} node a node of ESLint's types, which know nothing of TypeScript's */
    const toTs = (node) => services.esTreeNodeToTSNodeMap.get(/** @type {TSESTree.Expression} */ (node));
    /** @param {unknown} node */
    const isResult = (node) => holdsResult(checker, checker.getTypeAtLocation(toTs(node)), 0);

    return {
      ExpressionStatement(node) {
        const { expression } = node;
        if (expression.type === 'AssignmentExpression') return;
        if (expression.type === 'UnaryExpression' && expression.operator === 'void') return;
        if (isResult(expression)) context.report({ node, messageId: 'dropped' });
      },
      UnaryExpression(node) {
        if (node.operator === 'void' && isResult(node.argument)) context.report({ node, messageId: 'voided' });
      },
      YieldExpression(node) {
        if (!node.delegate && node.argument && isResult(node.argument)) context.report({ node, messageId: 'yielded' });
      },
      ArrowFunctionExpression(node) {
        if (node.body.type === 'BlockStatement' || !isResult(node.body)) return;
        const expected = checker.getContextualType(/** @type {ts.Expression} */ (toTs(node)));
        const signatures =
          expected === undefined ? [] : constituents(expected).flatMap((type) => type.getCallSignatures());
        const nothing =
          signatures.length > 0 && signatures.every((signature) => returnsNothing(signature.getReturnType()));
        if (nothing) context.report({ node: node.body, messageId: 'arrow' });
      },
    };
  },
};

export default rule;

const RESULT_CLASSES = new Set(['Ok', 'Err', 'ResultAsync']);
const MAX_DEPTH = 4;

/**
 * @param {ts.TypeChecker} checker
 * @param {ts.Type} type
 * @param {number} depth
 * @returns {boolean}
 */
function holdsResult(checker, type, depth) {
  if (depth > MAX_DEPTH) return false;
  const resolved = checker.getBaseConstraintOfType(type) ?? type;
  return constituents(resolved).some((part) => {
    if (isNeverthrow(part)) return true;
    const inner = contained(checker, part);
    return inner.some((argument) => holdsResult(checker, argument, depth + 1));
  });
}

/** @param {ts.Type} type */
function isNeverthrow(type) {
  const symbol = type.getSymbol();
  if (symbol === undefined || !RESULT_CLASSES.has(symbol.name)) return false;
  return (symbol.declarations ?? []).some((declaration) =>
    declaration.getSourceFile().fileName.includes('/node_modules/neverthrow/'),
  );
}

/**
 * What a promise resolves to, or what an array or tuple holds.
 *
 * @param {ts.TypeChecker} checker
 * @param {ts.Type} type
 * @returns {readonly ts.Type[]}
 */
function contained(checker, type) {
  const isPromise = type.getSymbol()?.name === 'Promise' || type.getSymbol()?.name === 'PromiseLike';
  if (!isPromise && !checker.isArrayType(type) && !checker.isTupleType(type)) return [];
  return checker.getTypeArguments(/** @type {ts.TypeReference} */ (type));
}

/**
 * @param {ts.Type} type
 * @returns {readonly ts.Type[]}
 */
function constituents(type) {
  return type.isUnionOrIntersection() ? type.types : [type];
}

/** @param {ts.Type} type */
function returnsNothing(type) {
  return constituents(type).every((part) => (part.flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined)) !== 0);
}
