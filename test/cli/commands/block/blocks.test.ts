// @module-tag linux
// @module-tag php-cli
// @module-tag slow
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commandTable.js';
import { runLine } from '../../harness.js';

const BODY = "    $channels['kimaki'] = [ 'command' => '/usr/bin/kimaki' ];\n";
let folder: string;
let file: string;
const run = (input: string, ...args: readonly string[]) => runLine(['block', ...args], COMMANDS, { input });

/** What stands before the text and after it. */
function splitAt(bytes: Buffer, text: string): readonly [Buffer, Buffer] {
  const at = bytes.indexOf(text);
  return [bytes.subarray(0, at), bytes.subarray(at + Buffer.byteLength(text))];
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wca-block-'));
  file = join(folder, 'channels.php');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('wca block', () => {
  it('puts, lists, gets and removes', async () => {
    expect((await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels')).exitCode).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    const listed = JSON.parse((await run('', 'list', file, '--json')).stdout) as {
      blocks: readonly { name: string }[];
    };
    expect(listed.blocks.map(({ name }) => name)).toEqual(['bridge:kimaki']);
    expect(await run('', 'get', file, 'bridge:kimaki')).toEqual({ exitCode: 0, stdout: BODY, stderr: '' });
    expect((await run('', 'remove', file, 'bridge:kimaki')).stdout).toBe('removed\n');
    expect((await run('', 'remove', file, 'bridge:kimaki')).stdout).toBe('unchanged\n');
    expect((await run('', 'get', file, 'bridge:kimaki')).exitCode).toBe(66);
  });

  it('heals the mode of what is already so, and leaves inode and mtime alone', async () => {
    await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels');
    chmodSync(file, 0o600);
    const { ino, mtimeMs } = statSync(file);
    expect(JSON.parse((await run(BODY, 'put', file, 'bridge:kimaki', '--json')).stdout)).toMatchObject({
      changed: false,
      modeHealed: true,
    });
    expect(statSync(file)).toMatchObject({ ino, mtimeMs, mode: 0o100644 });
  });

  it.each([
    ['a missing file', '@', 'bridge:kimaki', [], 66],
    ['an unknown kind', '@', 'bridge:kimaki', ['--create', 'x'], 64],
    ['a label of the other kind', '@', 'runtime:x', ['--create', 'channels'], 64],
    ['no label', '@', 'kimaki', [], 64],
    ['a relative path', 'x.php', 'bridge:kimaki', [], 64],
  ])('refuses %s', async (_, path, name, more, exitCode) => {
    expect((await run(BODY, 'put', path.replace('@', file), name, ...more)).exitCode).toBe(exitCode);
    expect(existsSync(file)).toBe(false);
  });

  it('prints what the shipped schema says, each command its own kind of document', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../../../schema/block.schema.json', import.meta.url), 'utf8'),
    ) as object;
    const ajv = new Ajv2020({ allErrors: true, strict: false });
    ajv.addSchema(schema, 'block');
    const isValid = async (kind: string, input: string, ...args: readonly string[]): Promise<void> => {
      const told: unknown = JSON.parse((await run(input, ...args, '--json')).stdout);
      for (const name of ['block', `block#/$defs/${kind}`]) {
        const validate = ajv.getSchema(name);
        expect(validate?.(told), `${args.join(' ')}: ${ajv.errorsText(validate?.errors)}`).toBe(true);
      }
    };
    await isValid('error', '', 'list', file);
    await isValid('change', BODY, 'put', file, 'bridge:kimaki', '--create', 'channels');
    await isValid('list', '', 'list', file);
    await isValid('get', '', 'get', file, 'bridge:kimaki');
    await isValid('error', '?>', 'put', file, 'bridge:kimaki');
    await isValid('error', BODY, 'put', file, '../x');
    await isValid('change', '', 'remove', file, 'bridge:kimaki');
  });

  it('gives bytes that are not UTF-8 as they are, and in JSON in base64 too', async () => {
    await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels');
    const odd = Buffer.concat([Buffer.from('    // '), Buffer.from([0xff, 0x0a])]);
    writeFileSync(
      file,
      Buffer.concat(splitAt(readFileSync(file), BODY).flatMap((part, index) => (index === 0 ? [part] : [odd, part]))),
    );
    const told = JSON.parse((await run('', 'get', file, 'bridge:kimaki', '--json')).stdout) as { bodyBase64: string };
    expect(Buffer.from(told.bodyBase64, 'base64')).toEqual(odd);
    const plain = await run('', 'list', file, '--json');
    expect(plain.exitCode).toBe(0);
  });

  it.each([
    ['a quote and a backslash', "    $a = 'it\\'s \\\\';\n", 0],
    ['a string that ends too early', "    $a = 'it's';\n", 65],
    ['an end of PHP', '    $a = 1; ?>\n', 65],
    ['an end of PHP in a string', "    $a = '?>';\n", 65],
    ['a line end of Windows', '    $a = 1;\r\n', 65],
    ['a NUL', '    $a = "\0";\n', 65],
    ['a fence', '    // END bridge:kimaki\n', 65],
    ['a fence of another kind, after a tab', '\t# BEGIN runtime:x\n', 65],
    ['more than any block has', '\n'.repeat(300_000), 65],
    ['nothing in it', '', 0],
  ])('a body with %s is taken or refused, never changed', async (_, body, exitCode) => {
    await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels');
    const before = readFileSync(file);
    const put = await run(body, 'put', file, 'bridge:kimaki');
    expect(put.exitCode).toBe(exitCode);
    expect(put.stderr.split('\n').length).toBeLessThanOrEqual(4);
    if (exitCode === 0) expect((await run('', 'get', file, 'bridge:kimaki')).stdout).toBe(body);
    else expect(readFileSync(file)).toEqual(before);
  });

  it.each([
    '../x',
    'bridge:',
    'bridge:A',
    "bridge:it's",
    'bridge:a\nb',
    'bridges',
    'bridge:a ',
    '',
    `bridge:${'a'.repeat(65)}`,
  ])('the name %j is a usage error', async (name) => {
    for (const command of ['get', 'put', 'remove']) expect((await run(BODY, command, file, name)).exitCode).toBe(64);
    await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels');
    for (const command of ['get', 'put', 'remove']) expect((await run(BODY, command, file, name)).exitCode).toBe(64);
  });

  it.each([
    ['Windows lines', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a tab before a fence', (text: string) => text.replace('    // BEGIN bridge:', '\t// BEGIN bridge:')],
    ['crossed fences', (text: string) => text.replace('// END bridge:kimaki', '// END bridge:other')],
    ['a BEGIN without END', (text: string) => text.replace('    // END bridge:kimaki\n', '')],
    ['the block twice', (text: string) => text.replace(/( *\/\/ BEGIN bridge:kimaki[^]*END bridge:kimaki\n)/, '$1$1')],
    ['no region', (text: string) => text.replaceAll(/.*(BEGIN|END).*\n/g, '')],
    ['a block outside the region', (text: string) => `${text}    // BEGIN bridge:x\n    // END bridge:x\n`],
  ])('a file with %s is refused with a line by every command, and unchanged', async (_, damage) => {
    await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels');
    const damaged = damage(readFileSync(file, 'utf8'));
    writeFileSync(file, damaged);
    for (const args of [['list', file], ...['get', 'put', 'remove'].map((one) => [one, file, 'bridge:kimaki'])]) {
      const said = await run(BODY, ...args);
      expect([args[0], said.exitCode]).toEqual([args[0], 65]);
      expect(said.stderr).toMatch(/line \d+/);
    }
    expect(readFileSync(file, 'utf8')).toBe(damaged);
  });

  it('refuses a body that PHP would not take, and damaged fences, with the file unchanged', async () => {
    await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels');
    const before = readFileSync(file);
    expect((await run('    $channels[ = 1;\n', 'put', file, 'bridge:kimaki')).exitCode).toBe(65);
    expect(readFileSync(file)).toEqual(before);
    writeFileSync(file, before.toString().replace('// END bridge:kimaki', '// END bridge:kimaki '));
    const said = await run(BODY, 'put', file, 'bridge:kimaki');
    expect(said.exitCode).toBe(65);
    expect(said.stderr).toMatch(/line \d+/);
  });
});
