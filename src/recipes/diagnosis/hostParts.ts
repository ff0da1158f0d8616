import { findingsAbout, remedy } from '../../posix/findings/index.js';
import type { Remedy } from '../../posix/findings/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { systemManagerRunning } from '../../systemd/manager/index.js';
import { HARDEN_RECIPE } from '../hardenInstall/index.js';
import { RECIPE } from '../migrateOffRoot/index.js';
import { reversalsHere } from '../host/index.js';
import { runStatus } from '../engine/index.js';
import { looked, unread } from './hostDiagnosis.js';
import type { Part, PartFound } from './hostDiagnosis.js';

/**
 * The parts of the host itself: systemd, interrupted runs of this tool, and what changes owners back at a boot.
 *
 * @param trees - what root must not own after the next boot
 */
export function hostParts(stateDir: string, trees: readonly string[]): readonly Part[] {
  return [
    { what: 'systemd', look: manager },
    { what: 'migrations', look: () => runs(stateDir, MIGRATION) },
    { what: 'hardenings', look: () => runs(stateDir, HARDENING) },
    { what: 'tmpfiles.d', look: () => ownersAtBoot(trees) },
  ];
}

/** How an interrupted run is finished: while it goes forward, and while it is being undone. */
type WaysOn = { readonly recipe: string; readonly forward: Remedy; readonly back: Remedy };

const MIGRATION: WaysOn = {
  recipe: RECIPE,
  forward: remedy.anyOf(remedy.recipe('migrateOffRoot', 'resume'), remedy.recipe('migrateOffRoot', 'rollback')),
  back: remedy.recipe('migrateOffRoot', 'rollback'),
};

/** An installer hardens; it finishes an interrupted run before it does anything else. */
const RUN_INSTALLER = remedy.text('run the installer again: hardenInstall finishes the interrupted run first');
const HARDENING: WaysOn = { recipe: HARDEN_RECIPE, forward: RUN_INSTALLER, back: RUN_INSTALLER };

async function manager(): Promise<PartFound> {
  const running = await systemManagerRunning();
  return running.isOk() ? looked([]) : unread(running.error.message);
}

async function runs(stateDir: string, ways: WaysOn): Promise<PartFound> {
  const status = await runStatus({ recipe: ways.recipe, stateDir });
  if (status.isErr()) {
    const { error } = status;
    // Another account cannot read the directory of root, or does not trust it; that is no fault of the host.
    if (error.code === 'IO' || process.geteuid?.() !== 0) return unread(error.message);
    // The runs of all recipes lie in one directory, of which the first part tells.
    if (ways === HARDENING && [stateDir, `${stateDir}/runs`].includes(error.path)) return looked([]);
    const way = remedy.text(`look at ${stateDir}, and repair it or move it away; until then nothing is run`);
    return looked([findingsAbout(stateDir)('journal-unusable', 'broken', error.message, way, [stateDir])]);
  }
  if (status.value.state !== 'interrupted') return looked([]);
  const { runId, journal, runningPid, lastAt, direction } = status.value;
  const about = findingsAbout(runId);
  if (runningPid !== null) {
    const what = `process ${runningPid} is carrying out run ${runId} right now: other findings may come from it`;
    return looked([about('run-under-way', 'note', what, remedy.text('wait until it has ended, and look again'))]);
  }
  const what = `run ${runId} was interrupted at ${lastAt} and waits (${journal}): no other run can begin until it is finished, and other findings may come from it`;
  return looked([
    about('interrupted-run', 'broken', what, direction === 'forward' ? ways.forward : ways.back, [journal]),
  ]);
}

async function ownersAtBoot(trees: readonly string[]): Promise<PartFound> {
  if (trees.length === 0) return looked([]);
  const lines = await reversalsHere(trees);
  if (lines.isErr()) return unread(lines.error.message);
  return looked(
    lines.value.map(({ file, text }) => {
      const copy = `/etc/tmpfiles.d/${file.slice(file.lastIndexOf('/') + 1)}`;
      const correct = remedy.text(`correct the line in ${printablePath(copy)}, which overrides the other file`);
      const way =
        file === copy
          ? remedy.text(`correct that line in ${printablePath(file)}`)
          : remedy.inOrder(remedy.command('cp', file, copy), correct);
      const what = `${printablePath(file)} changes the owner back to root at every boot: ${printablePath(text)}`;
      return findingsAbout(file)('owner-reversal', 'risk', what, way, [file]);
    }),
  );
}
