import { join } from 'node:path';
import { readRegularFile } from '../../posix/files/index.js';
import { wpCli } from '../../wordpress/wpcli/index.js';
import { failed, passed, unchecked } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 7: wp works for the agent without `--allow-root`, and nothing tells the agent to use it. */
export async function checkWpCli(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await checkRuns(subject), checkEnvironment(subject), await checkAgentsFile(subject)];
}

async function checkRuns({ site, service }: Subject): Promise<AcceptanceCheck> {
  const id = 'wp';
  const ran = await wpCli(site, service, ['plugin', 'list', '--format=json']);
  if (ran.isOk()) {
    return ran.value.exitCode === 0
      ? passed(id, 7, `wp runs as ${service.user.name} without --allow-root`)
      : failed(
          id,
          7,
          `wp as ${service.user.name} ends with ${ran.value.exitCode ?? 'a signal'}: ${ran.value.stderr.trim().split('\n')[0] ?? ''}`,
        );
  }
  return ran.error.code === 'WP_MISSING' ? unchecked(id, 7, ran.error.message) : failed(id, 7, ran.error.message);
}

function checkEnvironment({ instance }: Subject): AcceptanceCheck {
  const id = 'wp-command';
  const command = instance.environment['DATAMACHINE_WP_CMD'];
  return command?.includes('--allow-root') === true
    ? failed(id, 7, `${instance.unit} gives the agent DATAMACHINE_WP_CMD with --allow-root`)
    : passed(id, 7, `${instance.unit} gives the agent no --allow-root`);
}

async function checkAgentsFile({ site }: Subject): Promise<AcceptanceCheck> {
  const id = 'agents-file';
  const path = join(site.path, 'AGENTS.md');
  const file = await readRegularFile(path);
  if (file.isErr()) {
    return file.error.code === 'NOT_FOUND' ? passed(id, 7, `there is no ${path}`) : failed(id, 7, file.error.message);
  }
  return file.value.bytes.includes('--allow-root')
    ? failed(id, 7, `${path} tells the agent to use --allow-root; render it again as the service user`)
    : passed(id, 7, `${path} is without --allow-root`);
}
