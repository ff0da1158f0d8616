// @module-tag root
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { configuredPrograms, programPaths } from '../../../src/kimaki/unit/programPaths.js';
import { isAtOrBelow } from '../../../src/posix/paths/isAtOrBelow.js';
import { tempDir } from '../../recipes/tempDir.js';
import { serviceOf } from '../../systemd/support/effectiveOf.js';

let dir = '';
beforeEach(() => {
  dir = tempDir();
});

function put(path: string, text: string, mode = 0o755): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
  chmodSync(join(dir, path), mode);
}

/** `kind path` of all that is found for these lines, below the directory that others will change; `@` stands for it. */
async function found(...lines: string[]): Promise<string[]> {
  const unit = serviceOf(lines.join('\n').replaceAll('@', dir));
  const around = {
    roots: [dir],
    at: (path: string) => path.replace('/moved', dir),
    mayChange: (path: string) => Promise.resolve(path !== dir && isAtOrBelow(path, dir)),
  };
  const paths = (await programPaths(unit, around))._unsafeUnwrap();
  return paths.map(({ path, kind }) => `${kind} ${path.replace(dir, '@')}`);
}

it('finds nothing where only root can change anything', async () => {
  expect(await found('ExecStart=/bin/sh -c true', 'ExecStop=/bin/kill $MAINPID')).toEqual([]);
});

it('follows links, and directories on the way', async () => {
  put('v/1/run', '\0');
  symlinkSync('v/1', join(dir, 'current'));
  expect(await found('ExecStart=@/current/run')).toEqual([
    'entry @/current',
    'entry @/v',
    'entry @/v/1',
    'entry @/v/1/run',
  ]);
});

it('follows a shim to what its text names, and to where its text will be true', async () => {
  put('shim', '#!/bin/sh\n# not /moved/comment\nexec /moved/real --data /moved/data "$@"\n');
  put('real', '\0');
  put('data', 'rows', 0o644);
  put('comment', '\0');
  expect(await found('ExecStart=@/shim')).toEqual(['entry @/real', 'entry @/shim']);
});

it('follows an interpreter through env, and notes where a nearer one could be put', async () => {
  put('a/x', '#!/usr/bin/env thing\n');
  put('b/thing', '\0');
  put('c/thing', '\0');
  const lines = ['Environment=PATH=@/a:@/b:@/c:/usr/bin', 'ExecStart=@/a/x'];
  expect(await found(...lines)).toEqual([
    'entry @/a',
    'absent @/a/thing',
    'entry @/a/x',
    'entry @/b',
    'entry @/b/thing',
  ]);
});

it('takes code among the arguments, also relative, and environment files, and no data', async () => {
  put('w/x.py', '', 0o644);
  put('w/y', '#!/bin/sh\n', 0o644);
  put('w/z', 'text', 0o644);
  put('env', 'A=1', 0o600);
  const lines = ['WorkingDirectory=@/w', 'EnvironmentFile=-@/env', 'ExecStart=/bin/true x.py --hook=@/w/y @/w/z'];
  expect(await found(...lines)).toEqual(['entry @/env', 'entry @/w', 'entry @/w/x.py', 'entry @/w/y']);
  expect(await found('WorkingDirectory=@/w', 'ExecStart=/bin/sh z')).toEqual(['entry @/w', 'entry @/w/z']);
});

it('takes the package of what node runs, and every place of its modules', async () => {
  put('n/p/package.json', '{}', 0o644);
  put('n/p/lib/main.js', '', 0o644);
  put('n/node_modules/x/index.js', '', 0o644);
  expect(await found('ExecStart=/usr/bin/node @/n/p/lib/main.js')).toEqual([
    'entry @/n',
    'tree @/n/node_modules',
    'tree @/n/p',
  ]);
  put('main.mjs', '', 0o644);
  expect(await found('ExecStart=/usr/bin/node @/main.mjs')).toEqual(['entry @/main.mjs']);
});

it('lists where configuration that runs programs may lie', () => {
  const unit = serviceOf('WorkingDirectory=/var/www/site\nEnvironment=HOME=/home/opencode');
  const paths = configuredPrograms(unit, ['/root/.kimaki']);
  for (const path of [
    '/var/www/site/.opencode/plugin',
    '/home/opencode/.config/opencode/opencode.json',
    '/root/.npmrc',
  ]) {
    expect(paths).toContain(path);
  }
  expect(new Set(paths).size).toBe(paths.length);
});
