import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { childOf, childrenOf, decodeNode, parsePhpBody, textOf } from '../../php/index.js';
import type { PhpNode, PhpNotALiteral, PhpUnencodable, PhpUnreadable } from '../../php/index.js';

/** The body of a block is not the one assignment that it should be. */
export interface NotAChannel {
  readonly code: 'NOT_A_CHANNEL';
  readonly message: string;
  /** Line of the body, counted from 1. */
  readonly line: number;
}

/** Why the body of a block cannot be read as an entry, or an entry cannot be written. */
export type ChannelError = NotAChannel | PhpUnreadable | PhpNotALiteral | PhpUnencodable;

/** The parts of `$variable['name'] = [ … ];`. Offsets are bytes of the body. */
export interface ManagedAssignment {
  readonly name: string;
  readonly array: PhpNode;
  readonly entries: readonly ManagedEntry[];
}

/** One `'key' => value` of the array. */
export interface ManagedEntry {
  readonly key: string;
  readonly node: PhpNode;
  readonly value: PhpNode;
}

/** Reads the body of a block, which must be exactly one assignment of a keyed array to `$variable['name']`. */
export function managedAssignment(body: Buffer, variable: string): Result<ManagedAssignment, ChannelError> {
  return parsePhpBody(body).andThen((root) => {
    const [statement, ...more] = childrenOf(root, 'children');
    const assign = statement?.kind === 'expressionstatement' ? childOf(statement, 'expression') : null;
    const left = assign?.kind === 'assign' && textOf(assign, 'operator') === '=' ? childOf(assign, 'left') : null;
    const array = assign === null ? null : childOf(assign, 'right');
    const target = left?.kind === 'offsetlookup' ? childOf(left, 'what') : null;
    const offset = left === null ? null : childOf(left, 'offset');
    const isOurs = target?.kind === 'variable' && textOf(target, 'name') === variable;
    if (more.length > 0 || !isOurs || offset === null || array?.kind !== 'array') {
      return notAChannel(statement?.line ?? 1, `expected exactly one statement "$${variable}['NAME'] = [ … ];"`);
    }
    // The parser accepts an array without its closing bracket; the span of the array then ends without one.
    if (!/^(\[[^]*\]|array\s*\([^]*\))$/i.test(body.toString('latin1', array.start, array.end))) {
      return notAChannel(array.line, 'the array has no closing bracket');
    }
    return decodeNode(offset, body).andThen((name) => {
      if (typeof name !== 'string') return notAChannel(offset.line, 'the name is not a string');
      return entriesOf(array, body).map((entries): ManagedAssignment => ({ name, array, entries }));
    });
  });
}

function entriesOf(array: PhpNode, body: Buffer): Result<readonly ManagedEntry[], ChannelError> {
  const entries: ManagedEntry[] = [];
  for (const node of childrenOf(array, 'items')) {
    const keyNode = node?.kind === 'entry' ? childOf(node, 'key') : null;
    const value = node === null ? null : childOf(node, 'value');
    if (node === null || keyNode === null || value === null) {
      return notAChannel(node?.line ?? array.line, "found an entry without a 'key' =>");
    }
    const key = decodeNode(keyNode, body);
    if (key.isErr()) return err(key.error);
    if (typeof key.value !== 'string') return notAChannel(node.line, 'found a key that is not a string');
    if (entries.some((entry) => entry.key === key.value))
      return notAChannel(node.line, `the key '${key.value}' occurs twice`);
    entries.push({ key: key.value, node, value });
  }
  return ok(entries);
}

/** A `NOT_A_CHANNEL` error. */
export function notAChannel(line: number, what: string): Result<never, NotAChannel> {
  return err({ code: 'NOT_A_CHANNEL', message: `line ${line} of the block: ${what}. Nothing was changed`, line });
}
