// @module-tag root
// @module-tag slow
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resolveDispatchBinary } from '../../../src/kimaki/dispatch/resolveDispatchBinary.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import type { ExecutableResolution } from '../../../src/posix/access/resolveExecutable.js';
import type { Identity } from '../../../src/posix/accounts/identity.js';
import { makeTree } from '../support/tree.js';
import type { Tree } from '../support/tree.js';

let root = '';
let web: Identity;
beforeAll(async () => {
  web = (await lookupIdentity('www-data'))._unsafeUnwrap();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'binary-'));
  await chmod(root, 0o755);
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

/** A user whose home is below the scratch directory, in the groups of www-data. */
function agent(): Identity {
  return { ...web, user: { ...web.user, name: 'agent', uid: 4242, home: join(root, 'home') } };
}

async function resolve(
  tree: Tree,
  directories: readonly string[],
  modes: Readonly<Record<string, number>> = {},
  users = [web, agent()],
): Promise<ExecutableResolution> {
  await makeTree(root, tree);
  for (const [path, content] of Object.entries(tree))
    if (typeof content === 'string') await chmod(join(root, path), 0o755);
  for (const [path, mode] of Object.entries(modes)) await chmod(join(root, path), mode);
  const searchPath = directories.map((directory) => join(root, directory)).join(':');
  return (await resolveDispatchBinary({ users, searchPath }))._unsafeUnwrap();
}

const SCRIPT = '#!/bin/sh\n';

describe('the program to register', () => {
  it('is the first that everybody can run', async () => {
    expect((await resolve({ 'a/kimaki': SCRIPT, 'b/kimaki': SCRIPT }, ['a', 'b'])).path).toBe(join(root, 'a/kimaki'));
  });

  it('is never one below a home, though the home is open today', async () => {
    const found = await resolve({ 'home/bin/kimaki': SCRIPT, 'usr/kimaki': SCRIPT }, ['home/bin', 'usr']);
    expect(found.path).toBe(join(root, 'usr/kimaki'));
    expect(found.candidates[0]).toMatchObject({ ok: false, blockedAt: join(root, 'home') });
  });

  it('is never one that a link leads below a home', async () => {
    const found = await resolve({ 'home/lib/kimaki.js': SCRIPT, 'usr/kimaki': { link: '../home/lib/kimaki.js' } }, [
      'usr',
    ]);
    expect(found).toMatchObject({ path: null, candidates: [{ ok: false, blockedAt: join(root, 'home') }] });
  });

  it('is never one whose interpreter lies below a home', async () => {
    const found = await resolve({ 'home/bin/node': SCRIPT, 'usr/kimaki': '#!/usr/bin/env node\n' }, [
      'usr',
      'home/bin',
    ]);
    expect(found.candidates[0]).toMatchObject({
      path: join(root, 'usr/kimaki'),
      ok: false,
      blockedAt: join(root, 'home'),
    });
  });

  it('is never one below a directory that is closed to strangers, though these users are let in', async () => {
    const found = await resolve({ 'opt/kimaki': SCRIPT }, ['opt'], { opt: 0o750 }, [
      (await lookupIdentity('root'))._unsafeUnwrap(),
    ]);
    expect(found.path).toBeNull();
    expect(found.candidates[0]?.reason).toContain('other accounts may not enter (mode 0750)');
  });

  it('is none where one of them cannot run it, with the component that refuses', async () => {
    const found = await resolve({ 'home/kimaki': SCRIPT }, ['home'], { home: 0o700 });
    expect(found).toMatchObject({ path: null, candidates: [{ ok: false, blockedAt: join(root, 'home') }] });
  });

  it('is asked for by a name', async () => {
    const refused = await resolveDispatchBinary({ users: [web], name: '../kimaki' });
    expect(refused._unsafeUnwrapErr().code).toBe('INVALID_EXECUTABLE_NAME');
  });
});
