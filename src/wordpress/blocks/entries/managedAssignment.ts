import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { ChannelError } from './cliChannel.js';
import { childOf, childrenOf, decodeNode, parsePhpBody, textOf } from '../../php/index.js';
import type { PhpNode } from '../../php/index.js';

/** `$variable['name'] = [ … ];` taken apart. Offsets are bytes of the body. */
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

/** Reads a block's body that must be exactly one assignment of a keyed array to `$variable['name']`. */
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
      return notAChannel(statement?.line ?? 1, `expected one single "$${variable}['NAME'] = [ … ];"`);
    }
    // The parser reads an array that never ends; its span then does not close.
    if (!/^(\[[^]*\]|array\s*\([^]*\))$/i.test(body.toString('latin1', array.start, array.end))) {
      return notAChannel(array.line, 'the array does not end');
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
      return notAChannel(node?.line ?? array.line, "an entry without a 'key' =>");
    }
    const key = decodeNode(keyNode, body);
    if (key.isErr()) return err(key.error);
    if (typeof key.value !== 'string') return notAChannel(node.line, 'a key that is not a string');
    if (entries.some((entry) => entry.key === key.value)) return notAChannel(node.line, `the key '${key.value}' twice`);
    entries.push({ key: key.value, node, value });
  }
  return ok(entries);
}

/** A `NOT_A_CHANNEL` refusal. */
export function notAChannel(line: number, what: string): Result<never, ChannelError> {
  return err({ code: 'NOT_A_CHANNEL', message: `line ${line} of the block: ${what}; nothing was changed`, line });
}
