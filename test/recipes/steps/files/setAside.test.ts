import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { setAside } from '../../../../src/recipes/steps/files/setAside.js';
import { tempDir } from '../../tempDir.js';

it('gives each the next free name, whatever has the others', async () => {
  const dir = tempDir();
  const path = join(dir, 'program');
  mkdirSync(`${path}.old-2`);
  for (const [text, aside] of [
    ['one', `${path}.old`],
    ['two', `${path}.old-3`],
  ] as const) {
    writeFileSync(path, text);
    expect(await setAside(path, 'old')).toBeOk(aside);
    expect(readFileSync(aside, 'utf8')).toBe(text);
  }
  expect(readdirSync(dir).sort()).toEqual(['program.old', 'program.old-2', 'program.old-3']);
});

it('fails where nothing is there', async () => {
  const made = await setAside(join(tempDir(), 'none'), 'old');
  expect(made._unsafeUnwrapErr().code).toBe('SOURCE_MISSING');
});
