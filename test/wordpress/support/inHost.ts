import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALL_DIR, SITE, bootHost, installPackage } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { internals } from '../../support/internals.js';

/** A booted host with the package installed, nothing wrong with it, and no visitors that would make WP-Cron write. */
export async function cleanHost(): Promise<Host> {
  const host = await bootHost({ variant: 'clean' });
  try {
    await installPackage(host);
    // The restart ends a WP-Cron run that is still going.
    await host.ok('systemctl stop lab-visitors.timer lab-visitors.service; systemctl restart php8.2-fpm');
  } catch (error) {
    await host.down();
    throw error;
  }
  return host;
}

/**
 * Runs an expression in the host, as root, with `site` (found from `path`), `web` (the identity of www-data) and all of `posix` and `wordpress` in
 * scope, the public face and more; gives what the Result holds, or its error.
 */
export async function inHost(host: Host, expression: string, path = SITE): Promise<unknown> {
  const script = `import { posix, wordpress } from './internals.mjs';
const found = await wordpress.findSite('${path}');
const identity = await posix.lookupIdentity('www-data');
if (found.isErr() || identity.isErr()) throw new Error(JSON.stringify([found, identity]));
const site = found.value;
const web = identity.value;
const result = await ${expression};
console.log(JSON.stringify(result.match((value) => value, (error) => error)));
`;
  await writeFile(join(host.root, INSTALL_DIR, 'internals.mjs'), await internals());
  await writeFile(join(host.root, INSTALL_DIR, 'ask.mjs'), script);
  return JSON.parse(await host.ok([`${INSTALL_DIR}/node`, `${INSTALL_DIR}/ask.mjs`])) as unknown;
}
