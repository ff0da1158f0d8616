import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALL_DIR } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { internals } from '../../support/internals.js';

/**
 * Runs a module in the host, where the package is installed, and gives what it passed to `answer`. The body may use all that
 * the rooms of kimaki give each other as `kimaki`, and of the other floors by their names.
 */
export async function hostScript(host: Host, body: string): Promise<unknown> {
  const script = `${INSTALL_DIR}/script.mjs`;
  await writeFile(join(host.root, INSTALL_DIR, 'internals.mjs'), await internals());
  const imports = "import { kimaki, posix, systemd, wordpress, recipes } from './internals.mjs';";
  const answer = 'const answer = (value) => console.log(JSON.stringify(value));';
  await writeFile(join(host.root, script), [imports, answer, body].join('\n'));
  return JSON.parse(await host.ok([`${INSTALL_DIR}/node`, script]));
}
