import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { checkTrustedPath } from '../../posix/handles/index.js';
import { shellWord } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { checkUnitTrust } from '../../systemd/host-edit/index.js';
import { effectiveUnit } from '../../systemd/load/index.js';
import { isSecretName, redactSecrets } from '../../systemd/secrets/index.js';
import { parseEnvironment, unitSpecifiers } from '../../systemd/values/index.js';
import type { KimakiInstance } from '../instance/index.js';
import { effectiveAssignments, loadedFromDisk } from '../instance/index.js';
import { SHARED_UMASK, migrateCommand } from '../identity/index.js';
import { privilegedLines, programsFailingAsAgent, settingsAgainst, untrustedPrograms } from '../unit/index.js';
import { finding } from './finding.js';
import type { DiagnosisError, InstanceFinding } from './finding.js';

/** What an instance's unit says, by its text; pure. */
export function unitTextFindings(instance: KimakiInstance): readonly InstanceFinding[] {
  const { unit, files, users, kind, fragmentPath, home, dataDir, args } = instance;
  const isRoot = instance.user === 'root';
  const migrate = migrateCommand(instance);
  const found: InstanceFinding[] = [];
  const sources = files.map((file, index) => ({
    ...file,
    role: index === 0 ? ('fragment' as const) : ('drop-in' as const),
  }));
  const loads = effectiveUnit(unit, sources, unitSpecifiers(unit, fragmentPath));
  for (const { path, line, reason } of loads.faults) {
    found.push(
      finding(
        'unit-does-not-load',
        'broken',
        `${path}${line === 0 ? '' : `:${line}`}: ${reason}`,
        `correct the line: ${editing(path)}`,
      ),
    );
  }
  for (const { path, document } of files) {
    if (document.unsafe === null) continue;
    const { line, message } = document.unsafe;
    found.push(
      finding(
        'unit-not-editable',
        'risk',
        `${path}:${line} has ${message}: systemd reads something else than an editor shows`,
        `repair that line by hand: ${editing(path)}`,
      ),
    );
  }
  if (['linked', 'generated', 'transient'].includes(kind)) {
    const why = kind === 'linked' ? 'a link out of the load path' : `${kind}, and does not last`;
    found.push(
      finding('unit-not-lasting', 'risk', `${fragmentPath} is ${why}`, 'put a plain file into /etc/systemd/system'),
    );
  }
  const [fragment] = files;
  for (const { file, assignment } of effectiveAssignments(files, 'Service', (key) =>
    ['User', 'Group', 'UMask'].includes(key),
  )) {
    if (file === fragment?.path) continue;
    const { key, value, line } = assignment;
    found.push(
      finding(
        'drop-in-decides',
        'note',
        `${file}:${line} sets ${key}=${value}, whatever ${fragmentPath} says`,
        `see systemctl cat ${shellWord(unit)}; what is to change must change there`,
      ),
    );
  }
  const umask = instance.umask === null ? 0o022 : parseInt(instance.umask, 8);
  if (umask !== SHARED_UMASK) {
    const what = `${unit} has ${instance.umask === null ? 'no UMask=, so 0022' : `UMask=${instance.umask}`}: WordPress cannot update what the agent writes`;
    found.push(
      finding(
        'umask-missing',
        'broken',
        what,
        isRoot ? migrate : `wca unit set ${shellWord(unit)} Service.UMask=0002 && systemctl restart ${shellWord(unit)}`,
      ),
    );
  } else if (users.running !== null && users.running.umask !== SHARED_UMASK) {
    found.push(
      finding(
        'umask-not-running',
        'broken',
        `${unit} has UMask=0002, and its process runs with ${octal(users.running.umask)}`,
        `systemctl restart ${shellWord(unit)}`,
      ),
    );
  }
  for (const { file, line, key, path, why } of privilegedLines(files)) {
    if (isRoot) continue;
    found.push(
      finding(
        'privileged-line',
        'risk',
        `${file}:${line} ${key}=${why}${path} runs as root whatever User= says, and makes root-owned files`,
        `take the prefix off, or see that nobody but root can change the program: ${editing(file)}`,
      ),
    );
  }
  for (const { file, line, key, value, why, weight } of settingsAgainst(files, { home, dataDir })) {
    if (isRoot) continue;
    found.push(
      finding('setting-against', weight === 'breaks' ? 'broken' : 'note', `${file}:${line} has ${key}=${value}`, why),
    );
  }
  for (const { file, assignment } of effectiveAssignments(
    files,
    'Service',
    (key) => key === 'Environment' || key.startsWith('Exec'),
  )) {
    const { key, line, value } = assignment;
    if (/--allow-root\b/.test(value)) {
      found.push(
        finding(
          'allow-root',
          'risk',
          `${file}:${line} tells wp to run as root: ${redactSecrets(`${key}=${value}`).slice(0, 200)}`,
          isRoot ? migrate : `take --allow-root out: ${editing(file)}`,
        ),
      );
    }
    if (/\b(pkill|pgrep|killall)\b/.test(value) && /(-[uU]\s*|--(euid|uid|user)[=\s])["']?(root|0)\b/.test(value)) {
      found.push(
        finding(
          'kills-roots-processes',
          'risk',
          `${file}:${line} ends processes of root at every start`,
          isRoot ? migrate : `name ${instance.user} there: ${editing(file)}`,
        ),
      );
    }
    const secrets =
      key === 'Environment' ? parseEnvironment(value).filter((variable) => isSecretName(variable.name)) : [];
    for (const { name } of secrets) {
      found.push(
        finding(
          'secret-in-unit',
          'risk',
          `${file}:${line} holds ${name}, which everybody may read from systemd (systemctl show)`,
          `move it into an EnvironmentFile= of root, 0600: ${editing(file)}`,
        ),
      );
    }
  }
  if (!isRoot && !args.includes('--no-auto-upgrade')) {
    found.push(
      finding(
        'self-upgrade',
        'note',
        `${unit} upgrades itself at start with npm i -g, which ${instance.user} may not, and the failure is not shown`,
        `add --no-auto-upgrade to ExecStart= (${editing(fragmentPath)}), and upgrade as root: npm install --global kimaki`,
      ),
    );
  }
  return found;
}

/** What an instance's unit means on this host. */
export async function unitHostFindings(
  instance: KimakiInstance,
  service: Identity | null,
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const { files, environment, unit } = instance;
  const found: InstanceFinding[] = [];
  if (!(await loadedFromDisk(instance))) {
    found.push(
      finding(
        'needs-daemon-reload',
        'risk',
        `the files of ${unit} are not what systemd has loaded`,
        'look at the difference, then systemctl daemon-reload',
      ),
    );
  }
  for (const { path } of files) {
    const trusted = await checkUnitTrust(path);
    if (trusted.isOk()) continue;
    if (trusted.error.code !== 'UNTRUSTED_PATH') return err(trusted.error);
    found.push(
      finding(
        'unit-untrusted',
        'risk',
        `${path}: ${trusted.error.reason} at ${trusted.error.component}: who may change a unit is root`,
        'chown root: and chmod go-w it and what is above',
      ),
    );
  }
  const untrusted = await untrustedPrograms(privilegedLines(files));
  if (untrusted.isErr()) return err(untrusted.error);
  for (const { line, component, reason } of untrusted.value) {
    found.push(
      finding(
        'untrusted-program',
        'risk',
        `${line.file}:${line.line} runs ${line.path} as root, and ${component}: ${reason}`,
        'give it and everything above to root, not writable for others',
      ),
    );
  }
  if (service !== null) {
    const failing = await programsFailingAsAgent(files, service, environment.PATH ?? TRUSTED_PATH);
    if (failing.isErr()) return err(failing.error);
    for (const one of failing.value) {
      const weight = one.fatal && one.certain ? 'broken' : one.fatal ? 'risk' : 'note';
      found.push(
        finding(
          'failing-program',
          weight,
          `${one.file}:${one.line} ${one.key}=${one.path}: ${one.detail}`,
          'put "-" before it if it may fail, or have root do it',
        ),
      );
    }
  }
  return found.length === 0 && environment.PATH === undefined ? ok([]) : pathEntries(instance, found);
}

/** A program in a directory that somebody else may write to is that somebody's. */
async function pathEntries(
  { environment, user, unit }: KimakiInstance,
  found: readonly InstanceFinding[],
): Promise<Result<readonly InstanceFinding[], DiagnosisError>> {
  const more: InstanceFinding[] = [];
  for (const directory of (environment.PATH ?? '').split(':').filter((entry) => entry !== '')) {
    if (!directory.startsWith('/')) {
      more.push(
        finding(
          'path-entry',
          'risk',
          `PATH of ${unit} has "${directory}", which is another directory wherever it is`,
          'take it out',
        ),
      );
    } else if (/^\/root(\/|$)/.test(directory) && user !== 'root') {
      more.push(
        finding('path-entry', 'broken', `PATH of ${unit} has ${directory}, where ${user} may not go`, 'take it out'),
      );
    } else {
      const trusted = await checkTrustedPath(directory);
      if (trusted.isOk() || trusted.error.code !== 'UNTRUSTED_PATH') continue;
      const own = directory.startsWith('/home/');
      more.push(
        finding(
          'path-entry',
          own ? 'note' : 'risk',
          `PATH of ${unit} has ${directory}: ${trusted.error.reason} at ${trusted.error.component}`,
          'put the system directories before it, or take it out',
        ),
      );
    }
  }
  return ok([...found, ...more]);
}

/** How a person changes a file of a unit. */
function editing(file: string): string {
  return `editor ${file} && systemctl daemon-reload`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
