import type { Result } from 'neverthrow';
import { evaluatePhp } from './evaluatePhp.js';
import { childOf, childrenOf, everyChild, nameOf, operatorOf, parsePhpFile, textOf } from './phpAst.js';
import type { PhpNode, PhpUnreadable } from './phpAst.js';

/** One `define('NAME', …)` or `const NAME = …` in a file. */
export interface PhpDefine {
  readonly name: string;
  /** Null when the value is not plain to see. */
  readonly value: string | number | boolean | null;
  readonly line: number;
  /** It stands inside a function, or under a condition other than `!defined('NAME')`. */
  readonly conditional: boolean;
  /** Offsets of the value's expression, in bytes. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * Finds every constant a PHP file defines, in order, without running it. Comments and strings are not mistaken for
 * code. Values may use what stands earlier in the file.
 *
 * @param file - the path PHP has for it (`__FILE__`)
 * @param known - constants that are there before the file is loaded
 */
export function readDefines(
  source: Buffer,
  file: string,
  known: ReadonlyMap<string, string>,
): Result<readonly PhpDefine[], PhpUnreadable> {
  return parsePhpFile(source).map((root) => {
    const walk: Walk = { source, file, known: new Map(known), found: [] };
    visit(root, walk, false);
    return walk.found;
  });
}

interface Walk {
  readonly source: Buffer;
  readonly file: string;
  readonly known: Map<string, string>;
  readonly found: PhpDefine[];
}

/** Code in these runs when something calls it, or not at all. */
const DEFERRED: ReadonlySet<string> = new Set(['function', 'closure', 'arrowfunc', 'method', 'class', 'trait']);

function visit(node: PhpNode, walk: Walk, conditional: boolean): void {
  if (node.kind === 'call' && nameOf(childOf(node, 'what'))?.toLowerCase() === 'define') {
    const [nameNode = null, valueNode = null] = childrenOf(node, 'arguments');
    const name = evaluatePhp(nameNode, walk);
    if (typeof name === 'string' && valueNode !== null) add(walk, name, valueNode, node.line, conditional);
    return;
  }
  if (node.kind === 'constantstatement') {
    for (const constant of childrenOf(node, 'constants')) {
      const name = constant === null ? null : constantName(constant);
      const value = constant === null ? null : childOf(constant, 'value');
      if (name !== null && value !== null) add(walk, name, value, node.line, conditional);
    }
    return;
  }
  if (node.kind === 'assign') remember(node, walk, conditional);
  const inside = conditional || DEFERRED.has(node.kind);
  if (node.kind === 'if') {
    const guarded = inside || !isNotDefined(childOf(node, 'test'));
    for (const branch of ['body', 'alternate']) {
      const child = childOf(node, branch);
      if (child !== null) visit(child, walk, branch === 'alternate' ? true : guarded);
    }
    return;
  }
  if (node.kind === 'bin' && /^(\|\||or|&&|and)$/i.test(operatorOf(node) ?? '')) {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    const plain = /^(\|\||or)$/i.test(operatorOf(node) ?? '') ? isDefined(left) : isNotDefined(left);
    if (left !== null) visit(left, walk, inside);
    if (right !== null) visit(right, walk, inside || !plain);
    return;
  }
  const branches = inside || /^(while|do|for|foreach|switch|try|retif|match)$/.test(node.kind);
  for (const child of everyChild(node)) visit(child, walk, branches);
}

function add(walk: Walk, name: string, node: PhpNode, line: number, conditional: boolean): void {
  const value = evaluatePhp(node, walk);
  walk.found.push({ name, value, line, conditional, valueStart: node.start, valueEnd: node.end });
  // The first definition wins in PHP.
  if (typeof value === 'string' && !walk.known.has(name)) walk.known.set(name, value);
}

function remember(node: PhpNode, walk: Walk, conditional: boolean): void {
  const left = childOf(node, 'left');
  if (left?.kind !== 'variable') return;
  const name = `$${textOf(left, 'name') ?? ''}`;
  const value = textOf(node, 'operator') === '=' && !conditional ? evaluatePhp(childOf(node, 'right'), walk) : null;
  if (typeof value === 'string') walk.known.set(name, value);
  else walk.known.delete(name);
}

function constantName(node: PhpNode): string | null {
  return textOf(node, 'name') ?? nameOf(childOf(node, 'name'));
}

function isDefined(node: PhpNode | null): boolean {
  return node?.kind === 'call' && nameOf(childOf(node, 'what'))?.toLowerCase() === 'defined';
}

function isNotDefined(node: PhpNode | null): boolean {
  return node?.kind === 'unary' && operatorOf(node) === '!' && isDefined(childOf(node, 'what'));
}
