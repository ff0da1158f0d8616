import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findContraryDefines } from '../../../src/wordpress/site/findContraryDefines.js';
import { fsChmodMuPlugin } from '../../../src/wordpress/site/fsChmodMuPlugin.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wca-contrary-'));
  await mkdir(join(root, 'mu'));
});
afterEach(() => rm(root, { recursive: true }));

async function contrary(config: string, plugins: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const configPath = join(root, 'wp-config.php');
  await writeFile(configPath, `<?php\n${config}\n`);
  for (const [name, text] of Object.entries(plugins)) await writeFile(join(root, 'mu', name), text);
  const found = await findContraryDefines({ path: root, configPath, muPluginsDir: join(root, 'mu') });
  return found._unsafeUnwrap().map(({ file, ...rest }) => ({ file: file.slice(root.length + 1), ...rest }));
}

test('other modes are found in wp-config.php and mu-plugins, with their lines', async () => {
  expect(
    await contrary("define('FS_CHMOD_DIR', 0755);\n\nif (!defined('FS_CHMOD_FILE')) define('FS_CHMOD_FILE', 420);", {
      'a.php': '<?php\nconst FS_CHMOD_DIR = ( 0755 & ~ umask() );\n',
      'notes.txt': "<?php define('FS_CHMOD_DIR', 0700);",
    }),
  ).toEqual([
    { file: 'wp-config.php', line: 2, name: 'FS_CHMOD_DIR', mode: 0o755, written: '0755' },
    { file: 'wp-config.php', line: 4, name: 'FS_CHMOD_FILE', mode: 0o644, written: '420' },
    { file: 'mu/a.php', line: 2, name: 'FS_CHMOD_DIR', mode: null, written: '0755 & ~ umask()' },
  ]);
});

test('a file that wp-config.php includes counts, and so does the Config of Bedrock in it', async () => {
  await writeFile(join(root, 'application.php'), "<?php\n\nConfig::define('FS_CHMOD_DIR', 0755);\n");
  expect(await contrary("require __DIR__ . '/application.php';")).toEqual([
    { file: 'application.php', line: 3, name: 'FS_CHMOD_DIR', mode: 0o755, written: '0755' },
  ]);
});

test('our own mu-plugin, the same values, comments and strings are not contrary', async () => {
  const { name, content } = fsChmodMuPlugin();
  const config = `// define('FS_CHMOD_DIR', 0755);
$x = "define('FS_CHMOD_FILE', 0600)";
define('FS_CHMOD_DIR', 02775);`;
  expect(await contrary(config, { [name]: content })).toEqual([]);
});

test('a file that cannot be read as PHP counts when it mentions the name', async () => {
  expect(await contrary('', { 'x.php': '<?php\nif (\n// FS_CHMOD_FILE\n', 'y.php': '<?php if (' })).toEqual([
    { file: 'mu/x.php', line: 3, name: 'FS_CHMOD_FILE', mode: null, written: null },
  ]);
});

test('no mu-plugins directory, no wp-config.php and a dangling link are no errors', async () => {
  await symlink('gone', join(root, 'mu/dangling.php'));
  const site = { path: root, configPath: null, muPluginsDir: join(root, 'mu') };
  expect((await findContraryDefines(site))._unsafeUnwrap()).toEqual([]);
  expect((await findContraryDefines({ ...site, muPluginsDir: join(root, 'none') }))._unsafeUnwrap()).toEqual([]);
});
