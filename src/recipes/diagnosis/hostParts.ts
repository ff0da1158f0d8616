import { join } from 'node:path';
import { printablePath, shellWord } from '../../posix/paths/index.js';
import { systemManagerRunning } from '../../systemd/manager/index.js';
import { HARDEN_RECIPE } from '../hardenInstall/index.js';
import { reversalsHere } from '../host/index.js';
import { runStatus } from '../engine/index.js';
import { looked, unread } from './hostDiagnosis.js';
import type { HostFinding, Part, PartFound } from './hostDiagnosis.js';

/**
 * What is judged of the host itself: systemd, runs of this tool that were cut off, and what hands owners back.
 *
 * @param trees - what must not become root's at the next boot
 */
export function hostParts(stateDir: string, trees: readonly string[]): readonly Part[] {
  return [
    { what: 'systemd', look: manager },
    { what: 'migrations', look: () => runs(stateDir, MIGRATION) },
    { what: 'hardenings', look: () => runs(join(stateDir, HARDEN_RECIPE), { on: HARDENING, back: HARDENING }) },
    { what: 'tmpfiles.d', look: () => ownersAtBoot(trees) },
  ];
}

const MIGRATION: WaysOn = {
  on: 'wca migrate-off-root resume, or the way back: wca migrate-off-root rollback',
  back: 'wca migrate-off-root rollback',
};

/** The installer's part. */
const HARDENING = 'run the installer again: hardenInstall finishes it first';

/** How an interrupted run is ended, forward and on its way back. */
type WaysOn = { readonly on: string; readonly back: string };

async function manager(): Promise<PartFound> {
  const running = await systemManagerRunning();
  return running.isOk() ? looked([]) : unread(running.error.message);
}

async function runs(stateDir: string, ways: WaysOn): Promise<PartFound> {
  const status = await runStatus({ stateDir });
  if (status.isErr()) {
    const { error } = status;
    // To anybody else a directory of root's is not to be trusted, or closed.
    if (error.code === 'IO' || process.geteuid?.() !== 0) return unread(error.message);
    const fix = `look at ${shellWord(stateDir)}; nothing is run until it is whole or moved away`;
    return looked([{ code: 'journal-unusable', severity: 'broken', found: error.message, fix }]);
  }
  if (status.value.state !== 'interrupted') return looked([]);
  const { runId, journal, runningPid, lastAt, direction } = status.value;
  if (runningPid !== null) {
    const found = `process ${runningPid} is carrying out run ${runId} right now: what else is found here may be half done`;
    return looked([{ code: 'run-under-way', severity: 'note', found, fix: 'wait for it, and look again' }]);
  }
  const found = `run ${runId} was interrupted at ${lastAt} and waits (${journal}): until it is ended, nothing else is begun, and what else is found here may come from it`;
  return looked([
    { code: 'interrupted-run', severity: 'broken', found, fix: direction === 'forward' ? ways.on : ways.back },
  ]);
}

async function ownersAtBoot(trees: readonly string[]): Promise<PartFound> {
  if (trees.length === 0) return looked([]);
  const lines = await reversalsHere(trees);
  if (lines.isErr()) return unread(lines.error.message);
  return looked(
    lines.value.map(({ file, text }): HostFinding => {
      const found = `${printablePath(file)} gives it to root at every boot: ${printablePath(text)}`;
      const name = file.slice(file.lastIndexOf('/') + 1);
      return {
        code: 'owner-reversal',
        severity: 'risk',
        found,
        fix: `correct that line in a copy that wins: cp ${shellWord(file)} ${shellWord(`/etc/tmpfiles.d/${name}`)}`,
      };
    }),
  );
}
