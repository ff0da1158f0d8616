import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostSpecifiers } from '../values/index.js';

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
  const { hostname, release } = process.getBuiltinModule('node:os');
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
