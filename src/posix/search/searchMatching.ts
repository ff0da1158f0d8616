import { closeSync, constants } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { components, isAtOrBelow, parentPath } from '../paths/index.js';
import type { Identity } from '../accounts/index.js';
import { findPredicate } from './ownershipPredicate.js';
import type { OwnershipPredicate } from './ownershipPredicate.js';
import { openAt } from '../handles/index.js';
import { runAs } from '../accounts/index.js';
import type { ProgramError } from '../programs/index.js';
import { streamFind } from './streamFind.js';
import type { FindOutcome, FindQuery } from './streamFind.js';

/** A search, and the -printf format of what it finds. */
export interface Search extends Omit<FindQuery, 'expression' | 'command' | 'whole'> {
  readonly print: string;
}

type UserSearch = Search & { readonly command: readonly string[] };
type Take = (records: readonly string[]) => void;
type Outcome = Result<FindOutcome, ProgramError>;

/** Marks a directory that the user cannot go through; no format of a record begins so. */
const CLOSED = '*';
/** access(2) says yes to both: what is in it can be changed, entries can be made in it. */
const WRITABLE = ['-writable', '(', '!', '-type', 'd', '-o', '-executable', ')'];
const CLOSED_DIRECTORY = ['-type', 'd', '!', '-executable'];

/**
 * Hands on what matches the whole predicate, each entry once.
 *
 * find tells what a user can write through access(2), which asks about the real uid: so it runs with the user's ids as
 * its real ones, and root's as the effective ones, to see everything.
 */
export async function searchMatching(
  search: Search,
  path: string,
  predicate: OwnershipPredicate,
  take: Take,
): Promise<Outcome> {
  const { writable } = predicate;
  const tests = findPredicate(predicate);
  if (writable === undefined) return plain(search, tests, take);
  const { user } = writable.by;
  const self = process.geteuid?.();
  if (self !== 0 && self !== user.uid) {
    const message = `only root can ask what ${user.name} can write; this process is uid ${self}`;
    return err({ code: 'PROGRAM_NOT_STARTED', message, program: 'find', errno: 'EPERM' });
  }
  const reached = await runAs(writable.by, '/usr/bin/test', ['-e', path]);
  if (reached.isErr()) return err(reached.error);
  const isReached = reached.value.exitCode === 0;
  const command = self === 0 ? asRealUser(writable.by) : ['find'];
  const noLink = ['!', '-type', 'l', ...tests];
  if (writable.is) return isReached ? findWritable({ ...search, command }, noLink, take) : ok({ complaints: [] });
  return isReached ? findUnwritable({ ...search, command }, noLink, take) : plain(search, noLink, take);
}

function plain(search: Search, tests: readonly string[], take: Take): Promise<Outcome> {
  return run({ ...search, expression: [...tests, '-printf', search.print] }, take);
}

function findWritable(search: UserSearch, tests: readonly string[], take: Take): Promise<Outcome> {
  const matching = [...tests, ...WRITABLE, '-printf', search.print];
  const expression = ['(', ...CLOSED_DIRECTORY, '-prune', ')', '-o', '(', ...matching, ')'];
  // Undivided: what is below a closed directory must not be looked at by itself.
  return run({ ...search, expression, whole: true }, take);
}

async function findUnwritable(search: UserSearch, tests: readonly string[], take: Take): Promise<Outcome> {
  const closed: string[] = [];
  const refused = ['(', ...tests, '!', '(', ...WRITABLE, ')', '-printf', search.print, ')'];
  const shut = ['(', ...CLOSED_DIRECTORY, '-printf', `${CLOSED}%p\\0`, ')'];
  const first = await run({ ...search, expression: [...refused, ',', ...shut] }, (records) => {
    for (const record of records) if (record.startsWith(CLOSED)) closed.push(record.slice(CLOSED.length));
    take(records.filter((record) => !record.startsWith(CLOSED)));
  });
  if (first.isErr()) return first;

  // What lies below a closed directory cannot be written either, whatever it says itself.
  const complaints = [...first.value.complaints];
  const expression = ['!', '-path', '.', ...tests, ...WRITABLE, '-printf', search.print];
  for (const directory of topmost(closed)) {
    const fd = pinBelow(search.directory, directory);
    if (fd === null) continue;
    const prune = search.prune.flatMap((path) =>
      isAtOrBelow(path, directory) ? [path.slice(directory.length + 1)] : [],
    );
    const inside = { ...search, directory: fd, prefix: directory, prune: prune.filter((path) => path !== '') };
    const more = await run({ ...inside, expression, whole: true }, take);
    closeSync(fd);
    if (more.isErr()) return more;
    complaints.push(...more.value.complaints);
  }
  return ok({ complaints });
}

function asRealUser({ user, group, groups }: Identity): readonly string[] {
  const gids = [...new Set([group, ...groups].map(({ gid }) => gid))].join(',');
  return ['setpriv', `--ruid=${user.uid}`, `--rgid=${group.gid}`, `--groups=${gids}`, '--', 'find'];
}

/** Those that lie below none of the others. */
function topmost(paths: readonly string[]): readonly string[] {
  const all = new Set(paths);
  const isBelowAnother = (path: string): boolean => {
    for (let above = path; above !== '';) {
      above = parentPath(above);
      if (all.has(above)) return true;
    }
    return false;
  };
  return paths.filter((path) => !isBelowAnother(path));
}

/** A directory below a pinned one, reached name by name and not through a link; null when it is no longer there. */
function pinBelow(top: number, path: string): number | null {
  let fd: number | null = null;
  for (const name of ['.', ...components(path)]) {
    const next = openAt(fd ?? top, name, constants.O_DIRECTORY);
    if (fd !== null) closeSync(fd);
    if (typeof next !== 'number') return null;
    fd = next;
  }
  return fd;
}

function run(query: FindQuery, take: Take): Promise<Outcome> {
  return streamFind<never>(query, (records) => {
    take(records);
    return Promise.resolve(ok(undefined));
  });
}
