import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readUnitFiles } from '../../../kimaki/instance/index.js';
import type { KimakiInstance, UnitOnHost } from '../../../kimaki/instance/index.js';
import type { CompanionFacts, MigrationOptions, MigrationRefusal, RewriteTarget } from '../../host/index.js';
import { refuseAgentsReach } from '../refuse/refuseAgentsReach.js';
import type { AgentsReach } from '../refuse/refuseAgentsReach.js';
import { refuseFiles } from '../refuse/refuseFiles.js';
import { refusePrivileged, reload } from '../refuse/refuseUnit.js';
import { cannotObserve, refusal, rewriteUnitFiles, unusable } from '../../host/index.js';

/** The units that work on the same site as the same account, and what has to change in them. */
export async function observeCompanions(
  instance: KimakiInstance,
  rewrite: RewriteTarget,
  reach: AgentsReach,
  options: Pick<MigrationOptions, 'allowPrivilegedLines'>,
): Promise<Result<readonly CompanionFacts[], MigrationRefusal>> {
  const companions: CompanionFacts[] = [];
  for (const name of instance.companions) {
    const unit = await readUnitFiles(name);
    if (unit.isErr()) return err(cannotObserve(unit.error));
    if (unit.value.state.needDaemonReload) {
      const message = `${name} works on the same site and was edited since systemd loaded it, so what runs is not what is written`;
      return err(refusal('UNIT_CHANGED_ON_DISK', name, message, reload(name)));
    }
    const isService = name.endsWith('.service');
    const facts = isService ? await serviceFiles(name, unit.value, rewrite, reach, options) : ok([]);
    if (facts.isErr()) return err(facts.error);
    const { activeState, type } = unit.value.state;
    companions.push({
      name,
      kind: isService ? 'service' : 'activator',
      files: facts.value,
      // Its timer starts a job that runs and ends again when it is due.
      active: activeState === 'active' && type !== 'oneshot',
    });
  }
  return ok(companions);
}

async function serviceFiles(
  name: string,
  { files, effective }: UnitOnHost,
  rewrite: RewriteTarget,
  reach: AgentsReach,
  options: Pick<MigrationOptions, 'allowPrivilegedLines'>,
): Promise<Result<CompanionFacts['files'], MigrationRefusal>> {
  const rewritten = rewriteUnitFiles(effective, files, { ...rewrite, binary: null });
  if (rewritten.isErr()) {
    return err(unusable(name, `${name} works on the same site: ${rewritten.error.message}`));
  }
  const refused = await refuseFiles(files, rewritten.value, rewrite);
  if (refused.isErr()) return err(refused.error);
  const { effective: after } = rewritten.value;
  const reached = await refuseAgentsReach(after, reach);
  if (reached.isErr()) return err(reached.error);
  const privileged = await refusePrivileged(options, after, { ...reach, home: rewrite.newHome });
  return privileged.map(() => rewritten.value.facts);
}
