import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { migrateCommand } from '../../kimaki/identity/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { octalMode, printablePath, shellWord } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { diagnoseSite } from '../../wordpress/probes/index.js';
import { findContraryDefines } from '../../wordpress/site/index.js';
import { inspectManagedFiles } from '../../wordpress/blocks/index.js';
import type { DiagnosedFault, WritabilityReport } from '../../wordpress/probes/index.js';
import type { ManagedFileFault } from '../../wordpress/blocks/index.js';
import type { Site } from '../../wordpress/site/index.js';
import { listed, rootsEntries } from '../proof/index.js';
import type { Subject } from '../proof/index.js';
import { ownTrees, writableDirectories } from '../host/index.js';
import { looked, unread } from './hostDiagnosis.js';
import type { HostFinding, Part, PartFound } from './hostDiagnosis.js';

/** A site, who WordPress runs as there, and the agent's instance that works on it, where there is one. */
export type SiteAround = {
  readonly site: Site;
  readonly web: Identity;
  readonly instance: KimakiInstance | null;
  /** What the last migration was asked to leave alone. */
  readonly accepted: Subject['accepted'];
};

/** What is judged of a site whoever runs the agent. */
export function siteParts(around: SiteAround): readonly Part[] {
  return [
    {
      what: 'where its parts are',
      look: async () => looked(around.site.notes.map((note) => finding('assumed', 'note', note, 'see that it is so'))),
    },
    { what: 'what WordPress may write', look: () => writing(around) },
    { what: "root's files in wp-content", look: () => rootOwned(around) },
    { what: 'managed mu-plugins', look: () => managed(around) },
    { what: 'what the agent is told', look: () => agentFiles(around) },
    { what: 'directories that other programs want closed', look: () => openDirectories(around) },
  ];
}

/** `SCREAMING_SNAKE` of a primitive as every code of a diagnosis is written. */
function codeOf(code: string): string {
  return code.toLowerCase().replaceAll('_', '-');
}

function finding(code: string, severity: HostFinding['severity'], found: string, fix: string): HostFinding {
  return { code, severity, found, fix };
}

async function writing(around: SiteAround): Promise<PartFound> {
  const { site, web } = around;
  const diagnosed = await diagnoseSite(site, web);
  if (diagnosed.isErr()) {
    const { code, message } = diagnosed.error;
    const fix = `look into the log of PHP: journalctl -u ${site.fpm?.unit ?? 'php-fpm'} -n 50`;
    return {
      findings: code === 'PROBE_NO_ANSWER' ? [finding('wordpress-fails', 'broken', message, fix)] : [],
      notChecked: [message],
    };
  }
  const modes = await contraryModes(around, diagnosed.value.report);
  return {
    findings: [...diagnosed.value.faults.map((fault) => faultFinding(around, fault)), ...modes.findings],
    notChecked: modes.notChecked,
  };
}

function faultFinding({ site, web, instance }: SiteAround, fault: DiagnosedFault): HostFinding {
  const { code, blocks, message, blockedAt, path, component } = fault;
  const severity = code === 'FILE_MODS_OFF' ? 'note' : blocks ? 'broken' : 'risk';
  const at =
    blockedAt === null || message.includes(blockedAt.path)
      ? ''
      : `; it is ${printablePath(blockedAt.path)} that refuses`;
  const why = blockedAt === null ? '' : ` (${blockedAt.reason})`;
  return finding(codeOf(code), severity, `${message}${at}${why}`, faultFix());

  function faultFix(): string {
    if (code === 'FILE_MODS_OFF')
      return `see DISALLOW_FILE_MODS in ${shellWord(site.configPath ?? `${site.root}/wp-config.php`)}, unless it is meant`;
    if (code === 'NOT_DIRECT')
      return `wca access ${shellWord(`${site.root}/wp-admin/includes/file.php`)} --as ${web.user.name} --for write`;
    if (instance !== null) return migrateCommand(instance);
    const [kind = '', name = ''] = component.split(/:(.*)/s);
    const directory = kind === 'plugin' ? site.pluginsDir : kind === 'theme' ? site.themesDir : null;
    const tree = directory === null ? (path ?? site.contentDir) : join(directory, name);
    return `wca reclaim ${shellWord(tree)} --from root --to ${web.user.name}:${web.group.name}`;
  }
}

/** The modes WordPress gives to what it writes matter where the agent is another account. */
async function contraryModes(
  { site, instance }: SiteAround,
  { chmodDir, chmodFile }: WritabilityReport,
): Promise<PartFound> {
  if (instance === null || instance.user === 'root') return looked([]);
  const isShared = ((chmodDir ?? 0) & 0o2020) === 0o2020 && ((chmodFile ?? 0) & 0o020) !== 0;
  if (isShared) return looked([]);
  const shown = (mode: number | null): string => (mode === null ? 'not set' : octalMode(mode));
  const contrary = await findContraryDefines(site);
  const lines = contrary.unwrapOr([]).map(({ file, line, name }) => `${printablePath(file)}:${line} defines ${name}`);
  const where = lines.length === 0 ? '' : `; ${lines.join(', ')}`;
  const found = `FS_CHMOD_DIR is ${shown(chmodDir)} and FS_CHMOD_FILE ${shown(chmodFile)}, and 2775 and 0664 are wanted: what WordPress updates is closed to the agent${where}`;
  const fix = lines.length === 0 ? migrateCommand(instance) : 'take that line out, or set the wanted modes there';
  return {
    findings: [finding('modes-not-shared', 'broken', found, fix)],
    notChecked: contrary.isErr() ? [contrary.error.message] : [],
  };
}

async function rootOwned({ site, web, instance, accepted }: SiteAround): Promise<PartFound> {
  const trees = ownTrees(site.contentDir, await writableDirectories(site));
  const entries = await rootsEntries(trees, web, accepted, web);
  if (entries.isErr()) return unread(entries.error.message);
  const { toGive, stuck, left } = entries.value;
  const where = trees.map((tree) => printablePath(tree)).join(', ');
  const give = instance === null ? `wca owned ${shellWord(site.contentDir)} --by root` : migrateCommand(instance);
  return looked([
    ...(toGive === 0
      ? []
      : [
          finding(
            'root-owned',
            'broken',
            `${toGive} entries below ${where} are root's: WordPress cannot replace them`,
            give,
          ),
        ]),
    ...(stuck.length === 0
      ? []
      : [
          finding(
            'root-owned-unsafe',
            'risk',
            `these are root's and cannot safely change hands, or could not be looked at: ${listed(stuck)}`,
            'see what each is, and copy or remove it',
          ),
        ]),
    ...(left.length === 0
      ? []
      : [
          finding(
            'root-owned-left',
            'note',
            `these are left to root on purpose: ${listed(left)}`,
            `chown ${web.user.name}:${web.group.name} FILE, for each that WordPress should have after all`,
          ),
        ]),
  ]);
}

async function managed({ site, web }: SiteAround): Promise<PartFound> {
  const inspected = await inspectManagedFiles(site, web);
  if (inspected.isErr()) return unread(inspected.error.message);
  const { faults, notChecked } = inspected.value;
  return {
    findings: faults.map((fault) =>
      finding(codeOf(fault.code), fault.breaks ? 'broken' : 'risk', fault.message, managedFix(fault)),
    ),
    notChecked,
  };
}

function managedFix({ code, path }: ManagedFileFault): string {
  switch (code) {
    case 'MANAGED_MODE':
    case 'MANAGED_UNREADABLE':
      return `chmod 0644 ${shellWord(path)}`;
    case 'MANAGED_FENCE_DAMAGED':
      return `mend it by hand until this is silent: wca block list ${shellWord(path)}`;
    case 'MANAGED_SYNTAX':
      return `mend it by hand until this is silent: php -l ${shellWord(path)}`;
    case 'MANAGED_NOT_A_FILE':
      return 'put a regular file there';
  }
}

/** What tells the agent what it may do: whoever may write it commands the agent. */
const COMMANDS_THE_AGENT = ['.git', '.opencode', '.claude', 'opencode.json', 'AGENTS.md', 'CLAUDE.md'];

async function agentFiles({ site, instance }: SiteAround): Promise<PartFound> {
  if (instance === null) return looked([]);
  const findings: HostFinding[] = [];
  for (const path of COMMANDS_THE_AGENT.map((name) => join(site.root, name))) {
    const stat = await lstat(path).catch(() => null);
    if (stat === null || stat.isSymbolicLink() || (stat.mode & 0o022) === 0) continue;
    const found = `${printablePath(path)} is ${octalMode(stat.mode)}: others than its owner may change what the agent is told to do`;
    findings.push(
      finding('agent-files-open', 'risk', found, `chmod ${stat.isDirectory() ? '-R ' : ''}go-w ${shellWord(path)}`),
    );
  }
  const path = join(site.root, 'AGENTS.md');
  const text = await readRegularFile(path);
  if (text.isErr()) return { findings, notChecked: text.error.code === 'NOT_FOUND' ? [] : [text.error.message] };
  if (text.value.bytes.includes('--allow-root')) {
    const compose = `runuser -u ${instance.user} -- env -C ${shellWord(site.root)} wp datamachine memory compose AGENTS.md`;
    const found = `${printablePath(path)} tells the agent to run wp with --allow-root`;
    findings.push(
      finding('agents-file-allow-root', 'risk', found, instance.user === 'root' ? migrateCommand(instance) : compose),
    );
  }
  return { findings, notChecked: [] };
}

async function openDirectories({ site }: SiteAround): Promise<PartFound> {
  const findings: HostFinding[] = [];
  for (const path of new Set([site.root, site.contentDir])) {
    const stat = await lstat(path).catch(() => null);
    if (stat === null || (stat.mode & 0o022) === 0) continue;
    const found = `${printablePath(path)} is ${octalMode(stat.mode)}, writable for others than its owner: logrotate passes over logs in it, and sshd refuses it as a home`;
    findings.push(
      finding('directory-open', stat.mode & 0o002 ? 'risk' : 'note', found, `chmod go-w ${shellWord(path)}`),
    );
  }
  return looked(findings);
}
