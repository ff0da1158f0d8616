import { access, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { checkTrustedPath } from '../../posix/index.js';
import type { MigrationFacts } from './facts.js';

/** What systemd needs no quotes for, and does not expand. */
const PLAIN = /^\/[\w./+@,:-]+$/;

/** What runs at the next boot when a run is cut off, and what an operator should know of it. */
export async function observeRecovery(): Promise<{ readonly recovery: MigrationFacts['recovery']; readonly warnings: readonly string[] }> {
  const require = createRequire(import.meta.url);
  const manifest = await realpath(require.resolve('@wca/runtime-sdk/package.json')).catch(() => null);
  const program = manifest === null ? null : join(dirname(manifest), 'dist/cli/main.js');
  const node = await realpath(process.execPath).catch(() => process.execPath);
  const there = program !== null && (await access(program).then(() => true, () => false));
  if (program === null || !there || ![node, program].every((path) => PLAIN.test(path))) {
    const warning =
      'this package is not installed where a unit could run it, so nothing puts things together should this host go down ' +
      'half-way: do not reboot before the run has ended';
    return { recovery: null, warnings: [warning] };
  }
  const warnings: string[] = [];
  for (const path of [node, program]) {
    const trusted = await checkTrustedPath(path);
    if (trusted.isErr()) warnings.push(`root runs it at a boot in the middle of a run: ${trusted.error.message}`);
  }
  return { recovery: { node, program }, warnings };
}
