import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, readRegularFile } from '../posix/index.js';
import type { IoError, ReadFileError } from '../posix/index.js';
import { redactSecrets } from '../systemd/index.js';
import { mentionsPath } from './mentionsPath.js';

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
 *
 * @example
 * ```ts
 * import { parseCronJobs } from '@wca/runtime-sdk/kimaki';
 *
 * const text = '* * * * * root wp --allow-root --path=/var/www/site cron event run\n';
 * console.log(parseCronJobs('/etc/cron.d/wp', text, '/var/www/site', true).length); // 1
 * ```
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
    const wpAsRoot = /(^|[\s/'"`;&|(])wp(\s|$)/.test(command) && /--allow-root\b/.test(command);
    if (!wpAsRoot && !mentionsPath(command, site)) continue;
    jobs.push({ file, line: index + 1, text: redactSecrets(line) });
  }
  return jobs;
}

/**
 * Lists the cron jobs of root that touch a site, with file and line; reads only.
 *
 * Looked at are /etc/crontab, /etc/cron.d and root's own crontab. The scripts of cron.daily and its like, anacron,
 * and `at` are not. Needs root to see root's crontab. Errors: those of reading a file.
 *
 * @param root - another root directory to look in, for an image that is not running; default `/`
 *
 * @example
 * ```ts
 * import { rootCronJobs } from '@wca/runtime-sdk/kimaki';
 *
 * const jobs = await rootCronJobs('/var/www/site');
 * if (jobs.isErr()) console.error(jobs.error.message);
 * else for (const job of jobs.value) console.log(`${job.file}:${job.line}: ${job.text}`);
 * ```
 */
export function rootCronJobs(site: string, root = '/'): ResultAsync<readonly CronJob[], ReadFileError | IoError> {
  return new ResultAsync(read(site, root.replace(/\/+$/, '')));
}

async function read(site: string, root: string): Promise<Result<readonly CronJob[], ReadFileError | IoError>> {
  const names = await ResultAsync.fromPromise(readdir(`${root}/etc/cron.d`), (cause) =>
    ioError(cause, 'readdir', `${root}/etc/cron.d`),
  );
  if (names.isErr() && names.error.errno !== 'ENOENT') return err(names.error);
  // cron(8) on Debian runs only files whose names are made of these characters.
  const inDirectory = names
    .unwrapOr([])
    .filter((name) => /^[A-Za-z0-9_-]+$/.test(name))
    .sort();
  const files: [string, boolean][] = [
    [`${root}/etc/crontab`, true],
    ...inDirectory.map((name): [string, boolean] => [`${root}/etc/cron.d/${name}`, true]),
    [`${root}/var/spool/cron/crontabs/root`, false],
  ];
  const jobs: CronJob[] = [];
  for (const [file, hasUserField] of files) {
    const content = await readRegularFile(file, { followLinks: true });
    if (content.isErr()) {
      if (content.error.code === 'NOT_FOUND' || content.error.code === 'NOT_A_REGULAR_FILE') continue;
      return err(content.error);
    }
    jobs.push(...parseCronJobs(file, content.value.bytes.toString('utf8'), site, hasUserField));
  }
  return ok(jobs);
}
