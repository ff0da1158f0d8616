import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { explainAccess } from '../../posix/access/index.js';
import { attempt, octalMode, printablePath, unlessAborted } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { AccessError } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { findingsAbout, remedy } from '../../posix/findings/index.js';
import type { Finding, Remedy, Severity } from '../../posix/findings/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { CHANNELS_FILE, RUNTIMES_FILE, isManagedName } from './emptyManagedFile.js';
import { fsChmodMuPlugin } from '../site/index.js';
import { lintPhp } from '../php/index.js';
import { managedMode } from './managedMode.js';
import { isPluginFile } from './isPluginFile.js';
import { listBlocks } from './listBlocks.js';
import type { Site } from '../site/index.js';

/** The kinds of {@link ManagedFileFault}; stable. */
export type ManagedFileFaultId =
  | 'managed-not-a-file'
  | 'managed-not-a-plugin'
  | 'managed-unreadable'
  | 'managed-mode'
  | 'managed-fence-damaged'
  | 'managed-syntax';

/**
 * Something wrong with one managed mu-plugin; its subject is the path. `broken`: WordPress does not load the file, or
 * fails because of it. `risk`: it works today.
 */
export interface ManagedFileFault extends Finding<ManagedFileFaultId> {
  /** Counted from 1; null where it is not about a line. */
  readonly line: number | null;
}

/** The problems of the managed mu-plugins of a site. */
export interface ManagedFiles {
  readonly faults: readonly ManagedFileFault[];
  /** Names of the files that were inspected. */
  readonly names: readonly string[];
  /** What could not be checked, one sentence each. */
  readonly notChecked: readonly string[];
}

type ManagedFilesError = IoError | ReadFileError | AccessError | Aborted;

/**
 * Lists the problems of the managed mu-plugins of a site: a file that is none by its content, a mode other than 0644 and
 * 0664, a file that `identity` cannot read, damaged fences, PHP that does not compile. It only reads.
 *
 * Managed are `wp-coding-agents-*.php` and `wca-fs-chmod.php`. Nothing is run but `php -n -l`; without php the syntax
 * is in `notChecked`. What the code does is not checked. A site without the directory has no managed files.
 *
 * Errors: `IO` and those of reading a file and of `explainAccess`; `ABORTED`.
 */
export function inspectManagedFiles(
  site: Pick<Site, 'muPluginsDir'>,
  identity: Identity,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<ManagedFiles, ManagedFilesError> {
  return new ResultAsync(inspect(site.muPluginsDir, identity, options.signal));
}

async function inspect(
  directory: string,
  identity: Identity,
  signal: AbortSignal | undefined,
): Promise<Result<ManagedFiles, ManagedFilesError>> {
  const names = await attempt(() => readdir(directory), 'readdir', directory);
  if (names.isErr())
    return names.error.errno === 'ENOENT' ? ok({ faults: [], names: [], notChecked: [] }) : err(names.error);
  const managed = names.value.filter((name) => isManagedName(name) || name === fsChmodMuPlugin().name).sort();
  const faults: ManagedFileFault[] = [];
  const notChecked: string[] = [];
  for (const name of managed) {
    const wanted = unlessAborted(signal, `inspecting ${printablePath(directory)}`);
    if (wanted.isErr()) return err(wanted.error);
    const one = await inspectOne(join(directory, name), name, identity);
    if (one.isErr()) return err(one.error);
    faults.push(...one.value.faults);
    notChecked.push(...one.value.notChecked);
  }
  return ok({ faults, names: managed.map((name) => printablePath(name)), notChecked });
}

async function inspectOne(
  path: string,
  name: string,
  identity: Identity,
): Promise<Result<Omit<ManagedFiles, 'names'>, ManagedFilesError>> {
  const shown = printablePath(path);
  const about = findingsAbout<ManagedFileFaultId>(shown);
  const fault = (
    id: ManagedFileFaultId,
    severity: Severity,
    what: string,
    way: Remedy,
    line: number | null = null,
  ): ManagedFileFault => ({
    ...about(id, severity, what, way, [line === null ? shown : `${shown}:${line}`]),
    line,
  });
  const mode0644 = remedy.command('chmod', '0644', shown);
  const byHand = (check: Remedy): Remedy =>
    remedy.inOrder(remedy.text('repair it by hand until this is silent'), check);
  const file = await readRegularFile(path);
  if (file.isErr()) {
    if (file.error.code === 'NOT_FOUND') return ok({ faults: [], notChecked: [] });
    if (file.error.code !== 'NOT_A_REGULAR_FILE') return err(file.error);
    return ok({
      faults: [
        fault(
          'managed-not-a-file',
          'risk',
          `${shown} is not a regular file, so it cannot be managed`,
          remedy.text('put a regular file there'),
        ),
      ],
      notChecked: [],
    });
  }
  const { bytes, mode } = file.value;
  const faults: ManagedFileFault[] = [];
  const readable = await explainAccess(path, identity, 'read');
  if (readable.isErr()) return err(readable.error);
  const { allowed, blockedAt } = readable.value;
  if (!isPluginFile(bytes)) {
    // A dump or a key with such a name must not be opened to php-fpm, nor to anybody else.
    const what = `${shown} has the name of a managed mu-plugin, and its content is none (no "Plugin Name:" in a comment, no managed region)`;
    const way = remedy.text(
      'look what it is, and move it out of the directory if it is no plugin; leave its mode as it is',
    );
    faults.push(fault('managed-not-a-plugin', 'risk', what, way));
    if (!allowed) return ok({ faults, notChecked: [] });
  } else if (!allowed) {
    const why = blockedAt === null ? '' : ` (${blockedAt.reason})`;
    faults.push(
      fault(
        'managed-unreadable',
        'broken',
        `${identity.user.name} cannot read ${shown}${why}, so WordPress does not load it`,
        mode0644,
      ),
    );
  } else if ((mode & 0o7777) !== managedMode(mode)) {
    const wanted = octalMode(managedMode(mode));
    faults.push(
      fault(
        'managed-mode',
        'risk',
        `${shown} has mode ${octalMode(mode)}, expected ${wanted}: everyone can read it, and nobody but its owner and its group can write it`,
        remedy.command('chmod', wanted, shown),
      ),
    );
  }
  const blocks = [CHANNELS_FILE, RUNTIMES_FILE].includes(name) ? listBlocks(bytes) : ok([]);
  if (blocks.isErr()) {
    const line = 'line' in blocks.error ? blocks.error.line : null;
    faults.push(
      fault(
        'managed-fence-damaged',
        'risk',
        `${shown}: ${blocks.error.message}`,
        byHand(remedy.call('listBlocks', shown)),
        line,
      ),
    );
  }
  const sound = await lintPhp(bytes);
  if (sound.isOk()) return ok({ faults, notChecked: [] });
  if (sound.error.code !== 'PHP_SYNTAX')
    return ok({ faults, notChecked: [`the syntax of ${shown}: ${sound.error.message}`] });
  const { line } = sound.error;
  faults.push(
    fault(
      'managed-syntax',
      'broken',
      `${shown}${line === null ? '' : `:${line}`} does not compile, so every request fails: ${sound.error.message}`,
      byHand(remedy.command('php', '-l', shown)),
      line,
    ),
  );
  return ok({ faults, notChecked: [] });
}
