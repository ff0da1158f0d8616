import { join } from 'node:path';
import { remedy } from '../../posix/findings/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import { wpCli } from '../../wordpress/wpcli/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 7: wp works for the agent without `--allow-root`, and nothing tells the agent to use it. */
export async function checkWpCli(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await checkRuns(subject), judgeEnvironment(subject), await checkAgentsFile(subject)];
}

async function checkRuns({ site, service }: Subject): Promise<AcceptanceCheck> {
  const { passed, failed, unchecked } = verdictsOf('wp', 7, site.path);
  const { name } = service.user;
  const ran = await wpCli(site, service, ['plugin', 'list', '--format=json']);
  if (ran.isErr()) return ran.error.code === 'WP_MISSING' ? unchecked(ran.error.message) : failed(ran.error.message);
  const { exitCode, stderr } = ran.value;
  return exitCode === 0
    ? passed(`wp runs as ${name} without --allow-root`)
    : failed(`wp as ${name} ends with ${exitCode ?? 'a signal'}: ${stderr.trim().split('\n')[0] ?? ''}`);
}

/** Decides over the command that the unit gives to the agent for wp; pure. */
export function judgeEnvironment({ instance }: Pick<Subject, 'instance'>): AcceptanceCheck {
  const { unit, environment } = instance;
  const { passed, failed } = verdictsOf('wp-command', 7, unit);
  const name = ['DATAMACHINE_WP_CMD', 'DATAMACHINE_WP_TRANSPORT_JSON'].find(
    (one) => environment[one]?.includes('--allow-root') === true,
  );
  return name === undefined
    ? passed(`${unit} gives the agent no --allow-root`)
    : failed(
        `${unit} gives the agent ${name} with --allow-root`,
        remedy.text(`take --allow-root out of ${name} in the files of ${unit}`),
      );
}

async function checkAgentsFile({ site }: Subject): Promise<AcceptanceCheck> {
  const path = join(site.path, 'AGENTS.md');
  const file = await readRegularFile(path);
  if (file.isOk()) return judgeAgentsFile(path, file.value.bytes);
  if (file.error.code === 'NOT_FOUND') return judgeAgentsFile(path, null);
  return verdictsOf('agents-file', 7, path).failed(file.error.message);
}

/** Decides over AGENTS.md; null where the site has none. Pure. */
export function judgeAgentsFile(path: string, bytes: Buffer | null): AcceptanceCheck {
  const { passed, failed } = verdictsOf('agents-file', 7, path);
  if (bytes === null) return passed(`there is no ${path}`);
  return bytes.includes('--allow-root')
    ? failed(`${path} tells the agent to use --allow-root`, remedy.text('render it again as the service user'))
    : passed(`${path} is without --allow-root`);
}
