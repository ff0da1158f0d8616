import { dirname, isAbsolute, join } from 'node:path';
import { integerLiteral, decodeNode } from './decodePhpValue.js';
import { childOf, childrenOf, nameOf, operatorOf, textOf } from './phpAst.js';
import type { PhpNode } from './phpAst.js';

/** The names that expressions of one PHP file can refer to. */
export interface PhpScope {
  readonly source: Buffer;
  /** The file as PHP sees it in `__FILE__`: absolute, links resolved. */
  readonly file: string;
  /** Constants and variables (`$name`) with known values. */
  readonly known: ReadonlyMap<string, string>;
}

/**
 * The value of an expression in a configuration file: a string, a whole number or a boolean; null when only PHP can
 * compute it. It knows literals, concatenation, `__DIR__`, `__FILE__`, `dirname()`, `realpath()`, `Config::get()` of
 * Bedrock, and the names in the scope. Nothing is run.
 */
export function evaluatePhp(node: PhpNode | null, scope: PhpScope): string | number | boolean | null {
  if (node === null) return null;
  switch (node.kind) {
    case 'string': {
      const value = decodeNode(node, scope.source);
      return value.isOk() && typeof value.value === 'string' ? value.value : null;
    }
    case 'number':
      return integerLiteral(scope.source.toString('latin1', node.start, node.end));
    case 'boolean':
      return node.fields.value === true;
    case 'magic': {
      const name = textOf(node, 'value')?.toUpperCase();
      if (name === '__DIR__') return dirname(scope.file);
      return name === '__FILE__' ? scope.file : null;
    }
    case 'name': {
      const name = nameOf(node) ?? '';
      return name === 'DIRECTORY_SEPARATOR' ? '/' : (scope.known.get(name) ?? null);
    }
    case 'variable':
      return scope.known.get(`$${textOf(node, 'name') ?? ''}`) ?? null;
    case 'bin': {
      if (operatorOf(node) !== '.') return null;
      const left = evaluatePhp(childOf(node, 'left'), scope);
      const right = evaluatePhp(childOf(node, 'right'), scope);
      return typeof left !== 'string' || typeof right !== 'string' ? null : left + right;
    }
    case 'call':
      return evaluateCall(node, scope);
    default:
      return null;
  }
}

function evaluateCall(node: PhpNode, scope: PhpScope): string | null {
  const what = childOf(node, 'what');
  const [first = null, second = null] = childrenOf(node, 'arguments');
  if (what?.kind === 'staticlookup') {
    const isGet =
      /^(Roots\\WPConfig\\)?Config$/i.test(nameOf(childOf(what, 'what')) ?? '') &&
      nameOf(childOf(what, 'offset'))?.toLowerCase() === 'get';
    const name = isGet ? evaluatePhp(first, scope) : null;
    return typeof name === 'string' ? (scope.known.get(name) ?? null) : null;
  }
  const called = nameOf(what)?.toLowerCase();
  if (called !== 'dirname' && called !== 'realpath') return null;
  let path = evaluatePhp(first, scope);
  // The users of the path resolve its links.
  if (called === 'realpath') return typeof path === 'string' && isAbsolute(path) ? join(path) : null;
  const levels = second === null ? 1 : evaluatePhp(second, scope);
  if (typeof path !== 'string' || typeof levels !== 'number' || levels < 1 || levels > 64) return null;
  for (let level = 0; level < levels; level += 1) path = dirname(path);
  return path;
}
