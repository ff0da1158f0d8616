// @module-tag root
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unsafePrivilegedLines } from '../../../src/kimaki/unit/unsafePrivilegedLines.js';
import { serviceOf } from '../../systemd/support/effectiveOf.js';

const NOBODY = 65_534;
let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'plus-'));
  await chmod(dir, 0o755);
  for (const name of ['opt', 'opt/bin', 'home', 'site', 'home/lib']) await mkdir(join(dir, name), { mode: 0o755 });
  const scripts: readonly (readonly [name: string, text: string])[] = [
    ['opt/x.sh', '#!/bin/sh\nrm -rf /opt/nothing\n'],
    ['opt/npm.sh', '#!/bin/bash\n# git is not used\nset -e\nroot=$(npm root -g)\n'],
    ['opt/data.sh', '#!/bin/sh\ncat "$KIMAKI_DATA_DIR/list"\n'],
    ['opt/home.sh', '#!/bin/sh\n. ~/.hooks\n'],
    ['opt/login.sh', '#!/bin/bash -l\ntrue\n'],
    ['opt/bin/node', '\0'],
    ['opt/bin/python3', '\0'],
    ['opt/bin/npm', '#!/usr/bin/env node\n'],
    ['opt/x.js', 'process.exit(0);\n'],
    ['opt/py', '#!/usr/bin/env python3\nprint(1)\n'],
    ['opt/theirs', `#!${dir}/home/sh\n`],
    ['home/x.sh', '#!/bin/sh\n'],
    ['opt/env', 'LD_PRELOAD=/opt/x.so\n'],
    ['opt/good.env', 'OPENAI_API_KEY=sk-1\n'],
  ];
  for (const [name, text] of scripts) await writeFile(join(dir, name), text, { mode: 0o755 });
  await symlink('../home/x.sh', join(dir, 'opt/link.sh'));
  for (const name of ['home', 'site', 'home/lib', 'home/x.sh']) await chown(join(dir, name), NOBODY, NOBODY);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const STOCK =
  'User=opencode\nWorkingDirectory=SITE\nEnvironment=HOME=HOME_ PATH=OPT/bin:/usr/bin:/bin KIMAKI_DATA_DIR=HOME_/.kimaki';
const CLEAN = '/usr/bin/env -i -C / HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin';

/** What is said of one line of a unit with these other lines, `subject: reason`, with the names of the places; null for nothing. */
async function said(
  line: string,
  others = STOCK,
  willChange?: (path: string) => Promise<boolean>,
): Promise<string | null> {
  const placed = (text: string): string =>
    text
      .replaceAll(/\bOPT\b/g, `${dir}/opt`)
      .replaceAll('HOME_', `${dir}/home`)
      .replaceAll('SITE', `${dir}/site`);
  const unit = serviceOf(`${placed(others)}\nExecStart=/usr/bin/kimaki\n${placed(line)}`);
  const around = { home: `${dir}/home`, ...(willChange === undefined ? {} : { willChange }) };
  const [found] = (await unsafePrivilegedLines(unit, around))._unsafeUnwrap();
  if (found === undefined) return null;
  return `${found.subject}: ${found.reason}`
    .replaceAll(`${dir}/opt`, 'OPT')
    .replaceAll(`${dir}/home`, 'HOME_')
    .replaceAll(`${dir}/site`, 'SITE');
}

const THEIRS = 'it belongs to uid 65534';
const UNKNOWN = 'is a variable that is not known to be harmless to a program of root';

it.each<readonly [line: string, expected: string | null]>([
  ['ExecStartPre=+/bin/true', null],
  ['ExecStartPre=+true', null],
  ['ExecStartPre=+OPT/x.sh', null],
  ['ExecStartPre=+/bin/sh OPT/x.sh', null],
  ['ExecStartPre=+/bin/mkdir -p OPT/new', null],
  ['ExecStartPre=-+/usr/bin/pkill -TERM -u opencode -f "opencode-ai/bin/.*serve"', null],
  ["ExecStartPre=+/bin/sh -c 'echo done > /dev/null'", null],
  [`ExecStartPre=+${CLEAN} OPT/npm.sh`, null],
  [`ExecStartPre=+${CLEAN} node OPT/x.js`, null],
  ['ExecStartPre=+OPT/absent', 'OPT/absent: does not exist'],
  ['ExecStartPre=+HOME_/x.sh', `HOME_/x.sh: HOME_: ${THEIRS}`],
  ['ExecStartPre=!HOME_/x.sh', `HOME_/x.sh: HOME_: ${THEIRS}`],
  ['ExecStartPre=!!-HOME_/x.sh', `HOME_/x.sh: HOME_: ${THEIRS}`],
  ['ExecStartPre=+OPT/link.sh', `OPT/link.sh: HOME_: ${THEIRS}`],
  ['ExecStartPre=+OPT/theirs', `HOME_/sh: HOME_: ${THEIRS}`],
  ['ExecStartPre=+/bin/sh HOME_/x.sh', `HOME_/x.sh: HOME_: ${THEIRS}`],
  ['ExecStartPre=+@/bin/sh other HOME_/x.sh', `HOME_/x.sh: HOME_: ${THEIRS}`],
  ['ExecStartPre=+/bin/sh x.sh', `SITE/x.sh: SITE: ${THEIRS}`],
  ['ExecStartPre=+/bin/cat notes', `SITE/notes: SITE: ${THEIRS}`],
  ["ExecStartPre=+/bin/bash -c 'exec HOME_/x.sh'", `HOME_/x.sh: HOME_: ${THEIRS}`],
  ["ExecStartPre=+/bin/bash -ec 'cd /; . lib/x'", `SITE/lib/x: SITE: ${THEIRS}`],
  ['ExecStartPre=+/bin/bash -c "exec $${KIMAKI_DATA_DIR}/x"', `HOME_/.kimaki/x: HOME_: ${THEIRS}`],
  ['ExecStartPre=+/bin/sh ${KIMAKI_DATA_DIR}/x', `HOME_/.kimaki/x: HOME_: ${THEIRS}`],
  ['ExecStartPre=+/bin/rm -rf --one-file-system HOME_/lib', `HOME_/lib: HOME_: ${THEIRS}`],
  ['ExecStartPre=+/bin/tar --directory=HOME_ -xf OPT/x.tar', `HOME_: ${THEIRS}`],
  ['ExecStartPre=+/bin/chown -R opencode: HOME_/lib/*', `HOME_/lib: HOME_: ${THEIRS}`],
  ['ExecStartPre=+/bin/cp OPT/x.sh /tmp/new', '/tmp/new: /tmp: everyone may write to it (mode 1777)'],
  ['ExecStartPre=+/usr/bin/env node OPT/x.js', `HOME_: is where HOME= leads, which OPT/bin/node reads, and ${THEIRS}`],
  [
    'ExecStartPre=+/usr/bin/env HOME=/root node OPT/x.js',
    `SITE: is where WorkingDirectory= leads, which OPT/bin/node reads, and ${THEIRS}`,
  ],
  ['ExecStartPre=+OPT/py', `HOME_: is where HOME= leads, which OPT/bin/python3 reads, and ${THEIRS}`],
  ['ExecStartPre=+OPT/bin/npm --version', `HOME_: is where HOME= leads, which OPT/bin/node reads, and ${THEIRS}`],
  ['ExecStartPre=+OPT/npm.sh', `HOME_: is where HOME= leads, which npm reads, and ${THEIRS}`],
  ["ExecStartPre=+/bin/sh -c 'git pull'", `HOME_: is where HOME= leads, which git reads, and ${THEIRS}`],
  ["ExecStartPre=+/bin/bash -lc 'true'", `HOME_: is where HOME= leads, which /bin/bash reads, and ${THEIRS}`],
  ['ExecStartPre=+OPT/login.sh', `HOME_: is where HOME= leads, which /bin/bash reads, and ${THEIRS}`],
  [
    'ExecStartPre=+OPT/data.sh',
    `HOME_/.kimaki: is where KIMAKI_DATA_DIR= leads, which /bin/sh reads, and HOME_: ${THEIRS}`,
  ],
  ['ExecStartPre=+OPT/home.sh', `HOME_: is where HOME= leads, which /bin/sh reads, and ${THEIRS}`],
  [
    'ExecStartPre=+/usr/bin/env --unset=HOME -S node OPT/x.js',
    `SITE: is where WorkingDirectory= leads, which OPT/bin/node reads, and ${THEIRS}`,
  ],
  ['ExecStartPre=+/usr/bin/env --argv0=x node', 'env: has arguments that are not understood'],
  ['PermissionsStartOnly=yes\nExecStartPre=HOME_/x.sh', `HOME_/x.sh: HOME_: ${THEIRS}`],
])('judges the line %s', async (line, expected) => {
  expect(await said(line)).toBe(expected);
});

it.each<readonly [lines: string, expected: string | null]>([
  ['Environment=LANG=C.UTF-8 LC_ALL=C TZ=UTC NO_COLOR=1', null],
  ['Environment=KIMAKI_BOT_TOKEN=x OPENAI_API_KEY=y', null],
  ['EnvironmentFile=OPT/good.env', null],
  ['Environment=BASH_ENV=/x', `BASH_ENV: ${UNKNOWN}`],
  ['Environment=ENV=/x', `ENV: ${UNKNOWN}`],
  ['Environment=NODE_OPTIONS=--require=/x', `NODE_OPTIONS: ${UNKNOWN}`],
  ['Environment=NODE_PATH=/x', `NODE_PATH: ${UNKNOWN}`],
  ['Environment=LD_PRELOAD=/x', `LD_PRELOAD: ${UNKNOWN}`],
  ['Environment=LD_X_TOKEN=/x', `LD_X_TOKEN: ${UNKNOWN}`],
  ['Environment=PYTHONPATH=/x', `PYTHONPATH: ${UNKNOWN}`],
  ['Environment=PERL5LIB=/x', `PERL5LIB: ${UNKNOWN}`],
  ['Environment=PHPRC=/x', `PHPRC: ${UNKNOWN}`],
  ['Environment=GIT_SSH_COMMAND=/x', `GIT_SSH_COMMAND: ${UNKNOWN}`],
  ['Environment=IFS=x', `IFS: ${UNKNOWN}`],
  ['Environment=npm_config_prefix=/x', `npm_config_prefix: ${UNKNOWN}`],
  ['PassEnvironment=LANG BASH_ENV', `BASH_ENV: ${UNKNOWN}`],
  ['Environment=BASH_ENV=/x\nUnsetEnvironment=BASH_ENV', null],
  ['EnvironmentFile=OPT/env', `LD_PRELOAD: ${UNKNOWN}`],
  ['EnvironmentFile=-HOME_/env', `HOME_/env: HOME_: ${THEIRS}`],
  ['Environment=PATH=/usr/bin:HOME_/bin', `HOME_/bin: is named by PATH=HOME_/bin, and HOME_: ${THEIRS}`],
  ['Environment=PATH=bin:/usr/bin', 'PATH: PATH=bin means another place in each directory'],
  ['Environment=PATH=/usr/bin:', 'PATH: PATH= means another place in each directory'],
  ['Environment=TMPDIR=/tmp', '/tmp: is named by TMPDIR=/tmp, and everyone may write to it (mode 1777)'],
])('judges a line of root beside %s', async (lines, expected) => {
  expect(await said('ExecStartPre=+OPT/x.sh', `${STOCK}\n${lines}`)).toBe(expected);
});

it('takes nothing of an environment that env clears, but what its own loading reads', async () => {
  const line = `ExecStartPre=+${CLEAN} OPT/x.sh`;
  expect(await said(line, `${STOCK}\nEnvironment=NODE_OPTIONS=x PATH=HOME_/bin`)).toBeNull();
  expect(await said(line, `${STOCK}\nEnvironment=LD_PRELOAD=x`)).toBe(
    'LD_PRELOAD: changes how every program is loaded',
  );
});

it('finds what will belong to the agent only later', async () => {
  const willChange = (path: string): Promise<boolean> => Promise.resolve(path === `${dir}/opt/x.sh`);
  expect(await said('ExecStartPre=+OPT/x.sh', STOCK, willChange)).toBe('OPT/x.sh: will be open to the agent');
});

it('asks nothing of a unit without such lines', async () => {
  expect(await said('ExecStartPre=HOME_/x.sh', `${STOCK}\nEnvironment=LD_PRELOAD=/x`)).toBeNull();
});
