// @module-tag root
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { programsAfterUpgrade } from '../../../src/kimaki/unit/programsAfterUpgrade.js';
import type { ProgramsAfterUpgrade } from '../../../src/kimaki/unit/programsAfterUpgrade.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { serviceOf } from '../../systemd/support/effectiveOf.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'after-'));
  await chmod(dir, 0o755);
  await mkdir(join(dir, 'skills'));
  await writeFile(join(dir, 'post.sh'), `#!/bin/sh\nrm -rf ${dir}/skills/*\n`, { mode: 0o755 });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function find(...lines: readonly string[]): Promise<ProgramsAfterUpgrade> {
  const agent = (await lookupIdentity('www-data'))._unsafeUnwrap();
  return (await programsAfterUpgrade(serviceOf(lines.join('\n')), agent))._unsafeUnwrap();
}

it('finds each script that changes what only root may, once', async () => {
  const line = `ExecStartPre=-${dir}/post.sh`;
  expect(await find(line, line, 'ExecStart=/bin/true')).toEqual({ programs: [`${dir}/post.sh`], unsafe: [] });
});

it('leaves out what works as the user, what root runs already, and other lines', async () => {
  const mine = join(dir, 'mine');
  await mkdir(mine);
  await chown(mine, 33, 33);
  await writeFile(join(dir, 'fine.sh'), `#!/bin/sh\nrm -f ${mine}/x\n`, { mode: 0o755 });
  const lines = [`ExecStartPre=${dir}/fine.sh`, `ExecStartPre=+${dir}/post.sh`, `ExecStartPost=-${dir}/post.sh`];
  expect(await find(...lines)).toEqual({ programs: [], unsafe: [] });
});

it('takes nothing of the unit’s environment, and tells what others can change', async () => {
  const line = `ExecStartPre=-${dir}/post.sh`;
  expect((await find('Environment=BASH_ENV=/tmp/x HOME=/home/agent', line)).programs).toEqual([`${dir}/post.sh`]);
  await chown(join(dir, 'post.sh'), 33, 33);
  expect(await find(line)).toEqual({
    programs: [],
    unsafe: [{ path: `${dir}/post.sh`, reason: expect.stringContaining('post.sh') as unknown }],
  });
});
