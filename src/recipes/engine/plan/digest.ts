import { createHash } from 'node:crypto';
import { canonicalJson } from './json.js';
import type { Json } from './json.js';

/** SHA-256 of some text or bytes, hex. */
export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * SHA-256 over the canonical JSON of a value: what a plan shows in place of a step's `before`.
 *
 * A digest does not hide what can be guessed. A `before` with a secret must hold other bytes besides it, or the secret
 * must be random (tokens and keys are); never digest a short password alone. A keyed digest would not help: a plan is
 * compared on the host that made it, so planning, which writes nothing, would have to write the key there.
 */
export function digestJson(value: Json): string {
  return sha256(canonicalJson(value));
}
