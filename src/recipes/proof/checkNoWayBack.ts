import { explainAccess } from '../../posix/access/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import { failed, passed, unchecked } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 9: no unit runs as root again, and no command is registered where WordPress cannot go. */
export async function checkNoWayBack(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [checkIdentity(subject), ...(await checkCompanions(subject)), await checkRegistered(subject)];
}

function checkIdentity({ instance, service }: Subject): AcceptanceCheck {
  const id = 'identity';
  const { state, unit } = instance;
  if (state.needDaemonReload)
    return failed(
      id,
      9,
      `${unit} on disk differs from what systemd has loaded; run systemctl daemon-reload and look again`,
    );
  return state.user === service.user.name
    ? passed(id, 9, `${unit} is loaded with User=${state.user}, so it starts as ${state.user} after a reboot`)
    : failed(
        id,
        9,
        `${unit} is loaded with User=${state.user === '' ? 'root' : state.user}; ${service.user.name} is wanted`,
      );
}

/** A worker of the same site that still runs as root makes root-owned files again. */
async function checkCompanions({ instance, service }: Subject): Promise<readonly AcceptanceCheck[]> {
  const id = 'companions';
  const services = instance.companions.filter((unit) => unit.endsWith('.service'));
  if (services.length === 0) return [];
  for (const unit of services) {
    const state = await showUnit(unit);
    if (state.isErr()) return [failed(id, 9, state.error.message)];
    const { user } = state.value;
    if (['', 'root', '0'].includes(user))
      return [
        failed(id, 9, `${unit} works on the same site and is loaded to run as root; ${service.user.name} is wanted`),
      ];
  }
  return [passed(id, 9, `${services.join(', ')}: none runs as root`)];
}

async function checkRegistered({ channel, web }: Subject): Promise<AcceptanceCheck> {
  const id = 'registered-command';
  if (channel === null) return unchecked(id, 9, 'no channel is registered');
  const { command } = channel.entry;
  const explained = await explainAccess(command, web, 'execute');
  if (explained.isErr()) return failed(id, 9, `${channel.file} registers ${command}: ${explained.error.message}`);
  const { allowed, blockedAt, components } = explained.value;
  if (allowed) return passed(id, 9, `${channel.file} registers ${command}, which ${web.user.name} can execute`);
  const where = components.find(({ path }) => path === blockedAt?.path);
  const mode = where === undefined ? '' : ` (mode ${where.mode})`;
  return failed(
    id,
    9,
    `${channel.file} registers ${command}, but ${web.user.name} is stopped at ${blockedAt?.path ?? command}${mode}`,
  );
}
