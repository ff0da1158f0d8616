import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readUnitFiles } from '../../../kimaki/instance/index.js';
import type { KimakiInstance, UnitOnHost } from '../../../kimaki/instance/index.js';
import type { CompanionFacts, MigrationRefusal, RewriteTarget } from '../../host/index.js';
import { refuseAgentsReach } from '../refuse/refuseAgentsReach.js';
import type { AgentsReach } from '../refuse/refuseAgentsReach.js';
import { refuseFiles } from '../refuse/refuseFiles.js';
import { cannotObserve, refusal, rewriteUnitFiles } from '../../host/index.js';

/** The units that act for the same site under the same identity, and what has to change in them. */
export async function observeCompanions(
  instance: KimakiInstance,
  rewrite: RewriteTarget,
  reach: AgentsReach,
): Promise<Result<readonly CompanionFacts[], MigrationRefusal>> {
  const companions: CompanionFacts[] = [];
  for (const name of instance.companions) {
    const unit = await readUnitFiles(name);
    if (unit.isErr()) return err(cannotObserve(unit.error));
    if (unit.value.state.needDaemonReload) {
      const message = `${name} acts for the same site and was edited since systemd loaded it, so what runs is not what is written; look at it, run systemctl daemon-reload, and plan again`;
      return err(refusal('UNIT_CHANGED_ON_DISK', message));
    }
    const isService = name.endsWith('.service');
    const facts = isService ? await serviceFiles(name, unit.value, rewrite, reach) : ok([]);
    if (facts.isErr()) return err(facts.error);
    const { activeState, type } = unit.value.state;
    companions.push({
      name,
      kind: isService ? 'service' : 'activator',
      files: facts.value,
      // A job that runs through and ends is its timer's to start again, at the time it is due.
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
): Promise<Result<CompanionFacts['files'], MigrationRefusal>> {
  const rewritten = rewriteUnitFiles(effective, files, { ...rewrite, binary: null });
  if (rewritten.isErr()) {
    return err(refusal('UNIT_UNUSABLE', `${name} acts for the same site: ${rewritten.error.message}`));
  }
  const refused = await refuseFiles(files, rewritten.value, rewrite);
  if (refused.isErr()) return err(refused.error);
  const reached = await refuseAgentsReach(rewritten.value.effective, reach);
  return reached.isErr() ? err(reached.error) : ok(rewritten.value.facts);
}
