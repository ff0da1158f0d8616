import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installedUnits } from '../../../src/kimaki/instance/installedUnits.js';
import { makeTree } from '../support/tree.js';
import type { Tree } from '../support/tree.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'units-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function found(tree: Tree): Promise<readonly string[]> {
  await makeTree(root, tree);
  const units = (await installedUnits(root))._unsafeUnwrap();
  return units.map(({ unit, description }) => `${unit} ${description.user} ${description.dataDir}`);
}

const SERVICE = '[Service]\nExecStart=/usr/bin/kimaki --data-dir /d\n';

it('finds every instance by its files, kimaki.service first, drop-ins counted', async () => {
  expect(
    await found({
      'etc/systemd/system/kimaki-a.service': `${SERVICE}User=a\n`,
      'usr/lib/systemd/system/kimaki.service': `${SERVICE}User=root\n`,
      'etc/systemd/system/kimaki.service.d/50-user.conf': '[Service]\nUser=opencode\n',
      'etc/systemd/system/kimakix.service': SERVICE,
      'etc/systemd/system/kimaki-t@.service': SERVICE,
      'etc/systemd/system/kimaki bad.service': SERVICE,
    }),
  ).toEqual(['kimaki.service opencode /d', 'kimaki-a.service a /d']);
});

it('passes over masks and other names of the same unit', async () => {
  expect(
    await found({
      'etc/systemd/system/kimaki-a.service': SERVICE,
      'etc/systemd/system/kimaki.service': { link: '/etc/systemd/system/kimaki-a.service' },
      'etc/systemd/system/kimaki-m.service': { link: '/dev/null' },
      'etc/systemd/system/kimaki-e.service': '',
    }),
  ).toEqual(['kimaki-a.service root /d']);
});

it('finds none in an empty root', async () => {
  expect(await found({})).toEqual([]);
});
