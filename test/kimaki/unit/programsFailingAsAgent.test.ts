// @module-tag root
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { programsFailingAsAgent } from '../../../src/kimaki/unit/programsFailingAsAgent.js';
import type { FailingProgram } from '../../../src/kimaki/unit/programsFailingAsAgent.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { serviceOf } from '../../systemd/support/effectiveOf.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agent-'));
  await chmod(dir, 0o755);
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function find(lines: string): Promise<readonly FailingProgram[]> {
  const agent = (await lookupIdentity('www-data'))._unsafeUnwrap();
  return (await programsFailingAsAgent(serviceOf(lines), agent, '/usr/bin:/bin'))._unsafeUnwrap();
}

async function script(name: string, text: string, mode = 0o755): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

it('is content with programs the agent can execute', async () => {
  expect(
    await find(`ExecStartPre=-/usr/bin/pkill -u x\nExecStart=${await script('ok', '#!/bin/sh\necho x > /tmp/x\n')}`),
  ).toEqual([]);
});

it('finds what cannot be executed, certainly, and whether that keeps the unit from starting', async () => {
  const closed = join(dir, 'closed');
  await mkdir(closed, { mode: 0o700 });
  await writeFile(join(closed, 'x'), '#!/bin/sh\n', { mode: 0o755 });
  const found = await find(
    `ExecStartPre=-${closed}/x\nExecStart=${await script('y', '#!/bin/sh\n', 0o700)}\nExecStartPost=/no/such`,
  );
  expect(
    found.map(({ line, problem, blockedAt, fatal, certain }) => ({ line, problem, blockedAt, fatal, certain })),
  ).toEqual([
    { line: 2, problem: 'cannot-execute', blockedAt: closed, fatal: false, certain: true },
    { line: 3, problem: 'cannot-execute', blockedAt: join(dir, 'y'), fatal: true, certain: true },
    { line: 4, problem: 'cannot-execute', blockedAt: null, fatal: true, certain: true },
  ]);
});

it('passes over lines that do not run as the agent', async () => {
  expect(await find('ExecStartPre=+/no/such\nExecStartPre=!/no/such')).toEqual([]);
  expect(await find('PermissionsStartOnly=yes\nExecStartPre=/no/such')).toEqual([]);
});

it('guesses that a post-upgrade script will fail below the system’s packages', async () => {
  const packages = join(dir, 'lib/node_modules/kimaki/skills');
  await mkdir(packages, { recursive: true });
  const path = await script(
    'post-upgrade.sh',
    `#!/bin/sh\nset -e\nSKILLS=${packages}\nrm -rf "$SKILLS/critique"\ncp /opt/a "$SKILLS/b"\n`,
  );
  const found = await find(`ExecStartPre=${path}`);
  expect(found).toMatchObject([
    { problem: 'writes-where-it-may-not', certain: false, fatal: true, blockedAt: packages },
    { problem: 'writes-where-it-may-not', certain: false },
  ]);
  expect(found[0]?.detail).toContain(`line 4 of the script seems to change ${packages}/critique (rm)`);
  await chown(packages, 33, 33);
  expect(await find(`ExecStartPre=${path}`)).toEqual([]);
});

it('judges what is not there yet by the nearest directory that is', async () => {
  const path = await script('mk', '#!/bin/sh\nmkdir -p /usr/share/no/such/place\n');
  expect(await find(`ExecStartPre=${path}`)).toMatchObject([{ blockedAt: '/usr/share' }]);
});
