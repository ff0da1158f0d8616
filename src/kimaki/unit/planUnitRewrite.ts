import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { applyEdits, replaceAssignment, setDirective } from '../../systemd/edits/index.js';
import { emptyResets } from '../../systemd/load/index.js';
import { parseExec } from '../../systemd/values/index.js';
import { redactSecrets } from '../../posix/secrets/index.js';
import { redactSetting } from '../../systemd/secrets/index.js';
import type { Assignment, Edit, UnitDocument, UnitEditError } from '../../systemd/document/index.js';
import { rewriteEnvironment, rewriteExecStart, withPrefix } from './rewriteAssignment.js';
import { movePaths, namesOldHome, rewriteCommand, throughManagerHome } from './textRewrite.js';
import type { TextRewrite } from './textRewrite.js';
import type { RewrittenLine, UnitLeftover, UnitRewrite, UnitRewriteError, UnitRewriteRequest } from './unitRewrite.js';

/**
 * Plans every edit that moves a unit, a drop-in or a companion from one identity to another; pure and lossless.
 *
 * Changed are `UMask=`, `User=`, `Group=` and `SupplementaryGroups=` where they name the old user, `HOME`, the data
 * directory's variable, PATH entries below an old home (moved ones follow, others go), `--allow-root`, `pkill -u`,
 * `--data-dir`, the bridge's command that `ExecStart=` starts and arguments it is to have, prefixes that lines are to get,
 * and paths below whatever moves. Everything else keeps its bytes, comments and dead lines before a reset included. Doing
 * it twice changes nothing the second time.
 *
 * It sees one file: whether a drop-in undoes the result is for a look at the whole (`describeInstance`, then systemd
 * itself). Lines that still name an old home are listed as `leftovers` and not guessed at.
 *
 * Errors: `INVALID_REWRITE_VALUE`, and those of editing (`UNIT_NOT_EDITABLE` …).
 *
 * @example
 * ```ts
 * import { parseUnit } from '@wca/runtime-sdk/systemd';
 * import { planUnitRewrite } from '@wca/runtime-sdk/kimaki';
 *
 * const unit = parseUnit('[Service]\nUser=root\nExecStart=/root/.kimaki/bin/kimaki --data-dir /root/.kimaki\n');
 * const plan = planUnitRewrite(unit, {
 *   user: 'opencode', group: 'opencode', oldHomes: ['/root'], newHome: '/home/opencode',
 *   oldDataDir: '/root/.kimaki', newDataDir: '/home/opencode/.kimaki', binary: '/usr/bin/kimaki', umask: '0002',
 * });
 * if (plan.isErr()) console.error(plan.error.message);
 * else for (const change of plan.value.changes) console.log(change.line, change.before, '→', change.after);
 * ```
 */
export function planUnitRewrite(
  document: UnitDocument,
  request: UnitRewriteRequest,
): Result<UnitRewrite, UnitRewriteError> {
  return guardRequest(request).andThen(() => {
    const draft: Draft = { document, edits: [], changes: [] };
    const rewrite = textRewrite(request);
    return owner(draft, request)
      .andThen(() => scalar(draft, 'UMask', request.umask, request))
      .andThen(() => groups(draft, request))
      .andThen(() => lines(draft, request, rewrite))
      .map(() => {
        const result = applyEdits(document, draft.edits);
        const changes = draft.changes.toSorted((one, other) => (one.line ?? Infinity) - (other.line ?? Infinity));
        return { edits: draft.edits, document: result, changes, leftovers: leftovers(result, rewrite.oldHomes) };
      });
  });
}

interface Draft {
  readonly document: UnitDocument;
  readonly edits: Edit[];
  readonly changes: RewrittenLine[];
}

function textRewrite(request: UnitRewriteRequest): TextRewrite {
  const { oldDataDir, newDataDir, newHome } = request;
  const moves = [{ from: oldDataDir, to: newDataDir }, ...(request.moves ?? [])]
    .filter(({ from, to }) => from !== to)
    .toSorted((one, other) => other.from.length - one.from.length);
  const oldHomes = request.oldHomes.filter((home) => home !== newHome && home !== '/');
  return { user: request.user, oldUser: request.oldUser ?? 'root', oldHomes, newHome, moves };
}

/** Sets a key that takes one value; a drop-in that does not set it stays without it. */
function scalar(draft: Draft, key: string, value: string, request: UnitRewriteRequest): Result<void, UnitEditError> {
  const found = draft.document.assignments.filter((one) => one.section === 'Service' && one.key === key);
  if (found.length === 0 && request.dropIn === true) return ok(undefined);
  return setDirective(draft.document, 'Service', key, value).map((edits) => {
    draft.edits.push(...edits);
    if (found.length === 0) draft.changes.push({ key, line: null, before: null, after: value });
    for (const [index, one] of found.entries()) {
      const after = index === found.length - 1 ? value : null;
      if (one.value !== after) draft.changes.push({ key, line: one.line, before: one.value, after });
    }
  });
}

/** `User=`, where it names the old user: a companion of another user keeps that user. */
function owner(draft: Draft, request: UnitRewriteRequest): Result<void, UnitEditError> {
  const users = draft.document.assignments.filter((one) => one.section === 'Service' && one.key === 'User');
  const now = users.at(-1)?.value ?? '';
  return isOldUser(now === '' ? 'root' : now, request) ? scalar(draft, 'User', request.user, request) : ok(undefined);
}

/** root can be written as 0, also as a group. */
function isOldUser(name: string, { oldUser = 'root' }: UnitRewriteRequest): boolean {
  return name === oldUser || (oldUser === 'root' && name === '0');
}

function groups(draft: Draft, request: UnitRewriteRequest): Result<void, UnitEditError> {
  const isOld = (name: string): boolean => isOldUser(name, request);
  let result: Result<void, UnitEditError> = ok(undefined);
  for (const one of live(draft.document, ['Group', 'SupplementaryGroups'])) {
    const names = one.value.split(/\s+/).filter((name) => name !== '');
    if (!names.some(isOld)) continue;
    const wanted = [...new Set(names.map((name) => (isOld(name) ? request.group : name)))].join(' ');
    result = result.andThen(() => change(draft, one, wanted));
  }
  return result;
}

function lines(draft: Draft, request: UnitRewriteRequest, rewrite: TextRewrite): Result<void, UnitEditError> {
  let result: Result<void, UnitEditError> = ok(undefined);
  const keys = [...new Set(draft.document.assignments.filter(inScope).map((one) => one.key))];
  for (const one of live(draft.document, keys).filter((each) => !HANDLED.has(each.key))) {
    if (one.key === 'Environment') {
      const { value, changed } = rewriteEnvironment(one.value, request, rewrite);
      if (value === one.value) continue;
      result = result.andThen(() =>
        replaceAssignment(draft.document, one, value).map((edits) => {
          draft.edits.push(...edits);
          draft.changes.push(...changed.map(({ before, after }) => shown(one.key, one.line, before, after)));
        }),
      );
      continue;
    }
    const value = rewriteValue(one, request, rewrite);
    result = result.andThen(() => change(draft, one, value));
  }
  return result;
}

function rewriteValue(one: Assignment, request: UnitRewriteRequest, rewrite: TextRewrite): string {
  if (one.key === 'WorkingDirectory') {
    const home = rewrite.oldHomes.find((old) => one.value.replace(/^-/, '').replace(/(.)\/+$/, '$1') === old);
    if (home !== undefined) return `${one.value.startsWith('-') ? '-' : ''}${request.newHome}`;
  }
  if (!one.key.startsWith('Exec')) return throughManagerHome(one.value, (text) => movePaths(text, rewrite));
  const started = one.key === 'ExecStart' ? rewriteExecStart(one.value, request) : one.value;
  // What root goes on running keeps the home of root that it is given.
  const own = /[+!]/.test(parseExec(started).prefixes) ? { ...rewrite, oldHomes: [] } : rewrite;
  const rewritten = throughManagerHome(started, (text) => rewriteCommand(text, own));
  return (request.prefixes ?? [])
    .filter(({ key }) => key === one.key)
    .reduce((value, prefix) => withPrefix(value, prefix), rewritten);
}

function change(draft: Draft, one: Assignment, value: string): Result<void, UnitEditError> {
  if (value === one.value) return ok(undefined);
  return replaceAssignment(draft.document, one, value).map((edits) => {
    draft.edits.push(...edits);
    draft.changes.push(shown(one.key, one.line, one.value, value));
  });
}

function shown(key: string, line: number, before: string, after: string): RewrittenLine {
  return { key, line, before: redactSecrets(before), after: redactSecrets(after) };
}

const HANDLED = new Set(['User', 'UMask', 'Group', 'SupplementaryGroups']);

function inScope({ section, key }: Assignment): boolean {
  return section === 'Service' || (section === 'Unit' && /^(Condition|Assert|RequiresMountsFor)/.test(key));
}

/** The assignments of these keys that no later empty one of the same key resets, in file order. */
function live({ assignments }: UnitDocument, keys: readonly string[]): readonly Assignment[] {
  return assignments.filter((one, index) => {
    if (!inScope(one) || !keys.includes(one.key)) return false;
    if (!emptyResets(one.section, one.key)) return true;
    return !assignments
      .slice(index)
      .some((later) => later.section === one.section && later.key === one.key && later.value === '');
  });
}

function leftovers(document: UnitDocument, oldHomes: readonly string[]): readonly UnitLeftover[] {
  const keys = [...new Set(document.assignments.filter(inScope).map((one) => one.key))];
  return live(document, keys).flatMap((one) => {
    const home = namesOldHome(one.value, oldHomes);
    return home === null
      ? []
      : [{ key: one.key, line: one.line, home, text: `${one.key}=${redactSetting(one.key, one.value)}` }];
  });
}

function guardRequest(request: UnitRewriteRequest): Result<void, UnitRewriteError> {
  const names: [string, string][] = [
    ['user', request.user],
    ['group', request.group],
  ];
  const paths: [string, string | null][] = [
    ['home', request.newHome],
    ['data directory', request.newDataDir],
    ['program', request.binary],
    ...(request.moves ?? []).map(({ to }): [string, string] => ['new place', to]),
  ];
  const bad =
    names.find(([, name]) => !/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(name)) ??
    paths.find(([, path]) => path !== null && !/^(\/[A-Za-z0-9_.@+,=-]+)+$/.test(path)) ??
    (request.addArgs ?? [])
      .filter((word) => !/^[A-Za-z0-9_./=-]+$/.test(word))
      .map((word): [string, string] => ['argument', word])[0] ??
    (/^0?[0-7]{3}$/.test(request.umask) ? undefined : ['umask', request.umask]);
  if (bad === undefined) return ok(undefined);
  const [field, given] = bad;
  const value = printablePath(given ?? '').slice(0, 200);
  const message = `"${value}" cannot be the ${field} in a unit without quoting; choose one of plain characters`;
  return err({ code: 'INVALID_REWRITE_VALUE', message, field, value });
}
