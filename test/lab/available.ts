import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a host can be booted here, and if not, why. */
export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Says whether the lab can run on this machine. With `CI=true` it throws instead of answering no: there, leaving the
 * lab out is a failure.
 */
export function labAvailable(): Availability {
  const reason = whatIsMissing();
  if (reason === null) return { ok: true };
  if (process.env.CI === 'true') throw new Error(`the lab is not available: ${reason}`);
  return { ok: false, reason };
}

function whatIsMissing(): string | null {
  if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`;
  if (process.arch !== 'x64') return `its Node 22 is built for x64, this is ${process.arch}`;
  if (process.getuid?.() !== 0) return 'it needs root: it mounts file systems and boots a container';
  if (!existsSync('/usr/bin/apt-get') && !hasHostTools()) {
    return 'systemd-nspawn and mmdebstrap are missing, and there is no apt-get to install them';
  }
  return mayMount() ? null : 'this environment does not allow mounting file systems';
}

function hasHostTools(): boolean {
  return existsSync('/usr/bin/systemd-nspawn') && existsSync('/usr/bin/mmdebstrap');
}

function mayMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'wca-lab-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'wca-lab-probe', directory]).status === 0;
  if (mounted) spawnSync('umount', [directory]);
  rmdirSync(directory);
  return mounted;
}
