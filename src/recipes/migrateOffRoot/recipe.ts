import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { dirname } from 'node:path';
import { renderSudoHop } from '../../kimaki/index.js';
import type { ManagedFile, SudoHop, SudoHopError } from '../../kimaki/index.js';
import { fpmUmaskDropIn, fsChmodMuPlugin } from '../../wordpress/index.js';
import type { RecipeStep } from '../step.js';
import { newFileDiff } from '../steps/newFileDiff.js';
import type { ReleaseUnitsArgs } from '../steps/releaseUnitsStep.js';
import type { MigrationFacts } from './facts.js';
import { SHARED_UMASK } from './options.js';
import { rewriteSteps } from './rewriteSteps.js';
import { ownTrees } from './writableDirectories.js';

/**
 * The migration as data: the steps, in the order in which they are carried out, for a host like this.
 *
 * Pure. Ordered by downtime: what can be done while the old service runs comes first, the stop window holds
 * only what must be in it, the rest follows the start. The window is left out where neither a unit nor the
 * state has to change, so a host that is already migrated has nothing stopped.
 *
 * @param facts - what was observed, refusals already behind it
 * @returns the steps, or why a value cannot stand in a sudo rule
 *
 * @example
 * ```ts
 * import { migrationSteps } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 * import type { MigrationFacts } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * function phases(facts: MigrationFacts): string {
 *   const steps = migrationSteps(facts);
 *   if (steps.isErr()) return steps.error.message;
 *   return steps.value.map(({ phase, id }) => `${phase} ${id}`).join('\n');
 * }
 * console.log(phases.name);
 * ```
 */
export function migrationSteps(facts: MigrationFacts): Result<readonly RecipeStep[], SudoHopError> {
  const hop = facts.dispatch.strategy === 'sudo-hop' ? hopOf(facts) : ok(null);
  if (hop.isErr()) return err(hop.error);
  const window = needsWindow(facts);
  const steps: RecipeStep[] = [
    ...accountSteps(facts),
    ...siteSteps(facts),
    ...hopSteps(hop.value),
    ...(window ? windowSteps(facts) : [...ownershipSteps(facts, 'before'), ...dispatchSteps(facts, 'before')]),
    ...afterSteps(facts),
  ];
  // An account that is not there yet has no uid: what needs it is looked at after it was made.
  const waits = facts.target.uid === null;
  return ok(steps.map((step) => (waits && step.id !== 'user' && step.after === undefined ? { ...step, after: 'user' } : step)));
}

/** Whether the service has to be stopped at all. */
export function needsWindow(facts: MigrationFacts): boolean {
  const { unit, target, state, companions } = facts;
  const files = [...unit.files, ...companions.flatMap((companion) => companion.files)];
  return (
    state.moves.length > 0 ||
    files.some(({ needsRewrite }) => needsRewrite) ||
    (unit.runningUid !== null && unit.runningUid !== target.uid)
  );
}

function accountSteps({ target, site, options }: MigrationFacts): RecipeStep[] {
  if (options.createUser !== true) return [];
  const args = { name: target.name, home: target.home, shell: target.shell, groups: [site.group] };
  return [{ id: 'user', kind: 'posix.createUser', phase: 'before', args }];
}

/** What the site needs, all of it while the old service still runs. */
function siteSteps(facts: MigrationFacts): RecipeStep[] {
  const { site } = facts;
  const plugin = fsChmodMuPlugin();
  return [
    ...siteOwners(facts, 'before'),
    ...(facts.options.includeCore === true ? [coreOwner(facts)] : []),
    ...placeSteps(facts, 'before'),
    ...muPluginsDirectory(facts),
    {
      id: 'fs-chmod',
      kind: 'posix.putFile',
      phase: 'before',
      ...afterMuPlugins(facts),
      args: {
        path: `${site.muPluginsDir}/${plugin.name}`,
        content: plugin.content,
        mode: 0o644,
        uid: site.uid,
        gid: site.gid,
        validate: 'php',
        why: 'WordPress takes the modes of what it writes from here; without it, it strips setgid and group write',
        diff: newFileDiff(`${site.muPluginsDir}/${plugin.name}`, plugin.content),
      },
    },
    ...sharedWriting(facts, 'before'),
  ];
}

/** The agent's places: most of it while the service runs, and again what that wrote until it was stopped. */
function placeSteps(facts: MigrationFacts, phase: 'before' | 'window'): RecipeStep[] {
  return facts.agentPlaces.map((place, index): RecipeStep => ({
    id: `agent-place-${index + 1}${phase === 'window' ? '-again' : ''}`,
    kind: 'posix.reclaim',
    phase,
    ...(phase === 'window' ? { after: 'hold' } : {}),
    args: {
      root: place.path,
      from: 0,
      to: { user: place.user, group: place.group },
      why:
        phase === 'window'
          ? 'what the old service wrote between the first sweep and its stop'
          : `the agent keeps this for itself, and ${facts.target.name} must be able to write it`,
      ...sweepOptions(facts),
      ...(phase === 'before' && needsWindow(facts) ? { sweptAgain: true } : {}),
    },
  }));
}

/**
 * What both sides write in: while the service runs, and again at the end, since until php-fpm has the umask and the
 * service its new user, everything new is closed to the other side.
 */
function sharedWriting(facts: MigrationFacts, phase: 'before' | 'after'): RecipeStep[] {
  const { site, target, options } = facts;
  return site.writable.map((root, index): RecipeStep => ({
    id: `shared-writing-${index + 1}${phase === 'after' ? '-again' : ''}`,
    kind: 'posix.openToGroup',
    phase,
    ...(phase === 'after' ? { after: 'start' } : {}),
    args: {
      root,
      group: site.group,
      owners: ['root', site.user, target.name],
      why:
        phase === 'after'
          ? 'what was written until both sides had their umask'
          : `WordPress and ${target.name} both go on writing here`,
      crossMounts: options.crossMounts ?? false,
      allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
      leaveUnsafe: options.leaveUnsafe ?? false,
      ...(phase === 'before' && needsWindow(facts) ? { openedAgain: true } : {}),
    },
  }));
}

/** Many sites have no mu-plugins; the directories to share are those that exist. */
function muPluginsDirectory({ site }: MigrationFacts): RecipeStep[] {
  if (site.writable.includes(site.muPluginsDir)) return [];
  const args = { path: site.muPluginsDir, mode: 0o2775, uid: site.uid, gid: site.gid, why: 'a mu-plugin is put into it' };
  return [{ id: 'mu-plugins', kind: 'posix.makeDirectory', phase: 'before', args }];
}

function afterMuPlugins(facts: MigrationFacts): { readonly after?: string } {
  return muPluginsDirectory(facts).length === 0 ? {} : { after: 'mu-plugins' };
}

function hopSteps(hop: SudoHop | null): RecipeStep[] {
  if (hop === null) return [];
  const put = (id: string, file: ManagedFile, validate: 'sudoers' | 'none', why: string): RecipeStep => ({
    id,
    kind: 'posix.putFile',
    phase: 'before',
    args: {
      path: file.path,
      content: file.content,
      mode: file.mode,
      uid: 0,
      gid: 0,
      validate,
      why,
      diff: newFileDiff(file.path, file.content),
    },
  });
  return [
    {
      id: 'hop-directory',
      kind: 'posix.makeDirectory',
      phase: 'before',
      args: { path: dirname(hop.target.path), mode: 0o755, uid: 0, gid: 0 },
    },
    { ...put('hop-target', hop.target, 'none', `what the hop runs as ${hop.serviceUser}: nothing but "send" and "--version" gets through`), after: 'hop-directory' },
    put('hop-wrapper', hop.wrapper, 'none', 'what WordPress starts to send a message'),
    // Last: a rule that names a target which is not there yet would let nobody in, one that comes first might.
    { ...put('hop-sudoers', hop.sudoers, 'sudoers', `lets ${hop.callers.join(' and ')} run the target as ${hop.serviceUser}, and nothing else`), kind: 'kimaki.sudoers' },
  ];
}

function windowSteps(facts: MigrationFacts): RecipeStep[] {
  const { unit, state, companions } = facts;
  const rewrites = rewriteSteps(facts);
  const activators = companions.filter(({ kind }) => kind === 'activator').map(({ name }) => name);
  const services = companions.filter(({ kind }) => kind === 'service').map(({ name }) => name);
  // Stopped in this order and started in reverse: the service itself is down for the shortest time.
  const units = [...activators, ...services, unit.name];
  const sources = state.moves.map(({ from }) => from);
  // Never the unit of one side with the state of the other: going back, the unit decides first.
  const moves = moveSteps(facts, idsOf(rewrites));
  return [
    ...rewrites.map((step): RecipeStep => ({ ...step, id: `${step.id}-verified`, kind: 'kimaki.verifyRewrite', phase: 'before' })),
    { id: 'hold', kind: 'systemd.holdUnits', phase: 'window', args: { units }, until: 'start', undoNeeds: idsOf([...moves, ...rewrites]) },
    {
      id: 'quiet',
      kind: 'posix.quiesced',
      phase: 'window',
      after: 'hold',
      args: {
        paths: sources.length > 0 ? sources : [state.newDataDir],
        units: [...services, unit.name],
        graceSeconds: 10,
      },
    },
    ...moves,
    // Given back to root under a service that could not be stopped or put back, its state would be closed to it.
    ...ownershipSteps(facts, 'window').map((step): RecipeStep => ({ ...step, undoNeeds: [...idsOf(rewrites), 'start'] })),
    ...siteOwners(facts, 'window'),
    ...placeSteps(facts, 'window'),
    ...rewrites.map((step): RecipeStep => ({ ...step, undoNeeds: ['start'] })),
    ...dispatchSteps(facts, 'window'),
    {
      id: 'start',
      kind: 'systemd.releaseUnits',
      phase: 'window',
      after: 'hold',
      args: releaseArgs(facts, units),
    },
  ];
}

function idsOf(steps: readonly RecipeStep[]): readonly string[] {
  return steps.map(({ id }) => id);
}

function moveSteps({ state, unit }: MigrationFacts, rewrites: readonly string[]): RecipeStep[] {
  return state.moves.flatMap(({ from, to, asidePath, parents }, index): RecipeStep[] => {
    const id = `move-${index + 1}`;
    const aside: RecipeStep[] =
      asidePath === null
        ? []
        : [
            {
              id: `${id}-aside`,
              kind: 'posix.moveTree',
              phase: 'window',
              undoNeeds: [id],
              args: {
                from: to,
                to: asidePath,
                why: 'it stands where the state goes, and nothing is merged or deleted',
                placeIsTaken: true,
              },
            },
          ];
    const directories = parents.map((path, depth): RecipeStep => ({
      id: `${id}-parent-${depth + 1}`,
      kind: 'posix.makeDirectory',
      phase: 'window',
      args: { path, mode: 0o755, uid: 0, gid: 0 },
    }));
    const move: RecipeStep = {
      id,
      kind: 'posix.moveTree',
      phase: 'window',
      ...(aside.length > 0 ? { after: `${id}-aside` } : directories.length > 0 ? { after: `${id}-parent-1` } : {}),
      undoNeeds: [...rewrites, 'start'],
      args: { from, to, why: `state of ${unit.name}` },
    };
    return [...aside, ...directories, move];
  });
}

/** The agent's own: its home and what it left lying about. */
function ownershipSteps(facts: MigrationFacts, phase: 'before' | 'window'): RecipeStep[] {
  const { target, leftovers, state } = facts;
  const to = { user: target.name, group: facts.targetGroup };
  const moved = state.moves.length > 0 ? { after: `move-${state.moves.length}` } : {};
  const owned = (id: string, root: string, exclude: readonly string[], why: string, reader?: string): RecipeStep => ({
    id,
    kind: 'posix.reclaim',
    phase,
    ...moved,
    args: {
      root,
      from: 0,
      to,
      why,
      exclude,
      mayBeGone: root !== target.home,
      ...(reader === undefined ? {} : { reader }),
      ...sweepOptions(facts),
    },
  });
  return [
    owned('home-owner', target.home, target.keptEntries, `what root wrote in the home of ${target.name} stops the service with EACCES`),
    // A service clears up behind itself when it stops. Anyone may have moved a secret of root's under such a name:
    // what the account could not read before is not given to it.
    ...leftovers.map((path, index) =>
      owned(
        `leftover-${index + 1}`,
        path,
        [],
        `left behind by the root service in a shared place, where ${target.name} could not replace it`,
        target.name,
      ),
    ),
  ];
}

function dispatchSteps(facts: MigrationFacts, phase: 'before' | 'window'): RecipeStep[] {
  const { dispatch, site, options } = facts;
  const channel: RecipeStep[] =
    dispatch.file === null
      ? []
      : [
          {
            id: 'dispatch',
            kind: 'wordpress.channelCommand',
            phase,
            args: {
              path: dispatch.file.path,
              label: dispatch.label,
              command: dispatch.command,
              from: dispatch.currentCommand ?? '',
              uid: site.uid,
              gid: site.gid,
              why: dispatch.why,
            },
          },
        ];
  return [
    ...channel,
    {
      id: 'mu-plugin-modes',
      kind: 'posix.fileMode',
      phase,
      ...afterMuPlugins(facts),
      args: {
        directory: site.muPluginsDir,
        prefix: 'wp-coding-agents-',
        mode: 0o644,
        why: 'php-fpm must be able to read them, whatever umask their writer had',
        allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
      },
    },
  ];
}

function afterSteps(facts: MigrationFacts): RecipeStep[] {
  const { fpm, options, site, target, agentsFile } = facts;
  const steps: RecipeStep[] = [];
  const dropIn = fpm === null || options.noFpmUmask === true ? null : fpmUmaskDropIn(fpm.unit).unwrapOr(null);
  if (fpm !== null && dropIn !== null) {
    steps.push({
      id: 'fpm-umask',
      kind: 'systemd.serviceUmask',
      phase: 'after',
      args: { unit: fpm.unit, umask: SHARED_UMASK, path: dropIn.path, content: dropIn.content },
    });
  }
  if (needsWindow(facts)) steps.push(...sharedWriting(facts, 'after'));
  if (agentsFile !== null) {
    steps.push({
      id: 'agents-file',
      kind: 'wordpress.composeAgents',
      phase: 'after',
      args: { site: site.root, user: target.name, gid: site.gid },
    });
  }
  return steps;
}

function releaseArgs({ unit, companions, target, options, state }: MigrationFacts, units: readonly string[]): ReleaseUnitsArgs {
  const active = [unit, ...companions].filter((each) => each.active).map(({ name }) => name);
  return {
    units,
    start: active,
    health:
      !unit.active
        ? null
        : {
            unit: unit.name,
            user: target.name,
            umask: SHARED_UMASK,
            holdSeconds: options.hold ?? Math.max(2 * unit.restartSeconds, 15),
            ports: unit.listeningPorts,
            stateDir: unit.holdsState ? state.newDataDir : null,
          },
  };
}

function siteOwners(facts: MigrationFacts, phase: 'before' | 'window'): RecipeStep[] {
  const { contentDir, writable } = facts.site;
  return ownTrees(contentDir, writable).map((root, index) => siteOwner(facts, root, index, phase));
}

function siteOwner(facts: MigrationFacts, root: string, index: number, phase: 'before' | 'window'): RecipeStep {
  const { site, options } = facts;
  return {
    id: `site-owner${index === 0 ? '' : `-${index + 1}`}${phase === 'window' ? '-again' : ''}`,
    kind: 'posix.reclaim',
    phase,
    ...(phase === 'window' ? { after: 'hold' } : {}),
    args: {
      root,
      from: 0,
      to: { user: site.user, group: site.group },
      why:
        phase === 'window'
          ? 'what the old service wrote between the first sweep and its stop'
          : `WordPress runs as ${site.user} and cannot replace what root owns (copy_failed_*)`,
      keptNames: true,
      exclude: replacedFiles(facts),
      ...(phase === 'window' ? { groupWriteBelow: site.writable } : {}),
      ...(options.private === 'reclaim' ? {} : { reader: site.user }),
      ...sweepOptions(facts),
      ...(phase === 'before' && needsWindow(facts) ? { sweptAgain: true } : {}),
    },
  };
}

/** Each is replaced by a step of its own, which takes its owner along: a sweep could not undo a file that is a new inode. */
function replacedFiles({ dispatch, site, agentsFile }: MigrationFacts): readonly string[] {
  const files = [`${site.muPluginsDir}/${fsChmodMuPlugin().name}`, dispatch.file?.path ?? null, agentsFile];
  return files.filter((path) => path !== null);
}

function coreOwner(facts: MigrationFacts): RecipeStep {
  const { site } = facts;
  return {
    id: 'core-owner',
    kind: 'posix.reclaim',
    phase: 'before',
    args: {
      root: site.root,
      from: 0,
      to: { user: site.user, group: site.group },
      why: 'asked for: WordPress core outside wp-content',
      keptNames: true,
      exclude: [...replacedFiles(facts), ...facts.agentPlaces.map(({ path }) => path)],
      reader: site.user,
      ...sweepOptions(facts),
    },
  };
}

function sweepOptions({ options }: MigrationFacts): Readonly<Record<string, boolean>> {
  return {
    crossMounts: options.crossMounts ?? false,
    allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
    leaveUnsafe: options.leaveUnsafe ?? false,
  };
}

function hopOf({ dispatch, site, target, state, unit }: MigrationFacts): Result<SudoHop, SudoHopError> {
  return renderSudoHop({
    instance: unit.instance,
    callers: [site.user],
    serviceUser: target.name,
    home: target.home,
    dataDir: state.newDataDir,
    binary: dispatch.binary,
    lockPort: unit.lockPort,
  });
}
