import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readScript } from '../../../src/kimaki/unit/readScript.js';

const dir = mkdtempSync(join(tmpdir(), 'wca-script-'));
afterAll(() => rmSync(dir, { recursive: true }));
const path = join(dir, 'script');

it.each([
  ['#!/bin/sh\nexit 0\n', ['/bin/sh']],
  ['#! /usr/bin/env  node --flag \nx', ['/usr/bin/env', 'node --flag']],
  ['#!/bin/sh', ['/bin/sh']],
  ['#!/opt/ä/node\r\n', ['/opt/ä/node\r']],
  ['echo no first line of that kind\n', []],
])('splits the first line of %j as the kernel does', async (text, interpreter) => {
  writeFileSync(path, text);
  expect(await readScript(path)).toBeOk({ text, interpreter });
});

it.each([
  ['a binary', () => writeFileSync(path, '#!/bin/sh\n\0')],
  ['a large file', () => truncateSync(path, 1024 * 1024 + 1)],
])('takes %s for no script', async (_, make) => {
  make();
  expect(await readScript(path)).toBeOk(null);
});

it('takes what is missing, a directory and a bare name for no script', async () => {
  for (const one of [join(dir, 'none'), dir, 'sh']) expect(await readScript(one)).toBeOk(null);
});
