import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALL_DIR } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';

/**
 * Runs a module in the host, where the package is installed, and gives what it passed to `answer`. The body may use
 * everything of `@wca/runtime-sdk/kimaki` as `kimaki`, and of the other folders by their names.
 */
export async function hostScript(host: Host, body: string): Promise<unknown> {
  const script = `${INSTALL_DIR}/script.mjs`;
  const imports = ['kimaki', 'posix', 'systemd', 'wordpress', 'recipes'].map(
    (name) => `import * as ${name} from '@wca/runtime-sdk/${name}';`,
  );
  const answer = 'const answer = (value) => console.log(JSON.stringify(value));';
  await writeFile(join(host.root, script), [...imports, answer, body].join('\n'));
  return JSON.parse(await host.ok([`${INSTALL_DIR}/node`, script]));
}
