import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findingsAbout, remedy } from '../../posix/findings/index.js';
import type { Finding } from '../../posix/findings/index.js';
import { migrationRemedy } from '../../kimaki/identity/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { fileTypeOf, octalMode, printablePath } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import { othersInGroup } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { diagnoseSite } from '../../wordpress/probes/index.js';
import { findContraryDefines } from '../../wordpress/site/index.js';
import { inspectManagedFiles } from '../../wordpress/blocks/index.js';
import type { DiagnosedFault, WritabilityReport } from '../../wordpress/probes/index.js';
import type { Site } from '../../wordpress/site/index.js';
import { rootsEntries } from '../proof/index.js';
import { firstSkipped } from '../steps/index.js';
import type { Subject } from '../proof/index.js';
import { ownTrees, writableDirectories } from '../host/index.js';
import { looked, unread } from './hostDiagnosis.js';
import type { Part, PartFound } from './hostDiagnosis.js';

/** A site, the account WordPress runs as, and the agent's instance that works on the site, where there is one. */
export type SiteAround = {
  readonly site: Site;
  readonly web: Identity;
  readonly instance: KimakiInstance | null;
  /** What the last migration was asked to leave alone. */
  readonly accepted: Subject['accepted'];
};

/** The parts of a site that matter whichever account the agent runs as. */
export function siteParts(around: SiteAround): readonly Part[] {
  return [
    { what: 'where its parts are', look: async () => looked(assumptions(around.site)) },
    { what: 'what WordPress may write', look: () => writing(around) },
    { what: "root's files in wp-content", look: () => rootOwned(around) },
    { what: 'managed mu-plugins', look: () => managed(around) },
    { what: 'what the agent is told', look: () => agentFiles(around) },
    { what: 'directories that other programs want closed', look: () => openDirectories(around) },
  ];
}

function assumptions({ path: root, notes }: Site): readonly Finding[] {
  return notes.map((note) => findingsAbout(root)('assumed', 'note', note, remedy.text('check that this is right')));
}

async function writing(around: SiteAround): Promise<PartFound> {
  const { site, web } = around;
  const diagnosed = await diagnoseSite(site, web);
  if (diagnosed.isErr()) {
    const { code, message } = diagnosed.error;
    const way = remedy.command('journalctl', '-u', site.fpm?.unit ?? 'php-fpm', '-n', '50');
    return {
      findings: code === 'PROBE_NO_ANSWER' ? [findingsAbout(site.path)('wordpress-fails', 'broken', message, way)] : [],
      notChecked: [message],
    };
  }
  const modes = await contraryModes(around, diagnosed.value.report);
  return {
    findings: [...diagnosed.value.faults.map((fault) => faultFinding(around, fault)), ...modes.findings],
    notChecked: modes.notChecked,
  };
}

/** A fault of a site with an agent is repaired by the migration, unless a setting of WordPress is the cause; pure. */
export function faultFinding(
  { site, web, instance }: Pick<SiteAround, 'site' | 'web' | 'instance'>,
  fault: DiagnosedFault,
): Finding {
  const { id, severity, subject, what, evidence } = fault;
  const finding = { id, severity, subject, what, evidence };
  if (id === 'file-mods-off') return { ...finding, remedy: fault.remedy };
  if (id === 'not-direct') {
    const asked = { as: web.user.name, for: 'write' };
    return {
      ...finding,
      remedy: remedy.inOrder(
        fault.remedy,
        remedy.call('explainAccess', `${site.path}/wp-admin/includes/file.php`, asked),
      ),
    };
  }
  return { ...finding, remedy: instance === null ? fault.remedy : migrationRemedy(instance) };
}

/** The modes WordPress gives to what it writes; they matter where the agent has another account. */
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
  const what = `FS_CHMOD_DIR is ${shown(chmodDir)} and FS_CHMOD_FILE ${shown(chmodFile)}, and 2775 and 0664 are wanted: what WordPress updates is closed to the agent${where}`;
  const way =
    lines.length === 0 ? migrationRemedy(instance) : remedy.text('take that line out, or set the wanted modes there');
  return {
    findings: [findingsAbout(site.path)('modes-not-shared', 'broken', what, way, lines)],
    notChecked: contrary.isErr() ? [contrary.error.message] : [],
  };
}

async function rootOwned({ site, web, instance, accepted }: SiteAround): Promise<PartFound> {
  const about = findingsAbout(site.path);
  const trees = ownTrees(site.contentDir, await writableDirectories(site));
  const entries = await rootsEntries(trees, web, accepted, web);
  if (entries.isErr()) return unread(entries.error.message);
  const { toGive, stuck, left } = entries.value;
  const where = trees.map((tree) => printablePath(tree));
  const found: Finding[] = [];
  if (toGive > 0) {
    const what = `${toGive} entries below ${where.join(', ')} belong to root: WordPress cannot replace them`;
    const way =
      instance === null ? remedy.call('queryOwnership', site.contentDir, { by: 'root' }) : migrationRemedy(instance);
    found.push(about('root-owned', 'broken', what, way, where));
  }
  if (stuck.length > 0) {
    const what = `root owns these, and their owner cannot be changed safely, or they could not be looked at: ${firstSkipped(stuck)}`;
    const way = remedy.text('look what each of them is, and copy or remove it');
    found.push(about('root-owned-unsafe', 'risk', what, way));
  }
  if (left.length > 0) {
    const what = `these are left to root on purpose: ${firstSkipped(left)}`;
    const way = remedy.when(
      'WordPress should own one of them after all',
      remedy.command('chown', `${web.user.name}:${web.group.name}`, 'FILE'),
    );
    found.push(about('root-owned-left', 'note', what, way));
  }
  return looked(found);
}

async function managed({ site, web }: SiteAround): Promise<PartFound> {
  const inspected = await inspectManagedFiles(site, web);
  if (inspected.isErr()) return unread(inspected.error.message);
  const { faults, notChecked } = inspected.value;
  return { findings: faults, notChecked };
}

/** Files that tell the agent what to do: whoever can write them commands the agent. */
const COMMANDS_THE_AGENT = ['.git', '.opencode', '.claude', 'opencode.json', 'AGENTS.md', 'CLAUDE.md'];
/** Of those, what is no directory, besides AGENTS.md, which is read. */
const EXPECTED_FILES = ['opencode.json', 'CLAUDE.md'];

async function agentFiles({ site, instance }: SiteAround): Promise<PartFound> {
  if (instance === null) return looked([]);
  const about = findingsAbout(site.path);
  const findings: Finding[] = [];
  const notChecked: string[] = [];
  for (const path of COMMANDS_THE_AGENT.map((name) => join(site.path, name))) {
    const stat = await lstat(path).catch(() => null);
    if (stat === null || stat.isSymbolicLink()) continue;
    if (EXPECTED_FILES.includes(basename(path)) && !stat.isFile())
      notChecked.push(`${printablePath(path)} is a ${fileTypeOf(stat.mode)}, not a regular file; find out who made it`);
    if (!(await othersWrite(stat))) continue;
    const what = `${printablePath(path)} is ${octalMode(stat.mode)}: other accounts than its owner can change what the agent is told to do`;
    const way = remedy.command('chmod', ...(stat.isDirectory() ? ['-R'] : []), 'go-w', path);
    findings.push(about('agent-files-open', 'risk', what, way, [path]));
  }
  const path = join(site.path, 'AGENTS.md');
  const text = await readRegularFile(path);
  if (text.isErr()) {
    if (text.error.code !== 'NOT_FOUND') notChecked.push(text.error.message);
    return { findings, notChecked };
  }
  if (text.value.bytes.includes('--allow-root')) {
    const compose = ['wp', 'datamachine', 'memory', 'compose', 'AGENTS.md'];
    const way =
      instance.user === 'root'
        ? migrationRemedy(instance)
        : remedy.anyOf(
            remedy.command('runuser', '-u', instance.user, '--', 'env', '-C', site.path, ...compose),
            remedy.text(`take it out of ${printablePath(path)}, where the site does not compose that file`),
          );
    const what = `${printablePath(path)} tells the agent to run wp with --allow-root`;
    findings.push(about('agents-file-allow-root', 'risk', what, way, [path]));
  }
  return { findings, notChecked };
}

/** Whether another account than its owner may write it, by its mode: what the agent makes in its own group is closed. */
async function othersWrite({ mode, uid, gid }: Stats): Promise<boolean> {
  if ((mode & 0o002) !== 0) return true;
  return (mode & 0o020) !== 0 && (await othersInGroup(gid, uid)).unwrapOr(['not known']).length > 0;
}

async function openDirectories({ site }: SiteAround): Promise<PartFound> {
  const findings: Finding[] = [];
  for (const path of new Set([site.path, site.contentDir])) {
    const stat = await lstat(path).catch(() => null);
    if (stat === null || (stat.mode & 0o022) === 0) continue;
    const what = `${printablePath(path)} is ${octalMode(stat.mode)}, so other accounts than its owner can write in it: logrotate skips logs in it, and sshd refuses it as a home`;
    const severity = stat.mode & 0o002 ? 'risk' : 'note';
    findings.push(
      findingsAbout(site.path)('directory-open', severity, what, remedy.command('chmod', 'go-w', path), [path]),
    );
  }
  return looked(findings);
}
