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
 * A digest hides nothing that can be guessed. A `before` with a secret in it must hold other bytes around the
 * secret, or the secret must be random (tokens and keys are); never make one of a short password alone. A
 * keyed digest would not help: a plan is compared on the host that made it, so the key would have to be
 * written there by a command that promises to write nothing.
 */
export function digestJson(value: Json): string {
  return sha256(canonicalJson(value));
}
