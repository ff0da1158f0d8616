import { createHash } from 'node:crypto';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { planUnitRewrite } from '../../kimaki/index.js';
import type { UnitFile, UnitRewriteError } from '../../kimaki/index.js';
import { diffUnit, printUnit } from '../../systemd/index.js';
import type { UnitFileFacts } from './facts.js';
import type { RewriteTarget } from './rewriteSteps.js';

/** What a rewrite would make of each file of a unit: its digest, and the diff with secrets redacted. */
export function unitFileFacts(
  files: readonly UnitFile[],
  request: RewriteTarget & { readonly binary: string | null },
): Result<readonly UnitFileFacts[], UnitRewriteError> {
  const facts: UnitFileFacts[] = [];
  for (const [index, { path, document }] of files.entries()) {
    const rewrite = planUnitRewrite(document, { ...request, dropIn: index > 0 });
    if (rewrite.isErr()) return err(rewrite.error);
    const bytes = printUnit(document);
    const after = printUnit(rewrite.value.document);
    const needsRewrite = !bytes.equals(after);
    facts.push({
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      needsRewrite,
      diff: needsRewrite ? diffUnit(bytes, after, path) : '',
    });
  }
  return ok(facts);
}

/** The files as they will be; one that cannot be rewritten stays as it is, and is refused elsewhere. */
export function rewrittenFiles(
  files: readonly UnitFile[],
  request: RewriteTarget & { readonly binary: string | null },
): readonly UnitFile[] {
  return files.map((file, index) => {
    const rewrite = planUnitRewrite(file.document, { ...request, dropIn: index > 0 });
    return rewrite.isErr() ? file : { ...file, document: rewrite.value.document };
  });
}
