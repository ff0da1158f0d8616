// needs root, acl
import { chmodSync, chownSync, lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainAccess } from '../../src/posix/explainAccess.js';
import type { AccessExplanation, AccessWant, Identity } from '../../src/posix/index.js';
import { DAEMON, identityOf, ROOT, WWW_DATA } from './support/identities.js';
import { askKernel } from './support/kernel.js';
import type { Question } from './support/kernel.js';
import { freshPlace, mount, run } from './support/place.js';
import { seeded } from './support/random.js';
import type { Random } from './support/random.js';

const MODE_OF: Readonly<Record<AccessWant, number>> = { read: 4, write: 2, execute: 1, traverse: 1, create: 3 };

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

  it('agrees with the kernel on random trees, users, ACLs and links, and on the component that refuses', async () => {
    const seed = Number(process.env.WCA_SEED ?? 20240117);
    const rounds = Number(process.env.WCA_ACCESS_ROUNDS ?? 8);
    const nobody = identityOf('nobody', 65534, [65534, 4000, 4001]);
    const users = [ROOT, identityOf('www-data', 33, [33, 4000]), nobody, DAEMON];
    const tally = { cases: 0, refused: 0, errors: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const { paths } = randomTree(seeded(seed + round));
      const random = seeded(seed * 31 + round);
      for (const who of users) {
        const asked: { path: string; want: AccessWant; answer: AccessExplanation; question: number }[] = [];
        const questions: Question[] = [];
        for (let n = 0; n < 24; n += 1) {
          const path = random.pick(paths);
          const want = wantFor(path, random.pick(['read', 'write', 'execute', 'traverse', 'create']));
          const got = await explainAccess(path, who, want);
          if (got.isErr()) {
            expect([path, want, got.error.code]).toEqual([path, want, errorForRoot(path)]);
            tally.errors += 1;
            continue;
          }
          asked.push({ path, want, answer: got.value, question: questions.length });
          questions.push({ path, mode: MODE_OF[want] });
          for (const component of got.value.components) {
            if (component.needs === 'follow') continue;
            const asks = component.needs === 'search' ? 'traverse' : component.needs;
            const both = component.needs === 'write' && want === 'create';
            questions.push({ path: component.path, mode: MODE_OF[both ? 'create' : asks] });
          }
        }
        const kernel = askKernel(who, questions);
        for (const { path, want, answer, question } of asked) {
          const acl = run('getfacl', ['-np', answer.resolvedPath]);
          const where = `seed ${seed + round}: ${who.user.name} ${want} ${path}\n${acl}`;
          const runnable = want !== 'execute' || statSync(path).isFile();
          expect(answer.allowed, where).toBe(kernel[question] === 'OK' && runnable);
          const steps = answer.components.filter((component) => component.needs !== 'follow');
          const first = steps.findIndex((_, index) => kernel[question + 1 + index] !== 'OK');
          if (runnable) expect(answer.blockedAt?.path, where).toBe(steps[first]?.path);
          tally.cases += 1;
          if (!answer.allowed) tally.refused += 1;
        }
      }
    }
    expect(tally.cases).toBeGreaterThan(rounds * 50);
    expect(tally.refused).toBeGreaterThan(tally.cases / 5);
    expect(tally.errors).toBeGreaterThan(0);
  }, 120_000);
});

/** Mostly sensible questions: directories for what is asked of directories. */
function wantFor(path: string, want: AccessWant): AccessWant {
  try {
    if (!statSync(path).isDirectory() && (want === 'traverse' || want === 'create')) return 'read';
  } catch {
    // Dangling: any wish will do.
  }
  return want;
}

function errorForRoot(path: string): string {
  try {
    return statSync(path).isDirectory() ? 'OK' : 'NOT_A_DIRECTORY';
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    return { ENOENT: 'NOT_FOUND', ELOOP: 'SYMLINK_LOOP', ENOTDIR: 'NOT_A_DIRECTORY' }[code] ?? code;
  }
}

function randomTree(random: Random): { paths: string[] } {
  const place = freshPlace();
  const ids = [0, 33, 65534, 1, 4000, 4001];
  const directories = [place];
  const paths: string[] = [];
  for (let n = 0; n < 28; n += 1) {
    const path = join(random.pick(directories), `n${n}`);
    const kind = random.below(10);
    if (kind < 4) {
      mkdirSync(path);
      directories.push(path);
    } else if (kind < 8) writeFileSync(path, '');
    else {
      const other = random.pick([...paths, ...directories]);
      const sideways = `../${path.split('/').at(-2)}/n${random.below(28)}`;
      const astray = `./../${other.slice(place.length - 20)}`;
      symlinkSync(random.pick([other, astray, sideways, `${other}/`, '.', '..']), path);
    }
    paths.push(path);
  }
  for (const path of paths) {
    if (lstatSync(path).isSymbolicLink()) continue;
    const open = random.below(3) > 0 && directories.includes(path);
    chownSync(path, random.pick(ids), random.pick(ids));
    chmodSync(path, open ? random.pick([0o755, 0o751, 0o775, 0o705, 0o711]) : random.below(0o1000));
    if (random.below(3) === 0) run('setfacl', ['-n', '-m', randomAcl(random, ids), path]);
  }
  const ways = paths.flatMap((path) => [path, `${path}/`, `${path}/..`, `${path}/.`, `${path}/n${random.below(28)}`]);
  return { paths: [...paths, ...paths, ...paths, ...ways] };
}

function randomAcl(random: Random, ids: readonly number[]): string {
  const bits = (): string => random.pick(['---', 'r--', '-w-', '--x', 'r-x', 'rw-', '-wx', 'rwx']);
  const named = (): string => `${random.pick(['u', 'g'])}:${random.pick(ids)}`;
  const entries = new Set(Array.from({ length: 1 + random.below(3) }, named));
  const mask = `m::${random.pick(['rwx', 'rwx', 'r-x', '---', bits()])}`;
  return [...[...entries].map((entry) => `${entry}:${bits()}`), mask].join(',');
}
