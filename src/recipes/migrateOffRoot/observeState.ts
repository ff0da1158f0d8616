import { lstat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { dirname } from 'node:path';
import { oldHomeMentions, stateInventory } from '../../kimaki/index.js';
import type { KimakiInstance, StateConflict, StateInventory } from '../../kimaki/index.js';
import type { StateFacts, StateMove, TargetFacts } from './facts.js';
import type { MigrationOptions } from './options.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** Put behind the name of what stands in the way of a move. */
const ASIDE = '.before-migration';

/** The state of the service and where it goes. */
export type ObservedState = { readonly facts: StateFacts; readonly warnings: readonly string[] };

/** Takes stock of the state, and refuses where both homes hold some and nobody said which counts. */
export async function observeState(
  options: MigrationOptions,
  instance: KimakiInstance,
  target: TargetFacts,
): Promise<Result<ObservedState, MigrationRefusal>> {
  const accountHome = instance.accountHome ?? instance.home;
  const inventory = await stateInventory({
    home: instance.home,
    accountHome,
    dataDir: instance.dataDir,
    targetHome: target.home,
    posture: options.posture ?? 'managed',
    ...(options.migrateExtra === undefined ? {} : { extra: options.migrateExtra }),
  });
  if (inventory.isErr()) {
    const { code, message } = inventory.error;
    if (code === 'EXTRA_PATH_REFUSED') return err(refusal('EXTRA_PATH_REFUSED', message));
    return err(code === 'IO' ? cannotObserve(inventory.error) : refusal('STATE_UNUSABLE', message));
  }
  const { conflicts, dataDir } = inventory.value;
  const both = conflicts.find(({ kind, source }) => kind === 'state' && source === 'state');
  if (both !== undefined && options.existingState === undefined) return err(bothHomes(both));

  const moves: StateMove[] = [];
  for (const { from, to } of inventory.value.moves) {
    const conflict = conflicts.find((each) => each.to === to);
    if (conflict !== undefined && keepsTarget(conflict, options)) continue;
    moves.push({
      from,
      to,
      atTarget: conflict?.kind ?? 'nothing',
      asidePath: conflict === undefined ? null : await freeName(`${to}${ASIDE}`),
      parents: await missingParents(to, target.home),
    });
  }
  const mentions = await oldHomeMentions(moves.map(({ from }) => from), [accountHome].filter((home) => home !== target.home));
  return ok({
    facts: {
      oldHome: inventory.value.home.from,
      newHome: inventory.value.home.to,
      newDataDir: dataDir.to,
      moves,
      left: [...inventory.value.left, ...keptApart(inventory.value, options)],
    },
    warnings: mentions.isErr()
      ? [`what of the state points into ${accountHome} could not be looked for: ${mentions.error.message}`]
      : mentions.value.mentions.map(({ file, line, text }) => `${file}${line === null ? '' : `:${line}`} points into the old home and keeps doing so: ${text}`),
  });
}

function keepsTarget(conflict: StateConflict, options: MigrationOptions): boolean {
  return conflict.kind === 'state' && options.existingState === 'keep-target';
}

function keptApart(inventory: StateInventory, options: MigrationOptions): { path: string; reason: string }[] {
  return inventory.conflicts
    .filter((conflict) => keepsTarget(conflict, options))
    .map(({ from, to }) => ({ path: from, reason: `${to} is kept instead, as asked for` }));
}

function bothHomes({ from, to, evidence }: StateConflict): MigrationRefusal {
  const message =
    `${from} and ${to} both hold state (${evidence.join('; ')}), and nothing is merged. Say which counts with ` +
    '--existing-state keep-source (the other is set aside), keep-target, or set-aside';
  return refusal('STATE_IN_BOTH_HOMES', message);
}

/** A name that is not taken, so that two migrations never share one. */
async function freeName(wanted: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!(await exists(name))) return name;
  }
}

/** Directories between the home and an entry that are not there yet, outermost first. */
async function missingParents(path: string, home: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let parent = dirname(path); parent.startsWith(`${home}/`); parent = dirname(parent)) {
    if (!(await exists(parent))) missing.unshift(parent);
  }
  return missing;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}
