import { realpath, readFile } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import { effectiveUnit } from './effectiveUnit.js';
import type { EffectiveUnit } from './effectiveUnit.js';
import { findUnitFiles } from './findUnitFiles.js';
import type { FindUnitFilesError, UnitFiles } from './unitFiles.js';
import { sourcesOf } from './unitFiles.js';
import { unitSpecifiers } from '../values/index.js';
import type { Specifiers, HostSpecifiers } from '../values/index.js';

/** A unit as its files make it. */
export interface LoadedUnit {
  readonly files: UnitFiles;
  readonly unit: EffectiveUnit;
}

/** How a unit is read. @inline */
export interface LoadUnitOptions {
  /** Where the host's `/` is; default this host's. */
  readonly root?: string;
  /** Go on behind a fault of the unit file, see `effectiveUnit`; default false. */
  readonly readPastFaults?: boolean;
  /** Aborting it before the files are read gives `ABORTED`. */
  readonly signal?: AbortSignal;
}

/**
 * Says what systemd would load for a unit at its next daemon-reload, from the files alone: which files there are, and
 * what they come to.
 *
 * No manager is asked. It promises what `findUnitFiles` and `effectiveUnit` promise, of the moment in which the files
 * were read. A path stands for a unit file that is searched before all others, with its own drop-ins and those that are
 * installed for its name, as `systemd-analyze verify FILE` does.
 *
 * Errors: those of `findUnitFiles`. A unit that does not exist, is masked, or does not load is no error: its
 * `unit.loadState` says so, and `unit.faults` why.
 *
 * @param target - the name of a unit with its suffix, or with a slash in it the path of a unit file
 *
 * @example
 * ```ts
 * import { loadUnit } from '@wca/runtime-sdk/systemd';
 *
 * const loaded = await loadUnit('ssh.service');
 * if (loaded.isErr()) console.error(loaded.error.code, loaded.error.message);
 * else console.log(loaded.value.unit.loadState, loaded.value.unit.settings.length);
 * ```
 */
export function loadUnit(target: string, options: LoadUnitOptions = {}): ResultAsync<LoadedUnit, FindUnitFilesError> {
  return new ResultAsync(load(target, options));
}

async function load(
  target: string,
  { root = '/', readPastFaults = false, signal }: LoadUnitOptions,
): Promise<Result<LoadedUnit, FindUnitFilesError>> {
  const isPath = target.includes('/');
  if (isPath && root === '/') {
    // Without a unit file at that path, one of the same name in the usual directories must not be read instead.
    const readable = await readRegularFile(target, { followLinks: true });
    if (readable.isErr() && !(await masks(target))) return err(readable.error);
  }
  const found = await findUnitFiles(isPath ? basename(target) : target, {
    root,
    ...(isPath ? { first: dirname(target) } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  if (found.isErr()) return err(found.error);
  const files = found.value;
  const specifiers = unitSpecifiers(files.id, files.path, await readHostSpecifiers(root));
  if (files.kind === 'masked') return ok({ files, unit: masked(files, specifiers) });
  return ok({ files, unit: effectiveUnit(files.id, sourcesOf(files), specifiers, { readPastFaults }) });
}

/** A link to /dev/null is the usual mask; the path of a device itself is not. */
async function masks(target: string): Promise<boolean> {
  return target !== '/dev/null' && (await realpath(target).catch(() => null)) === '/dev/null';
}

function masked({ id, path }: UnitFiles, specifiers: Specifiers): EffectiveUnit {
  const reason = 'the unit is masked: its file is empty or a link to /dev/null, and it cannot be started';
  const faults = [{ path: path ?? id, line: 0, setting: null, reason }];
  return { name: id, loadState: 'masked', faults, settings: [], ignored: [], specifiers };
}

/** systemd's names of architectures, systemd.unit(5), for Node's. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86-64',
  ia32: 'x86',
  arm64: 'arm64',
  arm: 'arm',
  riscv64: 'riscv64',
  s390x: 's390x',
  ppc64: 'ppc64-le',
};

/**
 * Reads what specifiers say of a machine: ids, names, kernel and os-release. Of a root that is not this machine's only
 * what its files say; what is not there stays unknown.
 */
export async function readHostSpecifiers(root: string): Promise<HostSpecifiers> {
  const { parse } = await import('ini');
  const text = async (path: string): Promise<string> => readFile(join(root, path), 'utf8').catch(() => '');
  const fields = async (path: string): Promise<Readonly<Record<string, unknown>>> => parse(await text(path));
  const [machine, boot, osRelease, libRelease, info, name] = await Promise.all([
    text('etc/machine-id'),
    root === '/' ? text('proc/sys/kernel/random/boot_id') : '',
    fields('etc/os-release'),
    fields('usr/lib/os-release'),
    fields('etc/machine-info'),
    root === '/' ? hostname() : text('etc/hostname'),
  ]);
  const os = Object.keys(osRelease).length > 0 ? osRelease : libRelease;
  const field = (key: string): string => (typeof os[key] === 'string' ? os[key] : '');
  const host = name.trim();
  const pretty = info.PRETTY_HOSTNAME;
  const known: HostSpecifiers = {
    A: field('IMAGE_VERSION'),
    B: field('BUILD_ID'),
    M: field('IMAGE_ID'),
    o: field('ID'),
    w: field('VERSION_ID'),
    W: field('VARIANT_ID'),
    ...(machine.trim() === '' ? {} : { m: machine.trim() }),
    ...(boot.trim() === '' ? {} : { b: boot.trim().replaceAll('-', '') }),
    ...(host === '' ? {} : { H: host, l: host.split('.')[0] ?? '', q: typeof pretty === 'string' ? pretty : host }),
  };
  const architecture = ARCHITECTURES[process.arch];
  if (root !== '/') return known;
  return { ...known, v: release(), ...(architecture === undefined ? {} : { a: architecture }) };
}
