import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readUnitFiles } from '../../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../../kimaki/instance/index.js';
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
  const facts: CompanionFacts[] = [];
  for (const name of instance.companions) {
    const unit = await readUnitFiles(name);
    if (unit.isErr()) return err(cannotObserve(unit.error));
    if (unit.value.state.needDaemonReload) {
      const message = `${name} acts for the same site and was edited since systemd loaded it, so what runs is not what is written; look at it, run systemctl daemon-reload, and plan again`;
      return err(refusal('UNIT_CHANGED_ON_DISK', message));
    }
    const isService = name.endsWith('.service');
    const files = isService
      ? rewriteUnitFiles(name, unit.value.files, { ...rewrite, binary: null })
      : ok({ facts: [], rewritten: [] });
    if (files.isErr()) return err(refusal('UNIT_UNUSABLE', `${name} acts for the same site: ${files.error.message}`));
    if (isService) {
      const refused = await refuseFiles(name, unit.value.files, files.value.facts, rewrite);
      if (refused.isErr()) return err(refused.error);
      const reached = await refuseAgentsReach(name, files.value.rewritten, reach);
      if (reached.isErr()) return err(reached.error);
    }
    const { activeState, type } = unit.value.state;
    facts.push({
      name,
      kind: isService ? 'service' : 'activator',
      files: files.value.facts,
      // A job that runs through and ends is its timer's to start again, at the time it is due.
      active: activeState === 'active' && type !== 'oneshot',
    });
  }
  return ok(facts);
}
