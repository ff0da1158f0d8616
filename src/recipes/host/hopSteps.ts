import type { Result } from 'neverthrow';
import { dirname } from 'node:path';
import { renderSudoHop } from '../../kimaki/dispatch/index.js';
import type { ManagedFile, SudoHop, SudoHopError } from '../../kimaki/dispatch/index.js';
import { step } from '../engine/index.js';
import type { RecipeStep } from '../engine/index.js';
import { channelCommandStep, makeDirectoryStep, newFileDiff, putFileStep, sudoersStep } from '../steps/index.js';
import type { ChannelCommandArgs, PutFileArgs } from '../steps/index.js';
import type { MigrationFacts } from './facts.js';

/** What writes a rendered file of root's. */
export function managedFileArgs(file: ManagedFile, validate: 'sudoers' | 'none', why: string): PutFileArgs {
  const { path, content, mode } = file;
  return { path, content, mode, uid: 0, gid: 0, validate, why, diff: newFileDiff(path, content) };
}

/** The sudo hop as steps: its directory, its target, its wrapper, and the rule last. */
export function hopSteps(hop: SudoHop | null, phase: 'before' | 'after'): RecipeStep[] {
  if (hop === null) return [];
  const directory = step(makeDirectoryStep, {
    id: 'hop-directory',
    phase,
    args: { path: dirname(hop.target.path), mode: 0o755, uid: 0, gid: 0 },
  });
  const targetWhy = `the program that runs as ${hop.serviceUser}: it accepts only "--version" and the options of "send" that the channel uses`;
  const ruleWhy = `lets ${hop.callers.join(' and ')} run the target as ${hop.serviceUser}, and nothing else`;
  return [
    directory,
    step(putFileStep, {
      id: 'hop-target',
      phase,
      after: directory,
      args: managedFileArgs(hop.target, 'none', targetWhy),
    }),
    step(putFileStep, {
      id: 'hop-wrapper',
      phase,
      args: managedFileArgs(hop.wrapper, 'none', 'the program that WordPress starts to send a message'),
    }),
    // Last: while the target is missing, someone else could create a file of that name, which the rule would allow to run.
    step(sudoersStep, { id: 'hop-sudoers', phase, args: managedFileArgs(hop.sudoers, 'sudoers', ruleWhy) }),
  ];
}

/** What registers an instance. */
type Registered = Pick<MigrationFacts, 'dispatch' | 'site'>;

/**
 * The command that WordPress sends with, where a managed mu-plugin registers one.
 *
 * @param together - every instance that is moved with this one, itself among them: a file is changed once for all of them
 */
export function channelSteps(
  facts: Registered,
  phase: 'before' | 'after',
  together: readonly Registered[] = [facts],
): RecipeStep[] {
  const { file } = facts.dispatch;
  if (file === null) return [];
  const [first = facts, ...others] = together.filter(({ dispatch }) => dispatch.file?.path === file.path);
  const args = {
    path: file.path,
    ...channelEntry(first),
    ...(others.length === 0 ? {} : { others: others.map(channelEntry) }),
    uid: facts.site.uid,
    gid: facts.site.gid,
    why: first.dispatch.why,
  };
  return [step(channelCommandStep, { id: 'dispatch', phase, args })];
}

function channelEntry({
  dispatch: { label, command, currentCommand, environment },
}: Registered): Pick<ChannelCommandArgs, 'label' | 'command' | 'from' | 'environment'> {
  return { label, command, from: currentCommand ?? '', ...(environment === null ? {} : { environment }) };
}

/** The hop that leads from WordPress to this service. */
export function hopOf({ dispatch, site, target, state, unit }: MigrationFacts): Result<SudoHop, SudoHopError> {
  return renderSudoHop({
    instance: unit.instance,
    callers: [site.user],
    serviceUser: target.name,
    home: target.home,
    dataDir: state.newDataDir,
    binary: dispatch.binary,
    ...(dispatch.args === null ? {} : { args: dispatch.args }),
    lockPort: unit.lockPort,
  });
}
