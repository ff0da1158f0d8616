import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exec } from './exec.js';

const INSTALL = fileURLToPath(new URL('../../scripts/installTestPackages.sh', import.meta.url));

/** Installs what the lab needs on this machine and lacks; says so before it does. */
export function installHostTools(): void {
  execFileSync(INSTALL, ['systemd-container', 'mmdebstrap'], { stdio: ['ignore', 2, 2] });
}

/**
 * The Debian 12 sources this machine's own apt uses, as sources.list lines, so that the image comes from the same
 * mirror. None on a machine of another release: mmdebstrap then takes its default mirror.
 */
export async function packageSources(suite: string): Promise<readonly string[]> {
  const line = 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)';
  const listed = await exec('apt-get', ['indextargets', '--format', line, 'Identifier: Packages']);
  const wanted = listed.stdout.split('\n').filter((source) => source.includes(` ${suite}`) && source.endsWith(' main'));
  return [...new Set(wanted)].sort();
}
