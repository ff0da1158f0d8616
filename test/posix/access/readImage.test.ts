import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseShebang, readImage } from '../../../src/posix/access/readImage.js';
import { freshPlace, run } from '../support/place.js';

function shebang(text: string): unknown {
  return parseShebang(Buffer.from(text, 'latin1'));
}

describe('readImage', () => {
  it('reads the loader and the machine of an ELF program', () => {
    const image = readImage(process.execPath);
    expect(image).toBeOk(expect.objectContaining({ kind: 'elf', machine: process.arch === 'x64' ? 62 : 183 }));
    expect(image.isOk() && image.value.kind === 'elf' && image.value.loader).toMatch(/^\/lib.*\/ld-/);
  });

  it('never waits for a FIFO, and calls it and an empty file unknown', () => {
    const place = freshPlace();
    run('mkfifo', [join(place, 'pipe')]);
    writeFileSync(join(place, 'empty'), '');
    for (const name of ['pipe', 'empty']) {
      const image = readImage(join(place, name));
      expect(image).toBeOk({ kind: 'unknown' });
    }
  });
});

describe('parseShebang', () => {
  it('gives the interpreter one argument at most, without blanks around it', () => {
    expect(shebang('#!/bin/sh\n')).toEqual({ kind: 'script', interpreter: '/bin/sh', argument: null });
    expect(shebang('#! \t/bin/sh  -e  -u \t\nx')).toMatchObject({ interpreter: '/bin/sh', argument: '-e  -u' });
    expect(shebang('#!/usr/bin/env node\r\n')).toEqual({
      kind: 'script',
      interpreter: '/usr/bin/env',
      argument: 'node\r',
    });
    expect(shebang('#!/bin/sh')).toEqual({ kind: 'script', interpreter: '/bin/sh', argument: null });
  });

  it('is null for what the kernel does not run', () => {
    for (const text of ['#!\n', '#!  \n', '#!', '# /bin/sh', '']) expect(shebang(text), text).toBeNull();
    expect(shebang(`#!/${'x'.repeat(300)}\n`)).toBeNull();
    expect(shebang(`#!/bin/sh ${'x'.repeat(300)}\n`)).toMatchObject({ interpreter: '/bin/sh' });
  });

  it('agrees with the kernel on what is a script, and on the argument', () => {
    const place = freshPlace();
    const show = join(place, 'show');
    writeFileSync(show, '#!/usr/bin/perl\nprint $#ARGV == 0 ? "none" : "<$ARGV[0]>";\n');
    chmodSync(show, 0o755);
    const long = `#!${show} ${'y'.repeat(400)}\n`;
    for (const line of [`#!${show}\n`, `#! ${show} \t a  b \t\n`, `#!${show} a\0b\n`, `#!${show}`, '#!\n', long]) {
      const script = join(place, 'script');
      writeFileSync(script, line);
      chmodSync(script, 0o755);
      const ran = spawnSync(script, { encoding: 'latin1' });
      const parsed = parseShebang(Buffer.from(line));
      const expected = parsed?.kind === 'script' ? (parsed.argument === null ? 'none' : `<${parsed.argument}>`) : '';
      expect(ran.stdout, JSON.stringify(line)).toBe(expected);
    }
  });
});
