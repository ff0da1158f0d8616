import { existsSync, realpathSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execOk } from './exec.js';
import type { Host } from './host.js';
import { withFileLock } from './lock.js';

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const SHIPPED = ['package.json', 'dist', 'schema', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE'] as const;

/** Where the package lies in the host; scripts in this directory can import it by its name. */
export const INSTALL_DIR = '/opt/wca';

/**
 * Installs the package in the host as npm would: below /opt/wca/node_modules, with its dependencies, the Node that
 * runs the tests as /opt/wca/node, and /usr/local/bin/wca. Without a source it is what {@link buildProject} made;
 * otherwise `source` is a packed tarball or a directory with a package.json.
 */
export async function installPackage(host: Host, source?: string): Promise<void> {
  const install = join(host.root, INSTALL_DIR);
  const target = join(install, 'node_modules/@wca/runtime-sdk');
  await mkdir(target, { recursive: true });
  if (source?.endsWith('.tgz')) {
    await execOk('tar', ['--extract', '--gzip', '--strip-components=1', '--no-same-owner', '-C', target, '-f', source]);
  } else {
    for (const name of SHIPPED) {
      const from = join(source ?? PROJECT, name);
      if (existsSync(from)) await cp(from, join(target, name), { recursive: true });
    }
  }
  const names = await dependencyNames(join(target, 'package.json'));
  for (const path of await dependencyTree(PROJECT, names)) {
    const to = join(install, relative(PROJECT, path));
    // What is nested in a dependency is copied with it.
    await cp(path, to, { recursive: true, dereference: true });
  }
  await copyFile(realpathSync(process.execPath), join(install, 'node'));
  await chmod(join(install, 'node'), 0o755);
  const launcher = join(host.root, 'usr/local/bin/wca');
  const main = `${INSTALL_DIR}/node_modules/@wca/runtime-sdk/dist/cli/main.js`;
  await writeFile(launcher, `#!/bin/sh\nexec ${INSTALL_DIR}/node ${main} "$@"\n`, { mode: 0o755 });
  await chmod(launcher, 0o755);
}

/** Builds the code in `dist`, which takes a second; one build at a time, however many processes ask. */
export async function buildProject(): Promise<void> {
  const cache = join(PROJECT, 'node_modules/.cache/wca-lab');
  await mkdir(cache, { recursive: true });
  await withFileLock(join(cache, 'lock'), () => execOk('npm', ['run', 'build:code'], { cwd: PROJECT }));
}

async function dependencyNames(manifest: string): Promise<readonly string[]> {
  const parsed: unknown = JSON.parse(await readFile(manifest, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null || !('dependencies' in parsed)) return [];
  const { dependencies } = parsed;
  return typeof dependencies === 'object' && dependencies !== null ? Object.keys(dependencies) : [];
}

/** The directories of the packages named and of all they depend on, found the way Node does. */
async function dependencyTree(from: string, names: readonly string[], seen = new Set<string>()): Promise<Set<string>> {
  for (const name of names) {
    const path = findPackage(from, name);
    if (path === null || seen.has(path)) continue;
    seen.add(path);
    await dependencyTree(path, await dependencyNames(join(path, 'package.json')), seen);
  }
  return seen;
}

function findPackage(from: string, name: string): string | null {
  for (let directory = from; directory.startsWith(PROJECT); directory = dirname(directory)) {
    const path = join(directory, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return path;
  }
  return null;
}
