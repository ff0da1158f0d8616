import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createOutput, wantsColor } from '../../src/cli/createOutput.js';
import type { OutputOptions } from '../../src/cli/createOutput.js';

async function said(options: Partial<OutputOptions>, speak: (output: ReturnType<typeof createOutput>) => void) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const output = createOutput({ stdout, stderr }, { json: false, color: false, verbosity: 'normal', ...options });
  speak(output);
  const [out, err] = [text(stdout), text(stderr)];
  await output.flush();
  stdout.end();
  stderr.end();
  return { stdout: await out, stderr: await err };
}

describe('createOutput', () => {
  it('gives people lines and no records', async () => {
    const { stdout } = await said({}, (output) => {
      output.print('a');
      output.print();
      output.record({ a: 1 });
    });
    expect(stdout).toBe('a\n\n');
  });

  it('gives programs records with a format version and no lines', async () => {
    const { stdout } = await said({ json: true }, (output) => {
      output.print('a');
      output.record({ a: 1 });
      output.record({ a: '\n' });
    });
    expect(stdout).toBe('{"formatVersion":1,"a":1}\n{"formatVersion":1,"a":"\\n"}\n');
  });

  it('passes bytes through unchanged', async () => {
    expect((await said({ json: true }, (output) => output.write(Buffer.from('a\0b')))).stdout).toBe('a\0b');
  });

  it('colours only when asked to', async () => {
    const red = (color: boolean) =>
      said({ color }, (output) => {
        output.print(output.style('red', 'x'));
      });
    expect((await red(true)).stdout).toBe('\u001b[31mx\u001b[39m\n');
    expect((await red(false)).stdout).toBe('x\n');
  });
});

describe('text from elsewhere', () => {
  const HOSTILE = 'a\u001b[31mb\u009b2J\u202ec\nd\te\u007f';
  const SHOWN = 'a\\x1b[31mb\\xc2\\x9b2J\\xe2\\x80\\xaec\\x0ad\\x09e\\x7f';

  it.each(['print', 'log', 'warn', 'detail'] as const)('stays one line without controls in %s', async (way) => {
    const { stdout, stderr } = await said({ verbosity: 'verbose' }, (output) => {
      output[way](HOSTILE);
    });
    expect(stdout + stderr).toBe(`${SHOWN}\n`);
  });

  it('keeps to the style it was given, and cannot make one of its own', async () => {
    const { stdout } = await said({ color: true }, (output) => {
      output.print(`${output.style('red', HOSTILE)}${HOSTILE}`);
    });
    expect(stdout).toBe(`\u001b[31m${SHOWN}\u001b[39m${SHOWN}\n`);
  });

  it('is escaped in a record, which reads back the same', async () => {
    const { stdout } = await said({ json: true }, (output) => {
      output.record({ text: HOSTILE });
    });
    expect(stdout).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ text: HOSTILE });
  });

  it('is written to a terminal without controls, and as it is elsewhere', async () => {
    const write = async (isTTY: boolean) => {
      const stdout = Object.assign(new PassThrough(), { isTTY });
      const output = createOutput(
        { stdout, stderr: new PassThrough() },
        { json: false, color: false, verbosity: 'normal' },
      );
      output.write(Buffer.from('/a\u001b[2J\0/b\n'));
      await output.flush();
      stdout.end();
      return text(stdout);
    };
    expect(await write(true)).toBe('/a\\x1b[2J\\x00/b\n');
    expect(await write(false)).toBe('/a\u001b[2J\0/b\n');
  });
});

describe('wantsColor', () => {
  it.each([
    ['a terminal', { isTTY: true }, {}, true],
    ['a pipe', {}, {}, false],
    ['NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
  ])('decides for %s', (_, stream, env, expected) => {
    expect(wantsColor(stream, env)).toBe(expected);
  });
});
