import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { decodeNode, encodePhpValue } from '../../php/index.js';
import { managedAssignment, notAChannel } from './managedAssignment.js';
import type { ChannelError } from './managedAssignment.js';
import type { PhpUnencodable } from '../../php/index.js';

/** The environment variables in which one agent runtime names its session. */
export interface RuntimeSignature {
  /** The key in `$signatures`. */
  readonly id: string;
  /** Field (`session_id`, `run_id` …) → name of the environment variable. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Reads the body of a `runtime:` block, `$signatures['ID'] = [ 'field' => 'ENV_NAME' ];`; pure.
 *
 * The PHP is parsed, never run, so every value must be a plain string.
 *
 * Errors, each with its line: `NOT_A_CHANNEL` for another statement or value, `PHP_NOT_A_LITERAL`, `PHP_UNREADABLE`.
 *
 * @example
 * ```ts
 * import { readRuntimeSignature } from '@wca/runtime-sdk/wordpress';
 *
 * const signature = readRuntimeSignature("$signatures['opencode'] = [ 'run_id' => 'OPENCODE_RUN_ID' ];");
 * if (signature.isErr()) console.error(signature.error.message);
 * else console.log(signature.value.id, signature.value.variables);
 * ```
 */
export function readRuntimeSignature(body: string | Buffer): Result<RuntimeSignature, ChannelError> {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  return managedAssignment(bytes, 'signatures').andThen(({ name: id, entries }) => {
    const variables: [string, string][] = [];
    for (const { key, value: node } of entries) {
      const value = decodeNode(node, bytes);
      if (value.isErr()) return err(value.error);
      if (typeof value.value !== 'string') return notAChannel(node.line, `'${key}' is not a string`);
      variables.push([key, value.value]);
    }
    return ok({ id, variables: Object.fromEntries(variables) });
  });
}

/**
 * Writes the body of a `runtime:` block, in the layout of the installer, for `putBlock`; pure.
 *
 * Errors: `PHP_UNENCODABLE` for a value without an exact PHP literal.
 *
 * @example
 * ```ts
 * import { renderRuntimeSignature } from '@wca/runtime-sdk/wordpress';
 *
 * const body = renderRuntimeSignature({ id: 'opencode', variables: { run_id: 'OPENCODE_RUN_ID' } });
 * if (body.isErr()) console.error(body.error.message);
 * else console.log(body.value);
 * ```
 */
export function renderRuntimeSignature(signature: RuntimeSignature): Result<string, PhpUnencodable> {
  const { id, variables } = signature;
  return encodePhpValue(id).andThen((key) =>
    encodePhpValue(new Map(Object.entries(variables))).map((value) => `    $signatures[${key}] = ${value};\n`),
  );
}
