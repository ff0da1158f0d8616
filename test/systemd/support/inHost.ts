import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { INSTALL_DIR, bootHost, installPackage } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { internals } from '../../support/internals.js';

/** A booted host with the package installed and nothing wrong with it. */
export async function cleanHost(): Promise<Host> {
  const host = await bootHost({ variant: 'clean' });
  try {
    await installPackage(host);
  } catch (error) {
    await host.down();
    throw error;
  }
  return host;
}

/** Writes unit files below /etc/systemd/system and has systemd read them. */
export async function putUnits(host: Host, units: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(units)) {
    const path = join(host.root, '/etc/systemd/system', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await host.ok('systemctl daemon-reload');
}

/** The module that gives what the Result of an expression holds, or its error, as JSON; `systemd` is in scope, the public face and more. */
export async function writeQuestion(host: Host, expression: string): Promise<readonly string[]> {
  const script = `import { systemd } from './internals.mjs';
const result = await ${expression};
console.log(JSON.stringify(result.match((value) => value ?? 'done', (error) => error)));
`;
  await writeFile(join(host.root, INSTALL_DIR, 'internals.mjs'), await internals());
  await writeFile(join(host.root, INSTALL_DIR, 'ask.mjs'), script);
  return [`${INSTALL_DIR}/node`, `${INSTALL_DIR}/ask.mjs`];
}

/** Asks {@link writeQuestion} as root. */
export async function inHost(host: Host, expression: string): Promise<unknown> {
  return JSON.parse(await host.ok(await writeQuestion(host, expression))) as unknown;
}
