// @module-tag linux
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { currentHost } from '../../../../src/recipes/engine/plan/currentHost.js';

test('names this machine, the same each time, without its machine id', async () => {
  const [one, two] = [await currentHost(), await currentHost()];
  expect(one).toEqual(two);
  const host = one.isOk() ? one.value : null;
  expect(host?.hostname).toBe(hostname());
  expect(host?.machineId).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.stringify(one)).not.toContain(readFileSync('/etc/machine-id', 'utf8').trim());
});
