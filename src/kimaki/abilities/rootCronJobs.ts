import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { redactSecrets } from '../../posix/secrets/index.js';
import { mentionsPath } from '../instance/index.js';

/** One line of a crontab that root runs and that touches the site. */
export interface CronJob {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** The line, secrets redacted. */
  readonly text: string;
}

/**
 * Finds the lines of a crontab that run as root and name the site, or call `wp` with `--allow-root`; pure.
 *
 * Lines of other users, comments and settings are passed over. What a script does that cron starts is not seen.
 *
 * @param hasUserField - true for /etc/crontab and /etc/cron.d, where the sixth field is the user (crontab(5))
 */
export function parseCronJobs(file: string, text: string, site: string, hasUserField: boolean): readonly CronJob[] {
  const jobs: CronJob[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || /^[A-Za-z_"'][\w"']*\s*=/.test(line)) continue;
    const schedule = /^(@\S+|(?:\S+\s+){4}\S+)\s+(.*)$/.exec(line);
    if (schedule === null) continue;
    let command = schedule[2] ?? '';
    if (hasUserField) {
      const fields = /^(\S+)\s+(.*)$/.exec(command);
      if (fields?.[1] !== 'root') continue;
      command = fields[2] ?? '';
    }
    if (actsForSite(command, site)) jobs.push({ file, line: index + 1, text: redactSecrets(line) });
  }
  return jobs;
}

function actsForSite(command: string, site: string): boolean {
  const wpAsRoot = /(^|[\s/'"`;&|(])wp(\s|$)/.test(command) && /--allow-root\b/.test(command);
  return wpAsRoot || mentionsPath(command, site);
}

/** The lines of a script that root runs, comments left out. */
function scriptLines(file: string, text: string, site: string): readonly CronJob[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line.startsWith('#') || !actsForSite(line, site)) return [];
    return [{ file, line: index + 1, text: redactSecrets(line) }];
  });
}

/**
 * Lists the cron jobs of root that touch a site, with file and line; reads only.
 *
 * Looked at are /etc/crontab, /etc/cron.d, root's own crontab, and the scripts in /etc/cron.hourly, daily, weekly and
 * monthly. What those scripts start in turn, other jobs of anacron, and `at` are not. Needs root to see root's crontab.
 * Errors: those of reading a file.
 *
 * @param root - another root directory to look in, for an image that is not running; default `/`
 */
export function rootCronJobs(site: string, root = '/'): ResultAsync<readonly CronJob[], ReadFileError | IoError> {
  return new ResultAsync(read(site, root.replace(/\/+$/, '')));
}

async function read(site: string, root: string): Promise<Result<readonly CronJob[], ReadFileError | IoError>> {
  const tables = await namesIn(`${root}/etc/cron.d`);
  if (tables.isErr()) return err(tables.error);
  const files: [string, 'system' | 'own' | 'script'][] = [
    [`${root}/etc/crontab`, 'system'],
    ...tables.value.map((path): [string, 'system'] => [path, 'system']),
    [`${root}/var/spool/cron/crontabs/root`, 'own'],
  ];
  for (const often of ['hourly', 'daily', 'weekly', 'monthly']) {
    const scripts = await namesIn(`${root}/etc/cron.${often}`);
    if (scripts.isErr()) return err(scripts.error);
    files.push(...scripts.value.map((path): [string, 'script'] => [path, 'script']));
  }
  const jobs: CronJob[] = [];
  for (const [file, kind] of files) {
    const content = await readRegularFile(file, { followLinks: true });
    if (content.isErr()) {
      if (content.error.code === 'NOT_FOUND' || content.error.code === 'NOT_A_REGULAR_FILE') continue;
      return err(content.error);
    }
    const text = content.value.bytes.toString('utf8');
    jobs.push(
      ...(kind === 'script' ? scriptLines(file, text, site) : parseCronJobs(file, text, site, kind === 'system')),
    );
  }
  return ok(jobs);
}

/** What cron(8) and run-parts(8) take of a directory on Debian: names of these characters only. */
async function namesIn(directory: string): Promise<Result<readonly string[], IoError>> {
  const names = await ResultAsync.fromPromise(readdir(directory), (cause) => ioError(cause, 'readdir', directory));
  if (names.isErr()) return names.error.errno === 'ENOENT' ? ok([]) : err(names.error);
  return ok(
    names.value
      .filter((name) => /^[A-Za-z0-9_-]+$/.test(name))
      .sort()
      .map((name) => `${directory}/${name}`),
  );
}
