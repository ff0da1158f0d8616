import { describe, expect, it } from 'vitest';
import { ioError } from '../../../src/posix/paths/ioError.js';
import type { AccessWant } from '../../../src/posix/access/access.js';
import type { AccessFacts } from '../../../src/posix/access/gatherAccess.js';
import { judgeAccess } from '../../../src/posix/access/judgeAccess.js';
import type { AccessNode } from '../../../src/posix/access/walkPath.js';
import { ROOT, WWW_DATA } from '../support/identities.js';

function node(path: string, mode: number, more: Partial<AccessNode> = {}): AccessNode {
  return { path, type: 'directory', mode, uid: 0, gid: 0, acl: null, role: 'search', ...more };
}

function facts(nodes: readonly AccessNode[], more: Partial<AccessFacts> = {}): AccessFacts {
  const resolvedPath = nodes.at(-1)?.path ?? '/';
  const rest = { end: null, mount: null, immutable: false, protectedSymlinks: true, notSeen: [] };
  const host = { mounts: [], rootCapabilities: { override: true, readSearch: true } };
  return { path: resolvedPath, nodes, resolvedPath, ...host, ...rest, ...more };
}

function verdict(from: AccessFacts, want: AccessWant, who = WWW_DATA): unknown {
  const judged = judgeAccess(from, who, want);
  return judged.isOk() ? judged.value.blockedAt : judged.error.code;
}

const MOUNT = { id: 1, parent: 0, mountPoint: '/mnt', readOnly: true, noExec: true, type: 'ext4' };

describe('judgeAccess', () => {
  it('answers with the first refusal and still judges what lies behind it', () => {
    const file = node('/a/b/f', 0o600, { type: 'file', role: 'final' });
    const way = [node('/', 0o755), node('/a', 0o700), node('/a/b', 0o700), file];
    const judged = judgeAccess(facts(way), WWW_DATA, 'read');
    expect(judged.isOk() && judged.value.blockedAt).toMatchObject({ path: '/a', needs: 'search' });
    const allowed = judged.isOk() && judged.value.components.map((component) => component.allowed);
    expect(allowed).toEqual([true, false, false, false]);
  });

  it('asks for search before write when something is to be created', () => {
    const closed = facts([node('/', 0o755), node('/a', 0o700, { role: 'final' })]);
    expect(verdict(closed, 'create')).toMatchObject({ path: '/a', needs: 'search' });
    const readable = facts([node('/a', 0o755, { role: 'final' })]);
    expect(verdict(readable, 'create')).toMatchObject({ path: '/a', needs: 'write' });
    expect(verdict(facts([node('/a', 0o773, { role: 'final' })]), 'create')).toBeNull();
  });

  it('knows when a link in a sticky directory may not be followed, by root neither', () => {
    const parent = node('/tmp', 0o1777);
    const link = node('/tmp/l', 0o777, { type: 'symlink', role: 'link', uid: 1000, target: '/etc', lastIn: parent });
    const way = [parent, link, node('/etc', 0o755, { role: 'final' })];
    for (const who of [WWW_DATA, ROOT]) {
      expect(verdict(facts(way), 'read', who)).toMatchObject({ path: '/tmp', needs: 'search' });
    }
    expect(verdict(facts(way, { protectedSymlinks: false }), 'read')).toBeNull();
    expect(verdict(facts([parent, { ...link, uid: 33 }, ...way.slice(2)]), 'read')).toBeNull();
    expect(verdict(facts([parent, { ...link, uid: 0 }, ...way.slice(2)]), 'read')).toBeNull();
    const { lastIn: _, ...inTheMiddle } = link;
    expect(_).toBe(parent);
    expect(verdict(facts([parent, inTheMiddle, ...way.slice(2)]), 'read')).toBeNull();
  });

  it('refuses to write on read-only mounts and to run from noexec ones, but lets devices and FIFOs be', () => {
    const file = node('/mnt/f', 0o777, { type: 'file', role: 'final' });
    expect(verdict(facts([file], { mount: MOUNT }), 'write', ROOT)).toMatchObject({ path: '/mnt/f', needs: 'write' });
    expect(verdict(facts([file], { mount: MOUNT }), 'execute', ROOT)).toMatchObject({ needs: 'execute' });
    expect(verdict(facts([file], { mount: MOUNT }), 'read')).toBeNull();
    expect(verdict(facts([{ ...file, type: 'char' }], { mount: MOUNT }), 'write')).toBeNull();
    expect(verdict(facts([file], { immutable: true }), 'write', ROOT)).toMatchObject({ needs: 'write' });
  });

  it('runs regular files only', () => {
    expect(verdict(facts([node('/d', 0o755, { role: 'final' })]), 'execute')).toMatchObject({ needs: 'execute' });
  });

  it('answers with a refusal it could see although the rest was closed to this process', () => {
    const end = ioError({ code: 'EACCES' }, 'lstat', '/a/b');
    expect(verdict(facts([node('/', 0o755), node('/a', 0o700)], { end }), 'read')).toMatchObject({ path: '/a' });
    expect(verdict(facts([node('/', 0o755)], { end }), 'read')).toBe('IO');
  });

  it('calls missing what is missing, even behind a refusal', () => {
    const end = { code: 'NOT_FOUND', message: '', path: '/a/b', missing: '/a/b' } as const;
    expect(verdict(facts([node('/a', 0o700)], { end }), 'read')).toBe('NOT_FOUND');
  });
});
