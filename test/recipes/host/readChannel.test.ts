import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readChannel } from '../../../src/recipes/host/readChannel.js';
import { tempDir } from '../tempDir.js';

const NAME = 'wp-coding-agents-channels.php';
const block = (name: string, body: string): string =>
  `    // BEGIN bridge:${name}\n    ${body}\n    // END bridge:${name}\n`;
const channels = (blocks: string): string =>
  `<?php\nadd_filter( 'datamachine_code_cli_channels', function ( $channels ) {\n    // BEGIN bridges\n${blocks}    // END bridges\n    return $channels;\n} );\n`;
const KIMAKI = block('kimaki', "$channels['kimaki'] = [ 'command' => '/plain', 'args' => [ 'send' ] ];");
/** The plain instance. */
const PLAIN = { bridge: 'kimaki', name: '', site: '/srv/site', dataDir: '/root/.kimaki' } as const;
const SHOP = block('kimaki-shop', "$channels['kimaki-shop'] = [ 'command' => '/shop' ];");

function withFile(content: string): string {
  const dir = tempDir();
  writeFileSync(join(dir, NAME), content);
  return dir;
}

test('finds the plain entry, with the file and its bytes', async () => {
  const source = channels(KIMAKI + SHOP);
  const dir = withFile(source);
  const channel = (await readChannel(dir, PLAIN))._unsafeUnwrap();
  expect(channel).toMatchObject({
    file: join(dir, NAME),
    label: 'bridge:kimaki',
    entry: { name: 'kimaki', command: '/plain', args: ['send'] },
  });
  expect(channel?.bytes.toString()).toBe(source);
});

test('prefers the entry of its own for a named instance, and else shares the plain one', async () => {
  const dir = withFile(channels(KIMAKI + SHOP));
  expect((await readChannel(dir, { ...PLAIN, name: 'shop' }))._unsafeUnwrap()?.entry.command).toBe('/shop');
  expect((await readChannel(dir, { ...PLAIN, name: 'blog' }))._unsafeUnwrap()?.entry.command).toBe('/plain');
});

test('is null where there is no file, and where no entry is kimaki’s', async () => {
  expect((await readChannel(tempDir(), PLAIN))._unsafeUnwrap()).toBeNull();
  expect((await readChannel(join(tempDir(), 'missing'), PLAIN))._unsafeUnwrap()).toBeNull();
  expect((await readChannel(withFile(channels(SHOP)), PLAIN))._unsafeUnwrap()).toBeNull();
});

test.each([
  ['a block without an end', channels(KIMAKI.replace('// END bridge:kimaki', ''))],
  ['an entry that only PHP can tell', channels(block('kimaki', "$channels['kimaki'] = [ 'command' => where() ];"))],
  ['two blocks of one name', channels(KIMAKI + KIMAKI)],
])('%s is an error, not a guess', async (_, content) => {
  expect(await readChannel(withFile(content), PLAIN)).toBeErr();
});

test('a link in place of the file is an error', async () => {
  const elsewhere = withFile(channels(KIMAKI));
  const dir = tempDir();
  symlinkSync(join(elsewhere, NAME), join(dir, NAME));
  expect((await readChannel(dir, PLAIN))._unsafeUnwrapErr().code).toBe('NOT_A_REGULAR_FILE');
});

test("takes the entry of the instance's own bridge, and none of another", async () => {
  const roadie = block('roadie', "$channels['roadie'] = [ 'command' => '/roadie' ];");
  const dir = withFile(channels(KIMAKI + roadie));
  expect((await readChannel(dir, { ...PLAIN, bridge: 'roadie' }))._unsafeUnwrap()?.entry.command).toBe('/roadie');
  expect((await readChannel(dir, { ...PLAIN, bridge: 'roadie', name: 'shop' }))._unsafeUnwrap()?.label).toBe(
    'bridge:roadie',
  );
  expect((await readChannel(withFile(channels(KIMAKI)), { ...PLAIN, bridge: 'roadie' }))._unsafeUnwrap()).toBeNull();
});

test('the plain entry is not that of a named instance where another one works on the same site that it leads to', async () => {
  const shop = { ...PLAIN, name: 'shop', dataDir: '/root/.kimaki-shop' };
  const blog = { ...PLAIN, name: 'blog', dataDir: '/root/.kimaki-blog' };
  const commandFor = async (
    text: string,
    neighbours: NonNullable<Parameters<typeof readChannel>[2]>,
  ): Promise<string | undefined> =>
    (await readChannel(withFile(channels(text)), shop, neighbours))._unsafeUnwrap()?.entry.command;
  expect(await commandFor(KIMAKI, [PLAIN])).toBeUndefined();
  expect(await commandFor(KIMAKI, [{ ...PLAIN, site: '/srv/other' }, blog])).toBe('/plain');
  const hop = '/usr/local/bin/wp-coding-agents-kimaki-blog-dispatch';
  expect(await commandFor(KIMAKI.replace('/plain', hop), [blog])).toBeUndefined();
  const env = KIMAKI.replace("'args'", "'env' => [ 'KIMAKI_DATA_DIR' => '/root/.kimaki-blog' ], 'args'");
  expect(await commandFor(env, [blog])).toBeUndefined();
  expect(await commandFor(env.replace('kimaki-blog', 'kimaki-shop'), [blog])).toBe('/plain');
});
