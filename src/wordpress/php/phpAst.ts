import { Engine } from 'php-parser';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';

/** One node of parsed PHP. Offsets are bytes into the source; `line` counts from 1. */
export interface PhpNode {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Code that php-parser cannot parse. The code is not repeated, because it can contain a password. */
export interface PhpUnreadable {
  readonly code: 'PHP_UNREADABLE';
  readonly message: string;
  /** Line counted from 1. */
  readonly line: number;
}

const OPEN_TAG = '<?php\n';

/** Parses a whole PHP file. Bytes become characters one to one, so every offset is a byte offset. */
export function parsePhpFile(source: Buffer): Result<PhpNode, PhpUnreadable> {
  return parse(source.toString('latin1'), 0);
}

/** Parses statements without an open tag; offsets and lines are those of `body`. */
export function parsePhpBody(body: Buffer): Result<PhpNode, PhpUnreadable> {
  return parse(OPEN_TAG + body.toString('latin1'), OPEN_TAG.length);
}

function parse(text: string, prefix: number): Result<PhpNode, PhpUnreadable> {
  const engine = new Engine({
    parser: { suppressErrors: false, version: '8.4' },
    ast: { withPositions: true },
    lexer: { short_tags: false },
  });
  const lines = prefix > 0 ? 1 : 0;
  try {
    const root = toNode(engine.parseCode(text, ''), prefix, lines);
    return root === null ? err(unreadable(1)) : ok(root);
  } catch (cause) {
    // Deep nesting overflows the stack of the parser; that input counts as unreadable.
    return err(unreadable(Math.max(1, lineOf(cause) - lines)));
  }
}

function unreadable(line: number): PhpUnreadable {
  const message = `line ${line} is not PHP that this parser knows; check it with php -l`;
  return { code: 'PHP_UNREADABLE', message, line };
}

function lineOf(cause: unknown): number {
  return isRecord(cause) && typeof cause.lineNumber === 'number' ? cause.lineNumber : 1;
}

/** The child under `name`, or null when there is none. */
export function childOf(node: PhpNode, name: string): PhpNode | null {
  return asNode(node.fields[name]);
}

/** The children under `name`; a gap (`[1, , 2]`) comes out as null. */
export function childrenOf(node: PhpNode, name: string): readonly (PhpNode | null)[] {
  const value = node.fields[name];
  return Array.isArray(value) ? value.map(asNode) : [];
}

/** The text under `name`, or null. */
export function textOf(node: PhpNode, name: string): string | null {
  const value = node.fields[name];
  return typeof value === 'string' ? value : null;
}

/** The operator of a `bin` or `unary` node, or null. */
export function operatorOf(node: PhpNode): string | null {
  return textOf(node, 'type');
}

/** The name a call calls or a constant has, lower-cased for functions, without a leading backslash. */
export function nameOf(node: PhpNode | null): string | null {
  if (node === null || (node.kind !== 'name' && node.kind !== 'identifier')) return null;
  return (textOf(node, 'name') ?? '').replace(/^\\/, '');
}

/** Every direct child node, in source order of the fields. */
export function everyChild(node: PhpNode): readonly PhpNode[] {
  const found: PhpNode[] = [];
  for (const value of Object.values(node.fields)) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const item of list) {
      const child = asNode(item);
      if (child !== null) found.push(child);
    }
  }
  return found;
}

function asNode(value: unknown): PhpNode | null {
  return isRecord(value) && NODES.has(value) ? (NODES.get(value) ?? null) : null;
}

/** Objects of the parser → nodes; weak, so a tree is freed with its root. */
const NODES = new WeakMap<object, PhpNode>();

/** Deeper code is unreadable, so that no walk over a tree overflows the stack. */
const MAX_DEPTH = 1000;

function toNode(raw: unknown, prefix: number, lines: number, depth = 0): PhpNode | null {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deeply');
  if (!isRecord(raw) || typeof raw.kind !== 'string') return null;
  const loc = raw.loc;
  const start = isRecord(loc) ? position(loc.start) : null;
  const end = isRecord(loc) ? position(loc.end) : null;
  const node: PhpNode = {
    kind: raw.kind,
    start: (start?.offset ?? 0) - prefix,
    end: (end?.offset ?? 0) - prefix,
    line: Math.max(1, (start?.line ?? 1) - lines),
    fields: raw,
  };
  NODES.set(raw, node);
  for (const [name, value] of Object.entries(raw)) {
    if (name === 'loc') continue;
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const item of items) toNode(item, prefix, lines, depth + 1);
  }
  return node;
}

function position(value: unknown): { offset: number; line: number } | null {
  if (!isRecord(value) || typeof value.offset !== 'number' || typeof value.line !== 'number') return null;
  return { offset: value.offset, line: value.line };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
