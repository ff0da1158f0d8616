import { createRequire } from 'node:module';
import type * as diff from 'diff';
import { learnSecrets, maskUnit } from './maskUnit.js';
import { createRedactor } from '../../posix/secrets/index.js';

/**
 * Shows what changes between two versions of a unit file as a unified diff, with every secret hidden.
 *
 * Secrets appear as `[secret 1]`, `[secret 2]` … by value: where a secret changed the two lines show different numbers,
 * and a line whose secret stayed is not in the diff. What counts as a secret, and how the rest is printed, is as in
 * `redactUnitText`. Equal files give an empty text. It is for reading: `patch` cannot apply what was hidden.
 *
 * @param before - the empty text for a file that is new
 * @param name - what the headers call the file
 *
 * @example
 * ```ts
 * import { diffUnit } from '@wca/runtime-sdk/systemd';
 *
 * console.log(diffUnit('[Service]\nUser=root\n', '[Service]\nUser=opencode\n', 'kimaki.service'));
 * ```
 */
export function diffUnit(before: string | Uint8Array, after: string | Uint8Array, name: string): string {
  if (Buffer.from(before).equals(Buffer.from(after))) return '';
  const redactor = createRedactor((number) => `[secret ${number}]`);
  // Both are read before either is masked: a secret of the one may stand unnamed in the other.
  for (const unit of [before, after]) learnSecrets(unit, redactor);
  const masked = { before: maskUnit(before, redactor), after: maskUnit(after, redactor) };
  const shown = { before: redactor.finish(masked.before), after: redactor.finish(masked.after) };
  const header = `--- ${name}\n+++ ${name}\n`;
  if (shown.before === shown.after)
    return `${header}(the change lies in what is not shown: quoting of a hidden value)\n`;
  return unifiedDiff()(name, name, shown.before, shown.after, undefined, undefined, {
    context: 3,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  });
}

/** Loaded when first needed: it takes longer to load than everything else here together. */
function unifiedDiff(): typeof diff.createTwoFilesPatch {
  const require = createRequire(import.meta.url);
  const library = require('diff') as typeof diff;
  return library.createTwoFilesPatch;
}
