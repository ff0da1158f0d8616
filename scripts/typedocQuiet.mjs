/**
 * Drops one warning of typedoc: a member of a type that is inferred from a schema has two declarations, the schema's and the
 * type's, with the same comment.
 *
 * @param {import('typedoc').Application} app
 */
export function load({ logger }) {
  for (const level of /** @type {const} */ (['warn', 'info'])) {
    const log = /** @type {(...said: readonly unknown[]) => void} */ (logger[level].bind(logger));
    logger[level] = (/** @type {readonly unknown[]} */ ...said) => {
      if (!/multiple declarations with a comment|^The comments for /.test(String(said[0]))) log(...said);
    };
  }
}
