// @module-tag php-cli
import { expect, test } from 'vitest';
import { emptyManagedFile } from '../../../src/wordpress/blocks/emptyManagedFile.js';
import { putBlock } from '../../../src/wordpress/blocks/putBlock.js';
import { renderCliChannel } from '../../../src/wordpress/blocks/entries/renderCliChannel.js';
import { renderRuntimeSignature } from '../../../src/wordpress/blocks/entries/runtimeSignature.js';
import { runPhp } from '../support/php.js';

/** Loads a mu-plugin with the two WordPress names it uses, and prints what its filter makes of `given`. */
function filtered(file: Buffer, given: string): string {
  const body = file.toString().replace(/^<\?php\n/, '');
  const wordpress = `define('ABSPATH', '/');
function add_filter($name, $do) { echo $name, ' ', json_encode($do(${given})); }
`;
  return runPhp(wordpress + body);
}

test('WordPress gets the channel that was put into a fresh file', () => {
  const channel = { name: 'kimaki', command: "/opt/it's/kimaki", args: ['send'], detach: true };
  const body = renderCliChannel(channel)._unsafeUnwrap();
  const file = putBlock(emptyManagedFile('bridge'), 'bridge:kimaki', body)._unsafeUnwrap();
  expect(filtered(file, 'null')).toBe(
    `datamachine_code_cli_channels {"kimaki":{"command":"\\/opt\\/it's\\/kimaki","args":["send"],"detach":true}}`,
  );
});

test('a fresh file passes on what other plugins registered', () => {
  expect(filtered(emptyManagedFile('bridge'), "['x' => 1]")).toBe('datamachine_code_cli_channels {"x":1}');
});

test('WordPress gets the signature that was put into a fresh runtimes file', () => {
  const body = renderRuntimeSignature({ id: 'opencode', variables: { run_id: 'OPENCODE_RUN_ID' } })._unsafeUnwrap();
  const file = putBlock(emptyManagedFile('runtime'), 'runtime:opencode', body)._unsafeUnwrap();
  expect(filtered(file, '[]')).toBe(
    'datamachine_code_worktree_runtime_signatures {"opencode":{"run_id":"OPENCODE_RUN_ID"}}',
  );
});
