import type { Result } from 'neverthrow';
import { dirname } from 'node:path';
import { renderSudoHop } from '../../kimaki/dispatch/index.js';
import type { ManagedFile, SudoHop, SudoHopError } from '../../kimaki/dispatch/index.js';
import type { RecipeStep } from '../engine/index.js';
import { newFileDiff } from '../steps/index.js';
import type { MigrationFacts } from './facts.js';

/** The sudo hop as steps: its directory, its target, its wrapper, and the rule last. */
export function hopSteps(hop: SudoHop | null): RecipeStep[] {
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
    {
      ...put(
        'hop-target',
        hop.target,
        'none',
        `what the hop runs as ${hop.serviceUser}: nothing but "send" and "--version" gets through`,
      ),
      after: 'hop-directory',
    },
    put('hop-wrapper', hop.wrapper, 'none', 'what WordPress starts to send a message'),
    // Last: a rule that names a target which is not there yet would let nobody in, one that comes first might.
    {
      ...put(
        'hop-sudoers',
        hop.sudoers,
        'sudoers',
        `lets ${hop.callers.join(' and ')} run the target as ${hop.serviceUser}, and nothing else`,
      ),
      kind: 'kimaki.sudoers',
    },
  ];
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
    lockPort: unit.lockPort,
  });
}
