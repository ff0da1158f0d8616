import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { explainAccess, explainExecution } from '../../posix/access/index.js';
import { printablePath } from '../../posix/paths/index.js';
import type { AccessError } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { effectiveBoolean, effectiveCommands } from '../../systemd/load/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
import { programKind } from './privilegedWords.js';
import { readScript } from './readScript.js';
import { scriptWrites } from './scriptWrites.js';

/** A command of the unit that will fail, or is likely to, when the agent's user runs it. */
export interface FailingProgram {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly key: string;
  readonly path: string;
  readonly problem: 'cannot-execute' | 'writes-where-it-may-not';
  /** The component that refuses, or null. */
  readonly blockedAt: string | null;
  readonly detail: string;
  /** False for what was guessed from a script's text. */
  readonly certain: boolean;
  /** A failure of this command keeps the unit from starting (no `-` before it). */
  readonly fatal: boolean;
}

/**
 * Finds the commands around a service that fail when the agent's user runs them, before they stop it from starting.
 *
 * Looked at are the commands that run as that user, `ExecStart=` included, in effect after a rewrite: pass what
 * the rewritten files come to. That a program cannot be executed is certain. That a script writes where the user may not is
 * a guess from its text (see `scriptWrites`), reported as such; what a compiled program does is not known.
 *
 * Errors: those of looking at paths, and of reading a script.
 *
 * @param searchPath - the unit's PATH, for `#!/usr/bin/env` interpreters
 */
export function programsFailingAsAgent(
  unit: EffectiveUnit,
  identity: Identity,
  searchPath: string,
): ResultAsync<readonly FailingProgram[], FailingProgramError> {
  return new ResultAsync(find(unit, identity, searchPath));
}

/** A path could not be looked at, or a script not be read. */
export type FailingProgramError = AccessError | ReadFileError;

type Place = Pick<FailingProgram, 'file' | 'line' | 'key' | 'path' | 'fatal'>;

async function find(
  unit: EffectiveUnit,
  identity: Identity,
  searchPath: string,
): Promise<Result<readonly FailingProgram[], FailingProgramError>> {
  const startOnly = effectiveBoolean(unit, 'Service', 'PermissionsStartOnly');
  const failing: FailingProgram[] = [];
  for (const { key, prefixes, program: path, path: file, line } of effectiveCommands(unit)) {
    // A bare name is looked up by systemd in directories that everybody may enter.
    if (/[+!]/.test(prefixes) || (startOnly && key !== 'ExecStart') || !path.startsWith('/')) continue;
    const place = { file, line, key, path, fatal: !prefixes.includes('-') };
    const executes = await execution(place, identity, searchPath);
    if (executes.isErr()) return err(executes.error);
    failing.push(...executes.value);
    if (executes.value.length > 0) continue;
    const writes = await forbiddenWrites(place, identity);
    if (writes.isErr()) return err(writes.error);
    failing.push(...writes.value);
  }
  return ok(failing);
}

async function execution(
  place: Place,
  identity: Identity,
  searchPath: string,
): Promise<Result<readonly FailingProgram[], FailingProgramError>> {
  const explained = await explainExecution(place.path, identity, { searchPath });
  const who = identity.user.name;
  const failing = (blockedAt: string | null, detail: string): FailingProgram[] => [
    { ...place, problem: 'cannot-execute', blockedAt, detail, certain: true },
  ];
  if (explained.isErr()) {
    if (explained.error.code !== 'NOT_FOUND') return err(explained.error);
    return ok(failing(null, `${printablePath(place.path)} does not exist`));
  }
  const { allowed, blockedAt } = explained.value;
  if (allowed) return ok([]);
  const at = blockedAt === null ? '' : ` at ${blockedAt.path} (needs ${blockedAt.needs}; ${blockedAt.reason})`;
  return ok(failing(blockedAt?.path ?? null, `${who} cannot execute it: refused${at}`));
}

async function forbiddenWrites(
  place: Place,
  identity: Identity,
): Promise<Result<readonly FailingProgram[], FailingProgramError>> {
  const script = await readScript(place.path);
  if (script.isErr()) return err(script.error);
  const { text, interpreter: [program = '', argument = ''] = [] } = script.value ?? { text: '' };
  const interpreter = /(^|\/)env$/.test(program) ? /^(?:-S\s+)?(\S+)/.exec(argument)?.[1] : program;
  if (programKind(interpreter ?? '') !== 'shell') return ok([]);
  const failing: FailingProgram[] = [];
  const judged = new Set<string>();
  for (const write of scriptWrites(text)) {
    // What a glob stands for lies in the directory before it.
    const path = write.path.replace(/\/[^/]*[*[].*$/, '/x').replace(/\/+$/, '');
    if (path === '' || judged.has(path)) continue;
    judged.add(path);
    const blocked = await blockedBelow(path, identity);
    if (blocked.isErr()) return err(blocked.error);
    if (blocked.value === null) continue;
    const what = `line ${write.line} of the script seems to change ${printablePath(write.path)} (${write.by})`;
    const detail = `${what}, which ${identity.user.name} may not: ${blocked.value.reason}`;
    failing.push({
      ...place,
      problem: 'writes-where-it-may-not',
      blockedAt: blocked.value.path,
      detail,
      certain: false,
    });
  }
  return ok(failing);
}

/** What refuses a change of an entry: the nearest directory above it that exists, or null when it may be written. */
async function blockedBelow(
  path: string,
  identity: Identity,
): Promise<Result<{ path: string; reason: string } | null, FailingProgramError>> {
  for (let above = parent(path); ; above = parent(above)) {
    const explained = await explainAccess(above, identity, 'create');
    if (explained.isOk()) {
      const { allowed, blockedAt } = explained.value;
      return ok(allowed ? null : { path: blockedAt?.path ?? above, reason: blockedAt?.reason ?? 'refused' });
    }
    if (explained.error.code !== 'NOT_FOUND' && explained.error.code !== 'NOT_A_DIRECTORY') return err(explained.error);
    if (above === '/') return ok(null);
  }
}

function parent(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
