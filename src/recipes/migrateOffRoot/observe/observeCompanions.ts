import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readUnitFiles } from '../../../kimaki/instance/index.js';
import type { KimakiInstance, UnitOnHost } from '../../../kimaki/instance/index.js';
import type { LinePrefix } from '../../../kimaki/unit/index.js';
import type {
  CompanionFacts,
  MigrationOptions,
  MigrationRefusal,
  RewriteTarget,
  Target,
  UnitFilesRewrite,
} from '../../host/index.js';
import { refuseAgentsReach } from '../refuse/refuseAgentsReach.js';
import type { AgentsReach } from '../refuse/refuseAgentsReach.js';
import { refuseFiles } from '../refuse/refuseFiles.js';
import { refuseFailing, refusePrivileged, reload } from '../refuse/refuseUnit.js';
import { cannotObserve, refusal, rewriteUnitFiles, unusable } from '../../host/index.js';
import { observePrefixes } from './observePrefixes.js';
import type { Warning } from './statePathWarnings.js';

/** What every companion is judged by. */
interface Wanted {
  readonly options: Pick<MigrationOptions, 'allowPrivilegedLines' | 'privilegedLines'>;
  readonly target: Target;
  readonly rewrite: RewriteTarget;
  readonly reach: AgentsReach;
}

/** The companions, and what is told about them. */
type Companions = { readonly companions: readonly CompanionFacts[]; readonly warnings: readonly (string | Warning)[] };

/** The units that work on the same site as the same account, and what has to change in them. */
export async function observeCompanions(
  instance: KimakiInstance,
  wanted: Wanted,
): Promise<Result<Companions, MigrationRefusal>> {
  const companions: CompanionFacts[] = [];
  const warnings: (string | Warning)[] = [];
  for (const name of instance.companions) {
    const unit = await readUnitFiles(name);
    if (unit.isErr()) return err(cannotObserve(unit.error));
    if (unit.value.state.needDaemonReload) {
      const message = `${name} works on the same site and was edited since systemd loaded it, so what runs is not what is written`;
      return err(refusal('UNIT_CHANGED_ON_DISK', name, message, reload(name)));
    }
    const { activeState, type } = unit.value.state;
    // The timer of a oneshot starts it when it is due: it runs and ends again.
    const active = activeState === 'active' && type !== 'oneshot';
    if (!name.endsWith('.service')) {
      companions.push({ name, kind: 'activator', files: [], active });
      continue;
    }
    const service = await observeService(name, unit.value, wanted);
    if (service.isErr()) return err(service.error);
    companions.push({ name, kind: 'service', active, ...service.value.facts });
    warnings.push(...service.value.warnings);
  }
  return ok({ companions, warnings });
}

type ObservedService = {
  readonly facts: Pick<CompanionFacts, 'files' | 'prefixes'>;
  readonly warnings: readonly (string | Warning)[];
};

async function observeService(
  name: string,
  { files, effective }: UnitOnHost,
  { options, target, rewrite, reach }: Wanted,
): Promise<Result<ObservedService, MigrationRefusal>> {
  const filesWith = (prefixes: readonly LinePrefix[]): Result<UnitFilesRewrite, MigrationRefusal> =>
    rewriteUnitFiles(effective, files, { ...rewrite, binary: null, prefixes }).mapErr(({ message }) =>
      unusable(name, `${name} works on the same site: ${message}`),
    );
  const prefixed = await observePrefixes(options, target, reach, filesWith);
  if (prefixed.isErr()) return err(prefixed.error);
  const { prefixes, files: rewritten } = prefixed.value;
  const refused = await refuseFiles(files, rewritten, rewrite);
  if (refused.isErr()) return err(refused.error);
  const { effective: after, facts } = rewritten;
  const reached = await refuseAgentsReach(after, reach);
  if (reached.isErr()) return err(reached.error);
  const privileged = await refusePrivileged(options, after, { ...reach, home: rewrite.newHome });
  if (privileged.isErr()) return err(privileged.error);
  const failing = refuseFailing(target.facts.name, prefixed.value.failing);
  return failing.map((told) => ({
    facts: { files: facts, ...(prefixes.length === 0 ? {} : { prefixes }) },
    warnings: [...prefixed.value.warnings, ...privileged.value, ...told],
  }));
}
