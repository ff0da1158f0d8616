import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Result } from 'neverthrow';
import { evaluatePhp } from './evaluatePhp.js';
import { childOf, childrenOf, everyChild, nameOf, operatorOf, parsePhpFile, textOf } from './phpAst.js';
import type { PhpNode, PhpUnreadable } from './phpAst.js';

/** One `define('NAME', …)`, `const NAME = …` or `Config::define('NAME', …)` in a file. */
export interface PhpDefine {
  readonly name: string;
  /** Null when only PHP can compute it. */
  readonly value: string | number | boolean | null;
  readonly file: string;
  readonly line: number;
  /** It is in a function, or under a condition other than `!defined('NAME')`. */
  readonly conditional: boolean;
  /** The value as written in the file; it can be a secret. */
  readonly written: string;
}

/** What a PHP file and the files it includes define. */
export interface PhpDefines {
  readonly defines: readonly PhpDefine[];
  /** Files that it includes by a known path and that were not given. */
  readonly wanted: readonly string[];
  /** Included files that were given and are not valid PHP. */
  readonly unreadable: readonly string[];
}

/**
 * Finds every constant that a PHP file defines, in order, without running it. A value can use earlier constants.
 * `Config::define` counts: Bedrock uses it in place of `define`.
 *
 * Included files are read as far as `included` has them; the others are in `wanted`. WordPress itself
 * (`wp-settings.php`) and files in a `vendor` directory are skipped.
 *
 * @param file - the path of the file in PHP (`__FILE__`)
 * @param known - constants that exist before the file is loaded
 * @param included - the bytes of included files, by the path in `wanted`
 */
export function readDefines(
  source: Buffer,
  file: string,
  known: ReadonlyMap<string, string>,
  included: ReadonlyMap<string, Buffer> = new Map(),
): Result<PhpDefines, PhpUnreadable> {
  return parsePhpFile(source).map((root) => {
    const shared = {
      known: new Map(known),
      included,
      found: [],
      wanted: new Set<string>(),
      unreadable: new Set<string>(),
    };
    const walk: Walk = { ...shared, source, file, above: [file] };
    visit(root, walk, false);
    return { defines: walk.found, wanted: [...walk.wanted], unreadable: [...walk.unreadable] };
  });
}

interface Walk {
  readonly source: Buffer;
  readonly file: string;
  /** The file and those that include it, outermost first. */
  readonly above: readonly string[];
  readonly known: Map<string, string>;
  readonly included: ReadonlyMap<string, Buffer>;
  readonly found: PhpDefine[];
  readonly wanted: Set<string>;
  readonly unreadable: Set<string>;
}

/** Code in these runs when it is called, or not at all. */
const DEFERRED: ReadonlySet<string> = new Set(['function', 'closure', 'arrowfunc', 'method', 'class', 'trait']);

function visit(node: PhpNode, walk: Walk, conditional: boolean): void {
  if (node.kind === 'include') {
    include(node, walk, conditional);
    return;
  }
  if (node.kind === 'call' && isDefine(childOf(node, 'what'))) {
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
  const written = walk.source.toString('utf8', node.start, node.end);
  walk.found.push({ name, value, file: walk.file, line, conditional, written });
  // The first definition wins in PHP.
  if (typeof value === 'string' && !walk.known.has(name)) walk.known.set(name, value);
}

const MAX_DEPTH = 8;

function include(node: PhpNode, walk: Walk, conditional: boolean): void {
  const given = evaluatePhp(childOf(node, 'target'), walk);
  if (typeof given !== 'string' || given === '') return;
  const path = isAbsolute(given) ? join(given) : join(dirname(walk.file), given);
  if (basename(path) === 'wp-settings.php' || path.split('/').includes('vendor')) return;
  if (walk.above.includes(path) || walk.above.length > MAX_DEPTH) return;
  const source = walk.included.get(path);
  if (source === undefined) {
    walk.wanted.add(path);
    return;
  }
  const parsed = parsePhpFile(source);
  if (parsed.isErr()) walk.unreadable.add(path);
  else visit(parsed.value, { ...walk, source, file: path, above: [...walk.above, path] }, conditional);
}

/** `define`, or `Config::define` of Bedrock. */
function isDefine(what: PhpNode | null): boolean {
  if (what?.kind !== 'staticlookup') return nameOf(what)?.toLowerCase() === 'define';
  const isConfig = /^(Roots\\WPConfig\\)?Config$/i.test(nameOf(childOf(what, 'what')) ?? '');
  return isConfig && nameOf(childOf(what, 'offset'))?.toLowerCase() === 'define';
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
