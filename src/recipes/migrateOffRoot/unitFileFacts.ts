import { createHash } from 'node:crypto';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { basename, dirname } from 'node:path';
import { planUnitRewrite } from '../../kimaki/index.js';
import type { UnitFile, UnitRewriteError } from '../../kimaki/index.js';
import { printablePath } from '../../posix/index.js';
import { diffUnit, printUnit } from '../../systemd/index.js';
import type { UnitFileFacts } from './facts.js';
import type { RewriteTarget } from './rewriteSteps.js';

/**
 * Whether a drop-in applies to other units as well (`service.d`, `kimaki-.service.d`): rewritten for this one, it
 * would change those. Source: systemd.unit(5), drop-ins of a type and of a name's prefixes.
 */
export function isSharedDropIn(unit: string, path: string): boolean {
  const directory = basename(dirname(path));
  return directory.endsWith('.d') && directory !== `${unit}.d`;
}

/** What a rewrite would make of each file of a unit: its digest, and the diff with secrets redacted. */
export function unitFileFacts(
  unit: string,
  files: readonly UnitFile[],
  request: RewriteTarget & { readonly binary: string | null },
): Result<readonly UnitFileFacts[], UnitRewriteError> {
  const facts: UnitFileFacts[] = [];
  for (const [index, { path, document }] of files.entries()) {
    const rewrite = planUnitRewrite(document, { ...request, dropIn: index > 0 });
    if (rewrite.isErr()) return err(rewrite.error);
    const bytes = printUnit(document);
    const after = printUnit(rewrite.value.document);
    const needsRewrite = !isSharedDropIn(unit, path) && !bytes.equals(after);
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
  unit: string,
  files: readonly UnitFile[],
  request: RewriteTarget & { readonly binary: string | null },
): readonly UnitFile[] {
  return files.map((file, index) => {
    if (isSharedDropIn(unit, file.path)) return file;
    const rewrite = planUnitRewrite(file.document, { ...request, dropIn: index > 0 });
    return rewrite.isErr() ? file : { ...file, document: rewrite.value.document };
  });
}

/** What still names an old home when the files are rewritten, as sentences: nobody knows what such a line means. */
export function unitLeftovers(
  unit: string,
  files: readonly UnitFile[],
  request: RewriteTarget & { readonly binary: string | null },
): readonly string[] {
  return files.flatMap((file, index) => {
    const rewrite = planUnitRewrite(file.document, { ...request, dropIn: index > 0 });
    if (rewrite.isErr()) return [];
    return rewrite.value.leftovers.map(
      ({ line, home, text }) => `${printablePath(file.path)}:${line} still names ${home}, which will be closed to ${unit}: ${printablePath(text)}`,
    );
  });
}
