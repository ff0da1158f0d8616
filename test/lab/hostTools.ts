import { existsSync } from 'node:fs';
import { exec, execOk } from './exec.js';

const TOOLS = [
  { program: '/usr/bin/systemd-nspawn', name: 'systemd-container' },
  { program: '/usr/bin/mmdebstrap', name: 'mmdebstrap' },
] as const;

/** Installs what the lab needs on this machine and lacks; says so before it does. */
export async function installHostTools(say: (line: string) => void): Promise<void> {
  const missing = TOOLS.filter((tool) => !existsSync(tool.program)).map((tool) => tool.name);
  if (missing.length === 0) return;
  say(`installing on this machine with apt-get: ${missing.join(', ')}`);
  const apt = ['-o', 'DPkg::Lock::Timeout=600', '-qq'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  await execOk('apt-get', [...apt, 'update'], { env, timeoutMs: 600_000 });
  const install = [...apt, 'install', '-y', '--no-install-recommends', ...missing];
  await execOk('apt-get', install, { env, timeoutMs: 900_000 });
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
