import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TOOL_VERSION } from '../../../../src/recipes/engine/plan/toolVersion.js';

it('is the version that package.json says', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as object;
  expect(manifest).toMatchObject({ name: '@wca/runtime-sdk', version: TOOL_VERSION });
});
