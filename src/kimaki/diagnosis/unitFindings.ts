import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../bridges/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { remedy } from '../../posix/findings/index.js';
import { checkTrustedPath } from '../../posix/handles/index.js';
import { octalMode } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { checkUnitTrust } from '../../systemd/host-edit/index.js';
import { effectiveValue } from '../../systemd/load/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
import { isSecretName } from '../../posix/secrets/index.js';
import { redactSetting } from '../../systemd/secrets/index.js';
import type { KimakiInstance } from '../instance/index.js';
import { loadedFromDisk } from '../instance/index.js';
import { SHARED_UMASK, migrationRemedy } from '../identity/index.js';
import { privilegedLines, programsFailingAsAgent, settingsAgainst, unsafePrivilegedLines } from '../unit/index.js';
import { editing, findingsOf } from './instanceFinding.js';
import type { DiagnosisError, InstanceFinding } from './instanceFinding.js';

const RELOAD = remedy.command('systemctl', 'daemon-reload');

/** What an instance's unit says, by its text; pure. */
export function unitTextFindings(instance: KimakiInstance): readonly InstanceFinding[] {
  return [
    ...fileFindings(instance),
    ...umaskFindings(instance),
    ...lineFindings(instance),
    ...commandFindings(instance),
  ];
}

/** The files themselves: whether they load, can be edited, last, and decide. */
function fileFindings(instance: KimakiInstance): readonly InstanceFinding[] {
  const { files, effective, kind, fragmentPath } = instance;
  const about = findingsOf(instance);
  const found: InstanceFinding[] = [];
  for (const { path, line, reason } of effective.faults) {
    const where = `${path}${line === 0 ? '' : `:${line}`}`;
    const way = editing(path, 'correct that line');
    found.push(about('unit-does-not-load', 'broken', `${where}: ${reason}`, way, [where]));
  }
  for (const { path, document } of files) {
    if (document.unsafe === null) continue;
    const where = `${path}:${document.unsafe.line}`;
    const what = `${where} has ${document.unsafe.message}: systemd reads something else than an editor shows`;
    found.push(about('unit-not-editable', 'risk', what, editing(path, 'repair that line by hand'), [where]));
  }
  if (['linked', 'generated', 'transient'].includes(kind)) {
    const why =
      kind === 'linked' ? 'a link to a file outside the directories of units' : `${kind}, and is lost at the next boot`;
    const way = remedy.text('put a plain file into /etc/systemd/system');
    found.push(about('unit-not-lasting', 'risk', `${fragmentPath} is ${why}`, way, [fragmentPath]));
  }
  for (const key of ['User', 'Group', 'UMask']) {
    const setting = effectiveValue(effective, 'Service', key);
    if (setting === undefined || setting.path === fragmentPath) continue;
    const { path: file, line, value } = setting;
    const what = `${file}:${line} sets ${key}=${value}, whatever ${fragmentPath} says`;
    const way = editing(file, 'change that line if it is wrong');
    found.push(about('drop-in-decides', 'note', what, way, [`${file}:${line}`]));
  }
  return found;
}

function umaskFindings(instance: KimakiInstance): readonly InstanceFinding[] {
  const { unit, users, umask } = instance;
  const about = findingsOf(instance);
  const restart = remedy.command('systemctl', 'restart', unit);
  if ((umask === null ? 0o022 : parseInt(umask, 8)) !== SHARED_UMASK) {
    const what = `${unit} has ${umask === null ? 'no UMask=, so 0022' : `UMask=${umask}`}: WordPress cannot update what the agent writes`;
    const way =
      instance.user === 'root'
        ? migrationRemedy(instance)
        : remedy.inOrder(remedy.call('editUnit', unit, { 'Service.UMask': '0002' }), restart);
    return [about('umask-missing', 'broken', what, way)];
  }
  if (users.running === null || users.running.umask === SHARED_UMASK) return [];
  const what = `${unit} has UMask=0002, and its process runs with ${octalMode(users.running.umask)}`;
  return [about('umask-not-running', 'broken', what, restart)];
}

/** Lines and settings that matter once the service does not run as root. */
function lineFindings(instance: KimakiInstance): readonly InstanceFinding[] {
  const { unit, effective, fragmentPath, home, dataDir, args, user } = instance;
  if (user === 'root') return [];
  const about = findingsOf(instance);
  const privileged = privilegedLines(effective).map(({ file, line, key, path, why }) => {
    const what = `${file}:${line} ${key}=${why}${path} runs as root whatever User= says, and makes root-owned files`;
    const way = editing(file, `remove the prefix "${why}", or make sure that only root can change ${path}`);
    return about('privileged-line', 'risk', what, way, [`${file}:${line}`]);
  });
  const against = settingsAgainst(effective, { home, dataDir }).map(({ file, line, key, value, why, weight }) => {
    const what = `${file}:${line} has ${key}=${value}: ${why}`;
    const way = editing(file, `remove ${key}=, or allow there what the service needs`);
    return about('setting-against', weight === 'breaks' ? 'broken' : 'note', what, way, [`${file}:${line}`]);
  });
  const { noUpgrade, package: name } = bridgeNamed(instance.bridge);
  if (noUpgrade === null || args.includes(noUpgrade)) return [...privileged, ...against];
  const what = `${unit} upgrades itself at start with npm i -g, which ${user} is not allowed to do, and the failure is not shown`;
  const way = remedy.inOrder(
    editing(fragmentPath, `add ${noUpgrade} to ExecStart=`),
    remedy.text('upgrade as root from then on'),
    remedy.command('npm', 'install', '--global', name),
  );
  return [...privileged, ...against, about('self-upgrade', 'note', what, way)];
}

/** What stands in the unit's commands and variables. */
function commandFindings(instance: KimakiInstance): readonly InstanceFinding[] {
  const about = findingsOf(instance);
  const isRoot = instance.user === 'root';
  const migrate = migrationRemedy(instance);
  return textsOf(instance.effective).flatMap(({ key, value, file, line }) => {
    const name = key === 'Environment' ? value.slice(0, value.indexOf('=')) : '';
    const isSecret = isSecretName(name);
    const where = `${file}:${line}`;
    const found: InstanceFinding[] = [];
    if (/--allow-root\b/.test(value)) {
      const shown = isSecret ? `${key}=${name}=[secret]` : `${key}=${redactSetting(key, value)}`.slice(0, 200);
      const what = `${where} tells wp to run as root: ${shown}`;
      const way = isRoot ? migrate : editing(file, 'take --allow-root out');
      found.push(about('allow-root', 'risk', what, way, [where]));
    }
    if (/\b(pkill|pgrep|killall)\b/.test(value) && /(-[uU]\s*|--(euid|uid|user)[=\s])["']?(root|0)\b/.test(value)) {
      const way = isRoot ? migrate : editing(file, `name ${instance.user} instead of root`);
      found.push(
        about('kills-roots-processes', 'risk', `${where} ends processes of root at every start`, way, [where]),
      );
    }
    if (isSecret) {
      const what = `${where} holds ${name}, which every user of this host can read from systemd (systemctl show)`;
      const way = editing(file, 'move it into an EnvironmentFile= that root owns, with mode 0600');
      found.push(about('secret-in-unit', 'risk', what, way, [where]));
    }
    return found;
  });
}

/** The commands as they stand in the file, and each variable. */
function textsOf({ settings }: EffectiveUnit): readonly {
  readonly key: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}[] {
  return settings
    .filter(({ section, key }) => section === 'Service' && (key === 'Environment' || key.startsWith('Exec')))
    .flatMap(({ key, values }) => values.map(({ value, path, line }) => ({ key, value, file: path, line })));
}

/** What an instance's unit means on this host. */
export async function unitHostFindings(
  instance: KimakiInstance,
  service: Identity | null,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { files, effective, environment, unit } = instance;
  const about = findingsOf(instance);
  const found: InstanceFinding[] = [];
  if (!(await loadedFromDisk(instance))) {
    const way = remedy.inOrder(remedy.text('look at the difference'), RELOAD);
    found.push(about('needs-daemon-reload', 'risk', `the files of ${unit} are not what systemd has loaded`, way));
  }
  for (const { path } of files) {
    const trusted = await checkUnitTrust(path);
    if (trusted.isOk()) continue;
    if (trusted.error.code !== 'UNTRUSTED_PATH') return err(trusted.error);
    const { component, reason } = trusted.error;
    const what = `${path}: ${reason} at ${component}: whoever can change a unit can become root`;
    const way = remedy.inOrder(remedy.command('chown', 'root:', component), remedy.command('chmod', 'go-w', component));
    found.push(about('unit-untrusted', 'risk', what, way, [component]));
  }
  const untrusted = await unsafePrivilegedLines(effective, { home: instance.accountHome ?? instance.home });
  if (untrusted.isErr()) return err(untrusted.error);
  for (const { line, subject, reason } of untrusted.value) {
    const where = `${line.file}:${line.line}`;
    const what = `${where} runs ${line.path} as root, and others could make it run something else: ${subject} ${reason}`;
    const way = remedy.anyOf(
      remedy.text('let only root write what the line runs, opens and searches'),
      editing(line.file, 'start it with /usr/bin/env -i -C / HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin'),
    );
    found.push(about('untrusted-program', 'risk', what, way, [where, subject]));
  }
  if (service !== null) {
    const failing = await programsFailingAsAgent(effective, service, environment.PATH ?? TRUSTED_PATH);
    if (failing.isErr()) return err(failing.error);
    for (const { file, line, key, path, detail, fatal, certain } of failing.value) {
      const severity = fatal && certain ? 'broken' : fatal ? 'risk' : 'note';
      const way = editing(file, 'put "-" before the program if it may fail, or let root run it');
      const what = `${file}:${line} ${key}=${path}: ${detail}`;
      found.push(about('failing-program', severity, what, way, [`${file}:${line}`]));
    }
  }
  return pathEntries(instance).then((entries) => entries.map((more) => [...found, ...more]));
}

/** Whoever can write in a directory of PATH decides which programs the service runs. */
async function pathEntries(instance: KimakiInstance): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { environment, user, unit, fragmentPath } = instance;
  const about = findingsOf(instance);
  const found: InstanceFinding[] = [];
  for (const directory of (environment.PATH ?? '').split(':').filter((entry) => entry !== '')) {
    const remove = editing(fragmentPath, `take ${directory} out of PATH`);
    if (!directory.startsWith('/')) {
      const what = `PATH of ${unit} has "${directory}", which means another directory wherever a program is started`;
      found.push(about('path-entry', 'risk', what, remove));
    } else if (/^\/root(\/|$)/.test(directory) && user !== 'root') {
      const what = `PATH of ${unit} has ${directory}, which ${user} cannot enter`;
      found.push(about('path-entry', 'broken', what, remove));
    } else {
      const trusted = await checkTrustedPath(directory);
      if (trusted.isOk() || trusted.error.code !== 'UNTRUSTED_PATH') continue;
      const { component, reason } = trusted.error;
      const what = `PATH of ${unit} has ${directory}: ${reason} at ${component}`;
      const way = remedy.anyOf(remedy.text('put the system directories before it'), remove);
      found.push(about('path-entry', directory.startsWith('/home/') ? 'note' : 'risk', what, way, [component]));
    }
  }
  return ok(found);
}
