import { lstat } from 'node:fs/promises';
import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { configuredPrograms, programPaths } from '../../../kimaki/unit/index.js';
import type { ProgramPath } from '../../../kimaki/unit/index.js';
import { remedy } from '../../../posix/findings/index.js';
import type { Remedy } from '../../../posix/findings/index.js';
import { readRegularFile } from '../../../posix/files/index.js';
import { checkTrustedPath } from '../../../posix/handles/index.js';
import { isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import { parseUnit } from '../../../systemd/document/index.js';
import type { UnitSource } from '../../../systemd/document/index.js';
import { effectiveUnit } from '../../../systemd/load/index.js';
import type { EffectiveUnit } from '../../../systemd/load/index.js';
import { unitSpecifiers } from '../../../systemd/values/index.js';
import { absolutePath, defineStep, listOf, record } from '../../engine/index.js';
import type { StepContext, StepFailure, UndoNotes } from '../../engine/index.js';
import { changedPrograms, keepPrograms, readKept, restorePrograms } from './keptPrograms.js';
import type { ChangedPrograms } from './keptPrograms.js';

const args = record({
  /** Services whose programs root runs, with their unit file and their drop-ins as they are now: masked, systemd has none. */
  units: listOf(record({ name: v.string(), files: listOf(absolutePath) })),
  /** State that is moved after this step, and back before its undo. */
  moves: listOf(record({ from: absolutePath, to: absolutePath })),
  /** Other places in which the agent will be able to write. */
  open: listOf(absolutePath),
});

/** Whose programs are kept, and where they will be. */
export type KeepProgramsArgs = Readonly<v.InferOutput<typeof args>>;

/** What root would run after the way back is not what it ran before. */
interface ProgramsChanged extends StepFailure {
  readonly code: 'PROGRAMS_CHANGED';
  /** Where they are now. */
  readonly paths: readonly string[];
  readonly remedy: Remedy;
}

/**
 * Keeps the programs that root runs today and others will be able to change, so that the way back does not run as root
 * what was put in their place.
 *
 * A rollback that is asked for is refused while one of them differs, unless changed programs are accepted: then they stay.
 * On any other way back, and where one changed after the rollback was asked for, what was kept comes back, and what was in
 * its place stays beside it as `….changed-since`. Files that configure programs to run others (plugins, hooks) are named where they
 * changed, and stay. What is followed is said at `programPaths`; what is larger than 256 MiB or 30,000 entries is named and
 * not checked.
 */
export const keepProgramsStep = defineStep({
  kind: 'kimaki.keepPrograms',
  args,
  before: v.null(),
  volatile: true,
  describe: ({ units }) => ({
    title: `Keep a copy of the programs that root runs for ${units.map(({ name }) => name).join(', ')}`,
    why: 'the agent can change them afterwards, and a rollback must not run changed programs as root unless that is accepted',
    undo: `Put back programs of ${units.map(({ name }) => name).join(', ')} that were changed since`,
  }),
  check: () => okAsync({ state: 'needed', before: null }),
  apply: (args, _before, ctx) => new ResultAsync(keepAll(args, ctx)),
  verify: () => okAsync(undefined),
  byHand: (_args, _before, where) => [
    `look which programs differ from what ${where.recordPath('programs.json')} lists and the files beside it hold, and put those back`,
  ],
  // An undo puts programs back where they were, beside what took their place.
  writes: ({ moves, open }) => [...moves.map(({ from }) => from), ...open],
  undoable: (args, _before, ctx) => new ResultAsync(askChanged(args, ctx)),
  undo: (_args, _before, ctx) => new ResultAsync(putBack(ctx)),
});

async function keepAll(args: KeepProgramsArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const units: EffectiveUnit[] = [];
  for (const { name, files } of args.units) {
    const sources: UnitSource[] = [];
    for (const [index, path] of files.entries()) {
      const file = await readRegularFile(path, { followLinks: true });
      if (file.isErr()) return err(file.error);
      sources.push({ path, role: index === 0 ? 'fragment' : 'drop-in', document: parseUnit(file.value.bytes) });
    }
    units.push(effectiveUnit(name, sources, unitSpecifiers(name, files[0] ?? null), { readPastFaults: true }));
  }
  return keepUnits(units, args, ctx);
}

/** Keeps the programs of these units. */
export async function keepUnits(
  units: readonly EffectiveUnit[],
  { moves, open }: Omit<KeepProgramsArgs, 'units'>,
  ctx: StepContext,
): Promise<Result<void, StepFailure>> {
  const roots = [...moves.map(({ from }) => from), ...open];
  const at = (path: string): string => {
    const move = moves.find(({ to }) => isAtOrBelow(path, to));
    return move === undefined ? path : `${move.from}${path.slice(move.to.length)}`;
  };
  const mayChange = async (path: string): Promise<boolean> =>
    roots.some((root) => isAtOrBelow(path, root)) || !(await isTrusted(path));
  const paths = new Map<string, ProgramPath>();
  const configured = new Set<string>();
  for (const unit of units) {
    const found = await programPaths(unit, { at, mayChange, roots });
    if (found.isErr()) return err(found.error);
    for (const one of found.value) paths.set(one.path, one);
    for (const path of configuredPrograms(unit, roots)) configured.add(path);
  }
  const kept = await keepPrograms([...paths.values()], [...configured], ctx);
  if (kept.isErr()) return err(kept.error);
  const { entries } = kept.value;
  ctx.progress(`programs and links kept: ${entries.filter(({ copy }) => copy !== null).length}`);
  return ok(undefined);
}

/** Only root can change it, or make it. */
async function isTrusted(path: string): Promise<boolean> {
  const trusted = await checkTrustedPath(path);
  if (trusted.isOk()) return true;
  if (trusted.error.code !== 'NOT_FOUND') return false;
  return (await checkTrustedPath(dirname(trusted.error.component))).isOk();
}

/** What would refuse a rollback now, and what the operator should know before. */
export async function askChanged(
  args: Pick<KeepProgramsArgs, 'moves'>,
  ctx: StepContext,
): Promise<Result<UndoNotes, StepFailure>> {
  const kept = await readKept(ctx);
  if (kept.isErr()) return err(kept.error);
  if (kept.value === null) return ok({ notes: [] });
  const moved = new Map<string, boolean>();
  for (const { to } of args.moves)
    moved.set(
      to,
      await lstat(to).then(
        () => true,
        () => false,
      ),
    );
  const places = (path: string): readonly string[] => {
    const move = args.moves.find(({ from }) => isAtOrBelow(path, from));
    if (move === undefined || moved.get(move.to) !== true) return [path];
    return [`${move.to}${path.slice(move.from.length)}`, path];
  };
  const changed = await changedPrograms(kept.value, places);
  if (changed.isErr()) return err(changed.error);
  const now = changed.value.programs.map(({ path }) => places(path)[0] ?? path);
  if (now.length > 0 && ctx.acceptChangedPrograms !== true) return err(programsChanged(now));
  return ok({ notes: [...accepted(now), ...toldOf(changed.value)] });
}

/** Undoes what others did to the programs, once the state is back. */
export async function putBack(ctx: StepContext): Promise<Result<UndoNotes, StepFailure>> {
  const kept = await readKept(ctx);
  if (kept.isErr()) return err(kept.error);
  if (kept.value === null) return ok({ notes: [] });
  const changed = await changedPrograms(kept.value, (path) => [path]);
  if (changed.isErr()) return err(changed.error);
  const { programs } = changed.value;
  if (ctx.acceptChangedPrograms === true) {
    return ok({ notes: [...accepted(programs.map(({ path }) => path)), ...toldOf(changed.value)] });
  }
  const restored = await restorePrograms(programs, kept.value, ctx);
  return restored.map((notes) => ({ notes: [...notes, ...toldOf(changed.value)] }));
}

function programsChanged(paths: readonly string[]): ProgramsChanged {
  const message = `these programs were changed after the run, and root would run them again: ${paths.map((path) => printablePath(path)).join(', ')}`;
  const way = remedy.inOrder(
    remedy.text('look at what changed, and put back what you do not know'),
    remedy.option('acceptChangedPrograms'),
  );
  return { code: 'PROGRAMS_CHANGED', message, paths, remedy: way };
}

function accepted(paths: readonly string[]): readonly string[] {
  return paths.map((path) => `${printablePath(path)} was changed since, and root runs it as it is, as accepted`);
}

function toldOf({ configured, unchecked }: ChangedPrograms): readonly string[] {
  return [
    ...configured.map((path) => `${printablePath(path)} was changed since; it can make a program of root run others`),
    ...unchecked.map((path) => `${printablePath(path)} was too large to be kept, and is not checked`),
  ];
}
