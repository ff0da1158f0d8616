// @module-tag root
// @module-tag acl
// @module-tag slow
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainAccess } from '../../../src/posix/access/explainAccess.js';
import type { AccessExplanation, AccessWant } from '../../../src/posix/access/access.js';
import type { Identity } from '../../../src/posix/accounts/identity.js';
import { identityOf, ROOT, WWW_DATA } from '../support/identities.js';
import { askKernel, doAs } from '../support/kernel.js';
import { freshPlace, mount, run } from '../support/place.js';
import { bundle } from '../support/runModule.js';

async function ask(path: string, who: Identity, want: AccessWant): Promise<AccessExplanation> {
  const asked = await explainAccess(path, who, want);
  if (asked.isErr()) throw new Error(asked.error.message);
  return asked.value;
}

async function codeOf(path: string, want: AccessWant = 'read'): Promise<string> {
  const asked = await explainAccess(path, WWW_DATA, want);
  return asked.isErr() ? asked.error.code : 'OK';
}

describe('explainAccess', () => {
  it('names the closed home on the way, not the link that leads there and not the file behind it', async () => {
    const place = freshPlace();
    mkdirSync(join(place, 'root/bin'), { recursive: true });
    writeFileSync(join(place, 'root/bin/tool'), '');
    chmodSync(join(place, 'root/bin/tool'), 0o755);
    chmodSync(join(place, 'root'), 0o700);
    symlinkSync('root/bin/tool', join(place, 'tool'));

    const answer = await ask(join(place, 'tool'), WWW_DATA, 'execute');
    expect(answer.allowed).toBe(false);
    expect(answer.blockedAt).toMatchObject({ path: join(place, 'root'), needs: 'search' });
    expect(answer.resolvedPath).toBe(join(place, 'root/bin/tool'));
    expect(answer.components.map((component) => component.needs)).toContain('follow');
    expect(answer.components.at(-1)).toMatchObject({ path: join(place, 'root/bin/tool'), mode: '0755', allowed: true });
  });

  it('tells a missing path, a dangling link, a loop and a file on the way apart', async () => {
    const place = freshPlace();
    writeFileSync(join(place, 'file'), '');
    symlinkSync('nowhere', join(place, 'dangling'));
    symlinkSync('loop', join(place, 'loop'));
    expect(await codeOf('etc/passwd')).toBe('RELATIVE_PATH');
    expect(await codeOf(join(place, 'missing'))).toBe('NOT_FOUND');
    expect(await codeOf(join(place, 'dangling'))).toBe('NOT_FOUND');
    expect(await codeOf(join(place, 'loop'))).toBe('SYMLINK_LOOP');
    expect(await codeOf(join(place, 'file/below'))).toBe('NOT_A_DIRECTORY');
    expect(await codeOf(join(place, 'file/'))).toBe('NOT_A_DIRECTORY');
    expect(await codeOf(join(place, 'file'), 'traverse')).toBe('NOT_A_DIRECTORY');
    expect(await codeOf(join(place, 'file'), 'create')).toBe('NOT_A_DIRECTORY');
    expect(await codeOf(`/${'x/'.repeat(2100)}`)).toBe('IO');
    expect(await codeOf(`/${'x'.repeat(300)}`)).toBe('IO');
    expect(await codeOf('/etc/pass\0wd')).toBe('IO');
  });

  it('stays at the root when `..` goes above it', async () => {
    expect((await ask('/../../etc/../etc/passwd', WWW_DATA, 'read')).resolvedPath).toBe('/etc/passwd');
  });

  it('follows forty links and no more, as the kernel does', async () => {
    const place = freshPlace();
    writeFileSync(join(place, 'l0'), '');
    for (let n = 1; n <= 41; n += 1) symlinkSync(`l${n - 1}`, join(place, `l${n}`));
    for (const n of [40, 41]) {
      const kernel = askKernel(WWW_DATA, [{ path: join(place, `l${n}`), mode: 4 }])[0];
      const ours = await codeOf(join(place, `l${n}`));
      expect([ours, kernel]).toEqual(n === 40 ? ['OK', 'OK'] : ['SYMLINK_LOOP', 'ELOOP']);
    }
  });

  it('counts a link text as bytes, also when it is not UTF-8', async () => {
    const place = freshPlace();
    const odd = Buffer.concat([Buffer.from(`${place}/`), Buffer.from([0xff, 0x0a])]);
    writeFileSync(odd, '');
    symlinkSync(odd, join(place, 'link'));
    const answer = await ask(join(place, 'link'), WWW_DATA, 'read');
    expect(answer.allowed).toBe(true);
    expect(answer.resolvedPath).toBe(`${place}/\\xff\\x0a`);
    expect(answer.notSeen.join()).toContain('not UTF-8');
  });

  it('sees read-only and noexec mounts, which refuse root too', async () => {
    const place = freshPlace();
    mount(place, '-t', 'tmpfs', '-o', 'mode=755,noexec', 'none');
    writeFileSync(join(place, 'script'), '#!/bin/sh\n');
    chmodSync(join(place, 'script'), 0o777);
    for (const who of [ROOT, WWW_DATA]) {
      expect((await ask(join(place, 'script'), who, 'execute')).blockedAt).toMatchObject({ needs: 'execute' });
      expect((await ask(join(place, 'script'), who, 'write')).allowed).toBe(true);
    }
    run('mount', ['-o', 'remount,ro', place]);
    for (const who of [ROOT, WWW_DATA]) {
      const answer = await ask(join(place, 'script'), who, 'write');
      expect(answer.blockedAt).toMatchObject({ path: join(place, 'script'), needs: 'write' });
      expect(answer.blockedAt?.reason).toContain(`${place} is mounted read-only`);
      expect((await ask(place, who, 'create')).blockedAt).toMatchObject({ path: place, needs: 'write' });
    }
  });

  it('sees the immutable attribute, which refuses root too', async () => {
    const place = freshPlace();
    const file = join(place, 'fixed');
    writeFileSync(file, '');
    run('chattr', ['+i', file]);
    const answer = await ask(file, ROOT, 'write');
    run('chattr', ['-i', file]);
    expect(answer.blockedAt).toMatchObject({ path: file, needs: 'write' });
    expect((await ask(file, ROOT, 'write')).allowed).toBe(true);
  });

  it('does not read the FIFO it is asked about', async () => {
    const place = freshPlace();
    run('mkfifo', ['-m', '777', join(place, 'pipe')]);
    expect((await ask(join(place, 'pipe'), WWW_DATA, 'read')).allowed).toBe(true);
    expect((await ask(join(place, 'pipe'), ROOT, 'execute')).blockedAt?.reason).toContain('fifo');
  });

  it('tells of each component its ACL entry and mask, its mount, and the rule that decided', async () => {
    const place = freshPlace();
    mount(place, '-t', 'tmpfs', '-o', 'mode=755,noexec', 'none');
    mkdirSync(join(place, 'closed'));
    chmodSync(join(place, 'closed'), 0o750);
    run('setfacl', ['-n', '-m', 'u:33:rwx,m::r-x', join(place, 'closed')]);
    const { components, blockedAt } = await ask(join(place, 'closed'), WWW_DATA, 'create');
    expect(components.at(-1)).toMatchObject({
      decidedBy: 'acl-user',
      acl: { entry: 'user:33:rwx', mask: 'r-x' },
      mount: { point: place, type: 'tmpfs', readOnly: false, noExec: true },
    });
    expect(components[0]).toMatchObject({ path: '/', acl: null, mount: { point: '/' } });
    expect(blockedAt).toMatchObject({ path: join(place, 'closed'), needs: 'write' });
  });

  it('proposes remedies of which each, carried out, lifts the refusal in the eyes of the kernel', async () => {
    const place = freshPlace();
    for (const name of ['noexec', 'readonly']) {
      mkdirSync(join(place, name));
      mount(join(place, name), '-t', 'tmpfs', '-o', `mode=755${name === 'noexec' ? ',noexec' : ''}`, 'none');
    }
    const at = (name: string): string => join(place, name);
    const make = (name: string, mode: number, uid: number, gid: number, acl?: string): string => {
      writeFileSync(at(name), '#!/bin/true\n');
      chownSync(at(name), uid, gid);
      chmodSync(at(name), mode);
      if (acl !== undefined) run('setfacl', ['-n', '-m', acl, at(name)]);
      return at(name);
    };
    const cases: readonly (readonly [() => string, AccessWant, Identity, readonly string[]])[] = [
      [() => make('owner', 0o077, 33, 0), 'read', WWW_DATA, ['change-mode']],
      [() => make('group', 0o640, 0, 33), 'write', WWW_DATA, ['grant-acl', 'change-mode']],
      [() => make('other', 0o640, 0, 4000), 'read', WWW_DATA, ['grant-acl', 'join-group', 'change-mode']],
      [() => make('masked', 0o640, 0, 0, 'u:33:rw,u:1:rw,m::r'), 'write', WWW_DATA, ['grant-acl']],
      [() => make('named', 0o640, 0, 0, 'g:33:r,m::r'), 'write', WWW_DATA, ['grant-acl']],
      [() => make('off', 0o600, 0, 33, 'u:1:rw,g::r,m::-'), 'read', WWW_DATA, ['grant-acl', 'change-mode']],
      [() => make('acl-other', 0o640, 0, 0, 'u:1:r,m::r'), 'read', WWW_DATA, ['grant-acl', 'change-mode']],
      [() => make('bitless', 0o644, 33, 33), 'execute', ROOT, ['change-mode']],
      [() => make('noexec/tool', 0o755, 0, 0), 'execute', WWW_DATA, ['put-elsewhere', 'remount']],
      [() => make('readonly/file', 0o666, 0, 0), 'write', WWW_DATA, ['remount']],
      [() => make('immutable', 0o666, 0, 0), 'write', ROOT, ['make-mutable']],
    ];
    for (const [plant, want, who, actions] of cases) {
      for (const action of actions) {
        const path = plant();
        if (path.includes('/readonly/')) run('mount', ['-o', 'remount,ro', at('readonly')]);
        if (path.includes('immutable')) run('chattr', ['+i', path]);
        const { allowed, remedies } = await ask(path, who, want);
        expect(allowed, path).toBe(false);
        expect(
          remedies.map((remedy) => remedy.action),
          path,
        ).toEqual(actions);
        const remedy = remedies.find((one) => one.action === action);
        expect(remedy?.exposes, path).not.toBe('');
        const [file = '', ...args] = remedy?.command ?? [];
        // Joining a group changes the host; what it would give is asked for with the group.
        const joined = file === 'usermod' ? identityOf('www-data', 33, [33, Number(args[2])]) : who;
        if (file !== '' && file !== 'usermod') run(file, args);
        if (file !== '') {
          expect(doAs(joined, [{ path, deed: want, mode: 0 }]), `${path} ${action}`).toEqual(['OK']);
          expect((await ask(path, joined, want)).allowed, `${path} ${action}`).toBe(true);
        }
        run('rm', ['-f', path]);
      }
    }
  });

  it('says who else gains by a wider mask', async () => {
    const place = freshPlace();
    writeFileSync(join(place, 'file'), '');
    run('setfacl', ['-n', '-m', 'u::rw,g::---,o::-,u:33:rw,u:1:rw,g:4000:rw,m::r', join(place, 'file')]);
    const { remedies } = await ask(join(place, 'file'), WWW_DATA, 'write');
    expect(remedies[0]?.exposes).toContain('the wider mask gives the same to uid 1, group 4000');
    run('setfacl', ['-n', '-m', 'u:1:r,g:4000:r', join(place, 'file')]);
    expect((await ask(join(place, 'file'), WWW_DATA, 'write')).remedies[0]?.exposes).toContain(
      'no other account gains anything',
    );
  });

  it('knows what root may not do without its capabilities', async () => {
    const place = freshPlace();
    mkdirSync(join(place, 'closed'));
    for (const name of ['closed/file', 'private']) writeFileSync(join(place, name), '');
    for (const name of ['closed', 'private', 'closed/file']) {
      chmodSync(join(place, name), 0o700);
      chownSync(join(place, name), 33, 33);
    }
    const source = `
      import { accessSync } from 'node:fs';
      import { explainAccess } from ${JSON.stringify(join(import.meta.dirname, '../../../src/posix/index.ts'))};
      const group = { name: 'root', gid: 0, members: [] };
      const root = { user: { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh' }, group, groups: [group] };
      const kernel = (path: string, mode: number) => { try { accessSync(path, mode); return true } catch { return false } };
      const seen: unknown[] = [];
      for (const [name, want, mode] of [['closed', 'traverse', 1], ['closed', 'create', 3], ['closed', 'read', 4],
        ['private', 'read', 4], ['private', 'write', 2], ['private', 'execute', 1], ['closed/file', 'read', 4]] as const) {
        const path = ${JSON.stringify(place)} + '/' + name;
        const asked = await explainAccess(path, root, want);
        seen.push([name, want, asked.isOk() && asked.value.allowed, kernel(path, mode)]);
      }
      console.log(JSON.stringify(seen));`;
    const module = await bundle(source, place);
    const verdicts = new Set<string>();
    for (const dropped of ['-dac_override', '-dac_override,-dac_read_search', '+all']) {
      const printed = run('setpriv', ['--bounding-set', dropped, process.execPath, module]);
      for (const [name, want, ours, kernel] of JSON.parse(printed) as [string, string, boolean, boolean][]) {
        expect(ours, `${dropped}: ${want} ${name}`).toBe(kernel);
        verdicts.add(`${dropped} ${String(kernel)}`);
      }
    }
    expect(verdicts.size).toBe(4);
  });
});
