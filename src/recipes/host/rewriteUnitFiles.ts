import { createHash } from 'node:crypto';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { basename, dirname } from 'node:path';
import { planUnitRewrite } from '../../kimaki/unit/index.js';
import type { UnitRewriteError } from '../../kimaki/unit/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { diffUnit } from '../../systemd/secrets/index.js';
import { printUnit } from '../../systemd/document/index.js';
import type { UnitSource } from '../../systemd/document/index.js';
import { effectiveUnit } from '../../systemd/load/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
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

/** What comes of the files of a unit. */
export interface UnitFilesRewrite {
  /** Of each file its digest as it is, and the diff with secrets redacted. */
  readonly facts: readonly UnitFileFacts[];
  /** The files as they will be. */
  readonly rewritten: readonly UnitSource[];
  /** What they come to then; read past faults, see `effectiveUnit`. */
  readonly effective: EffectiveUnit;
  /** What still names an old home then, as sentences: nobody knows what such a line means. */
  readonly leftovers: readonly string[];
}

/**
 * What a rewrite would make of the files of a unit; a drop-in that other units share stays as it is.
 *
 * @param unit - as it is: `readUnitFiles(…).effective`
 * @param files - the unit file and its drop-ins as they are
 */
export function rewriteUnitFiles(
  { name: unit, specifiers }: Pick<EffectiveUnit, 'name' | 'specifiers'>,
  files: readonly UnitSource[],
  request: RewriteTarget & { readonly binary: string | null },
): Result<UnitFilesRewrite, UnitRewriteError> {
  const facts: UnitFileFacts[] = [];
  const rewritten: UnitSource[] = [];
  const leftovers: string[] = [];
  for (const [index, file] of files.entries()) {
    const { path, document } = file;
    const rewrite = planUnitRewrite(document, { ...request, dropIn: index > 0 });
    if (rewrite.isErr()) return err(rewrite.error);
    const isShared = isSharedDropIn(unit, path);
    const bytes = printUnit(document);
    const after = printUnit(rewrite.value.document);
    const needsRewrite = !isShared && !bytes.equals(after);
    facts.push({
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      needsRewrite,
      diff: needsRewrite ? diffUnit(bytes, after, path) : '',
    });
    rewritten.push(isShared ? file : { ...file, document: rewrite.value.document });
    for (const { line, home, text } of rewrite.value.leftovers) {
      leftovers.push(
        `${printablePath(path)}:${line} still names ${home}, which will be closed to ${unit}: ${printablePath(text)}`,
      );
    }
  }
  const effective = effectiveUnit(unit, rewritten, specifiers, { readPastFaults: true });
  return ok({ facts, rewritten, effective, leftovers });
}
