import { detectServiceIdentity, identityAssignments } from '../../kimaki/identity/index.js';
import type { ServiceIdentity } from '../../kimaki/identity/index.js';
import { remedy } from '../../posix/findings/index.js';
import { renderRemedy } from '../render/renderRemedy.js';
import { printablePath } from '../../posix/paths/index.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exitCodes.js';
import { usageError } from '../parseArguments.js';

/** The remedy in words is one more warning: installers show these. */
function withRemedy(identity: ServiceIdentity): ServiceIdentity {
  if (identity.remedy === undefined) return identity;
  return { ...identity, warnings: [...identity.warnings, `to move it: ${renderRemedy(identity.remedy)}`] };
}

export const detect = defineCommand({
  usage: ['[--sh|--json] [--fresh]'],
  options: [
    { name: 'sh', help: 'print assignments for a shell: eval "$(wca detect --sh)"' },
    { name: 'fresh', help: 'decide as if no unit were installed' },
  ],
  operands: { min: 0, max: 0 },
  notes: [
    'In this order: LOCAL_MODE=true keeps the account this runs as; RUN_AS_ROOT=true gives root; the identity of an',
    'installed unit is adopted; otherwise opencode. A given KIMAKI_DATA_DIR (ROADIE_DATA_DIR) is kept. Only reads.',
    'Assigned: SERVICE_USER, SERVICE_HOME, RUN_AS_ROOT, KIMAKI_DATA_DIR (of an install of Roadie ROADIE_DATA_DIR).',
  ],
  async run(context) {
    const { output } = context;
    if (context.flag('sh') && output.json) return context.fail(usageError('--sh and --json exclude each other'));
    const detected = await detectServiceIdentity({ env: context.env, fresh: context.flag('fresh') });
    if (detected.isErr()) {
      const { error } = detected;
      return context.fail(error.code === 'SEVERAL_IDENTITIES' ? { ...error, remedy: remedy.option('fresh') } : error);
    }
    const identity = withRemedy(detected.value);
    for (const warning of identity.warnings) output.warn(`warning: ${printablePath(warning)}`);
    output.record(identity);
    if (context.flag('sh')) output.write(identityAssignments(identity));
    else {
      output.print(`service user: ${printablePath(identity.serviceUser)}${identity.runAsRoot ? ' (root)' : ''}`);
      output.print(`home: ${printablePath(identity.serviceHome)}`);
      output.print(`data directory: ${printablePath(identity.dataDir)}`);
      output.print(`decided by: ${identity.source}`);
    }
    return EXIT.done;
  },
});
