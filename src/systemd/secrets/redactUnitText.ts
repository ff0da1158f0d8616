import { learnSecrets, maskUnit } from './maskUnit.js';
import { createRedactor } from '../../posix/secrets/index.js';

/**
 * Shows a unit file with its secrets hidden: each becomes `[secret]`, whatever its quoting, escapes or continuations.
 *
 * Hidden are variables, options and credentials with a secret's name (see `isSecretName`), what `redactSecrets` finds
 * in each word and in comments, and every further occurrence of a value found that way, before or behind it. A word that
 * a line break splits counts as one word as well as two. A value that holds a secret comes out on its first line, and
 * its further lines are empty; everything keeps its line number. The rest is for reading, not for writing back: control characters and invalid UTF-8 come out as
 * `\xHH`. A secret without such a name or shape is **not** recognised.
 *
 * @example
 * ```ts
 * import { redactUnitText } from '@wca/runtime-sdk/systemd';
 *
 * console.log(redactUnitText('[Service]\nEnvironment="A=1" KIMAKI_BOT_TOKEN=abc\n'));
 * // [Service]
 * // Environment="A=1" KIMAKI_BOT_TOKEN=[secret]
 * ```
 */
export function redactUnitText(unit: string | Uint8Array): string {
  const redactor = createRedactor(() => '[secret]');
  learnSecrets(unit, redactor);
  return redactor.finish(maskUnit(unit, redactor));
}
