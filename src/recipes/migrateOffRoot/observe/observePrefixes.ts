import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { programsFailingAsAgent, unsafePrivilegedLines } from '../../../kimaki/unit/index.js';
import type { FailingProgram, LinePrefix, UnsafePrivilegedLine } from '../../../kimaki/unit/index.js';
import { remedy } from '../../../posix/findings/index.js';
import { checkTrustedPath } from '../../../posix/handles/index.js';
import { printablePath } from '../../../posix/paths/index.js';
import { TRUSTED_PATH } from '../../../posix/programs/index.js';
import type { EffectiveUnit } from '../../../systemd/load/index.js';
import { cannotObserve } from '../../host/index.js';
import type { MigrationOptions, MigrationRefusal, Target, UnitFilesRewrite } from '../../host/index.js';
import { agentMayReplace } from '../refuse/refuseAgentsReach.js';
import type { AgentsReach } from '../refuse/refuseAgentsReach.js';
import type { Warning } from './statePathWarnings.js';

/** The prefixes that lines of the unit get, and what that means. */
type Decided = { readonly prefixes: readonly LinePrefix[]; readonly warnings: readonly Warning[] };

/** The same, what the files then come to, and the commands that fail as the agent and get no prefix. */
export type Prefixed = Decided & { readonly files: UnitFilesRewrite; readonly failing: readonly FailingProgram[] };

/** Reads the unit's files with these prefixes in them. */
type Rewrite = (prefixes: readonly LinePrefix[]) => Result<UnitFilesRewrite, MigrationRefusal>;

/**
 * Finds the commands around the service that would fail as the agent and keep it from starting, and what becomes of them:
 * their failure is ignored, or root goes on running them where that was asked for and nothing of the agent reaches them.
 */
export async function observePrefixes(
  { privilegedLines = 'ignore-failure' }: Pick<MigrationOptions, 'privilegedLines'>,
  target: Target,
  reach: AgentsReach,
  rewrite: Rewrite,
): Promise<Result<Prefixed, MigrationRefusal>> {
  const plain = rewrite([]);
  if (plain.isErr()) return err(plain.error);
  const failing = await programsFailingAsAgent(plain.value.effective, target.likely, TRUSTED_PATH);
  if (failing.isErr()) return err(cannotObserve(failing.error));
  const lines = privilegedLines === 'refuse' ? [] : prefixable(failing.value);
  const kept = lines.map(({ key, path }): LinePrefix => ({ key, program: path, prefix: '+' }));
  const asRoot = privilegedLines === 'keep' && kept.length > 0 ? rewrite(kept) : plain;
  if (asRoot.isErr()) return err(asRoot.error);
  const unsafe = privilegedLines === 'keep' ? await reached(asRoot.value.effective, target, reach) : ok([]);
  if (unsafe.isErr()) return err(unsafe.error);
  const open: OpenProgram[] = [];
  for (const { path } of lines) {
    const found = await openProgram(path, target.facts.name, reach);
    if (found !== null) open.push(found);
  }
  const decided = decidePrefixes(lines, unsafe.value, {
    keep: privilegedLines === 'keep',
    user: target.facts.name,
    open,
  });
  const isPrefixed = ({ key, path }: FailingProgram): boolean =>
    decided.prefixes.some((one) => one.key === key && one.program === path);
  const files = decided.prefixes.length === 0 ? plain : rewrite(decided.prefixes);
  return files.map((rewritten) => ({
    ...decided,
    files: rewritten,
    failing: failing.value.filter((one) => !isPrefixed(one)),
  }));
}

/** A program that others than root can change, so that root must not run it: where, and why. */
type OpenProgram = { readonly path: string; readonly subject: string; readonly reason: string };

/** Null where nothing is known against it, also where it cannot be looked at. */
async function openProgram(path: string, user: string, reach: AgentsReach): Promise<OpenProgram | null> {
  const trusted = await checkTrustedPath(path);
  if (trusted.isOk())
    return (await agentMayReplace(path, reach)) ? { path, subject: path, reason: `can be replaced by ${user}` } : null;
  const { error } = trusted;
  return error.code === 'UNTRUSTED_PATH' ? { path, subject: error.component, reason: error.reason } : null;
}

async function reached(
  unit: EffectiveUnit,
  target: Target,
  reach: AgentsReach,
): Promise<Result<readonly UnsafePrivilegedLine[], MigrationRefusal>> {
  const willChange = (path: string): Promise<boolean> => agentMayReplace(path, reach);
  const unsafe = await unsafePrivilegedLines(unit, { home: target.facts.home, willChange });
  return unsafe.mapErr(cannotObserve);
}

/** The main command has to work, and a condition has to decide; each other line once. */
function prefixable(failing: readonly FailingProgram[]): readonly FailingProgram[] {
  const lines = failing.filter(({ fatal, key }) => fatal && key !== 'ExecStart' && key !== 'ExecCondition');
  return lines.filter(
    ({ key, path }, index) => lines.findIndex((one) => one.key === key && one.path === path) === index,
  );
}

/** Decides which prefix each failing line gets, and says what no longer happens then; pure. */
export function decidePrefixes(
  failing: readonly Pick<FailingProgram, 'file' | 'line' | 'key' | 'path' | 'detail'>[],
  unsafe: readonly UnsafePrivilegedLine[],
  { keep, user, open = [] }: { readonly keep: boolean; readonly user: string; readonly open?: readonly OpenProgram[] },
): Decided {
  const prefixes: LinePrefix[] = [];
  const warnings: Warning[] = [];
  for (const { file, line, key, path, detail } of failing) {
    const fault = unsafe.find((one) => one.line.key === key && one.line.path === path);
    const prefix = keep && fault === undefined ? '+' : '-';
    prefixes.push({ key, program: path, prefix });
    const where = `${printablePath(file)}:${line} ${key}=${printablePath(path)}`;
    if (prefix === '+') {
      warnings.push({
        text: `${where} gets the prefix "+": root goes on running it, since ${user} could not: ${detail}`,
      });
      continue;
    }
    const why = fault === undefined ? '' : `; it cannot stay root's: ${fault.subject} ${fault.reason}`;
    const changeable = open.find((one) => one.path === path);
    const run = remedy.command('env', '-i', 'HOME=/root', `PATH=${TRUSTED_PATH}`, path);
    const caution =
      changeable === undefined
        ? ''
        : `; as it is root must not run it, since others can change it: ${printablePath(changeable.subject)} ${changeable.reason}`;
    warnings.push({
      text: `${where} gets the prefix "-", so that the unit starts when it fails as ${user}: ${detail}; what it does there no longer happens at a start, and root has to do it after an upgrade${why}${caution}`,
      remedy:
        changeable === undefined
          ? run
          : remedy.inOrder(
              remedy.command('chown', '-R', 'root:root', changeable.subject),
              remedy.text(`look whether what is in ${printablePath(changeable.subject)} is as the installer made it`),
              run,
            ),
    });
  }
  return { prefixes, warnings };
}
