// @module-tag root
// @module-tag slow
import { chmodSync, copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainExecution } from '../../../src/posix/access/explainExecution.js';
import { runAs } from '../../../src/posix/accounts/runAs.js';
import { TRUSTED_PATH } from '../../../src/posix/programs/runProgram.js';
import type { ExecutionExplanation } from '../../../src/posix/access/explainExecution.js';
import type { Identity } from '../../../src/posix/accounts/identity.js';
import { ROOT, WWW_DATA } from '../support/identities.js';
import { freshPlace } from '../support/place.js';
import { directory } from '../support/trees.js';

async function explained(path: string, searchPath = TRUSTED_PATH, who = WWW_DATA): Promise<ExecutionExplanation> {
  const answer = await explainExecution(path, who, { searchPath });
  if (answer.isErr()) throw new Error(answer.error.message);
  return answer.value;
}

function script(path: string, text: string | Buffer, mode = 0o755): string {
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** Really runs it as that user, with that PATH. */
async function runs(path: string, searchPath = TRUSTED_PATH, who: Identity = WWW_DATA): Promise<boolean> {
  const ran = await runAs(who, path, [], { env: { PATH: searchPath } });
  if (ran.isErr()) throw new Error(ran.error.message);
  return ran.value.exitCode === 0;
}

describe('explainExecution', () => {
  it('names the private home behind a link of the system prefix', async () => {
    const place = freshPlace();
    directory(join(place, 'root'), 0o700);
    script(join(place, 'root/kimaki'), '#!/bin/sh\n');
    symlinkSync(join(place, 'root/kimaki'), join(place, 'kimaki'));
    const answer = await explained(join(place, 'kimaki'));
    expect(answer).toMatchObject({ allowed: false, blockedAt: { path: join(place, 'root'), needs: 'search' } });
    expect(answer.chain).toEqual([join(place, 'kimaki'), join(place, 'root/kimaki')]);
    expect(await runs(join(place, 'kimaki'))).toBe(false);
    expect((await explained(join(place, 'kimaki'), TRUSTED_PATH, ROOT)).allowed).toBe(true);
  });

  it('seeks the interpreter of env in the given PATH, passing over directories closed to the user', async () => {
    const place = freshPlace();
    directory(join(place, 'nvm'), 0o700);
    for (const name of ['bin', 'empty']) directory(join(place, name));
    script(join(place, 'nvm/wca-node'), '#!/bin/sh\n');
    script(join(place, 'tool'), '#!/usr/bin/env wca-node\n');
    const path = `${place}/nvm:${place}/empty:relative::${place}/bin:${TRUSTED_PATH}`;
    const blocked = await explained(join(place, 'tool'), path);
    expect(blocked).toMatchObject({ allowed: false, blockedAt: { path: join(place, 'nvm'), needs: 'search' } });
    expect(blocked.blockedAt?.reason).toContain('wca-node');
    expect(await runs(join(place, 'tool'), path)).toBe(false);

    script(join(place, 'bin/wca-node'), '#!/bin/sh\n');
    const answer = await explained(join(place, 'tool'), path);
    expect(answer).toMatchObject({ allowed: true, blockedAt: null });
    expect(answer.chain).toContain('/usr/bin/env');
    expect(answer.chain).toContain(join(place, 'bin/wca-node'));
    expect(await runs(join(place, 'tool'), path)).toBe(true);
  });

  it('shows every directory above each file of the chain, with what it decided', async () => {
    const place = freshPlace();
    directory(join(place, 'closed'), 0o700);
    script(join(place, 'closed/wca-node'), '#!/bin/sh\n');
    script(join(place, 'tool'), '#!/usr/bin/env wca-node\n');
    symlinkSync('tool', join(place, 'link'));
    const { components } = await explained(join(place, 'link'), join(place, 'closed'));
    const of = (file: string): [string, string, boolean][] =>
      components.filter((one) => one.of === file).map(({ path, needs, allowed }) => [path, needs, allowed]);
    const above = (path: string): [string, string, boolean][] =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, n, names) => [names.slice(0, n + 1).join('/') || '/', 'search', true]);
    expect(of(join(place, 'link'))).toEqual([
      ...above(join(place, 'link')),
      [join(place, 'link'), 'follow', true],
      [join(place, 'tool'), 'execute', true],
      [join(place, 'tool'), 'read', true],
    ]);
    expect(of('/usr/bin/env')).toEqual([...above('/usr/bin/env'), ['/usr/bin/env', 'execute', true]]);
    expect(of(join(place, 'closed/wca-node'))).toEqual([
      ...above(join(place, 'closed')),
      [join(place, 'closed'), 'search', false],
      [join(place, 'closed/wca-node'), 'execute', true],
    ]);
    expect(new Set(components.map((one) => one.of)).size).toBe(4);
  });

  it('goes on in PATH behind files that cannot be started, and not behind one whose own env fails', async () => {
    const place = freshPlace();
    for (const name of ['a', 'b', 'c', 'd']) directory(join(place, name));
    script(join(place, 'a/prog'), '#!/bin/sh\n', 0o644);
    script(join(place, 'b/prog'), '#!/wca/no/such/interpreter\n');
    script(join(place, 'c/prog'), '#!/bin/sh\n');
    script(join(place, 'd/prog'), '#!/usr/bin/env wca-no-such-program\n');
    script(join(place, 'tool'), '#!/usr/bin/env prog\n');
    const all = ['a', 'b', 'c', 'd'].map((name) => join(place, name)).join(':');
    expect((await explained(join(place, 'tool'), all)).allowed).toBe(true);
    expect(await runs(join(place, 'tool'), `${all}:/usr/bin`)).toBe(true);
    const stuck = `${place}/d:${place}/c`;
    expect((await explained(join(place, 'tool'), stuck)).blockedAt?.reason).toContain('wca-no-such-program');
    expect(await runs(join(place, 'tool'), `${stuck}:/usr/bin`)).toBe(false);
  });

  it('says what is wrong with interpreters that are missing, relative, or end in a carriage return', async () => {
    const place = freshPlace();
    const cases: [string, string][] = [
      ['#!/wca/missing\n', '/wca does not exist'],
      ['#!bin/sh\n', 'not an absolute path'],
      ['#!/bin/sh\r\n', 'Windows line ends'],
      ['#!/usr/bin/env sh\r\n', 'Windows line ends'],
      ['#!/usr/bin/env sh -e\n', 'env finds no sh -e in'],
      ['echo hello\n', 'neither an ELF program nor a #! script'],
      ['', 'neither an ELF program nor a #! script'],
    ];
    for (const [text, reason] of cases) {
      const { allowed, blockedAt } = await explained(script(join(place, 'tool'), text));
      expect(allowed, text).toBe(false);
      expect(blockedAt?.reason, text).toContain(reason);
    }
    script(join(place, 'tool'), '#!/usr/bin/env -S sh -e\n');
    expect((await explained(join(place, 'tool'))).allowed).toBe(true);
  });

  it('wants a script readable for its user, a program not', async () => {
    const place = freshPlace();
    script(join(place, 'tool'), '#!/bin/sh\n', 0o711);
    const { blockedAt } = await explained(join(place, 'tool'));
    expect(blockedAt).toMatchObject({ path: join(place, 'tool'), needs: 'read' });
    expect(await runs(join(place, 'tool'))).toBe(false);
    copyFileSync('/usr/bin/true', join(place, 'program'));
    chmodSync(join(place, 'program'), 0o711);
    expect((await explained(join(place, 'program'))).allowed).toBe(true);
    expect(await runs(join(place, 'program'))).toBe(true);
  });

  it('follows interpreters that are scripts themselves, as deep as the kernel does', async () => {
    const place = freshPlace();
    script(join(place, 's0'), '#!/bin/true\n');
    for (let n = 1; n <= 6; n += 1) script(join(place, `s${n}`), `#!${join(place, `s${n - 1}`)}\n`);
    for (let n = 0; n <= 6; n += 1) {
      const path = join(place, `s${n}`);
      expect([n, (await explained(path)).allowed]).toEqual([n, await runs(path)]);
    }
    script(join(place, 'loop'), `#!${join(place, 'loop')}\n`);
    expect((await explained(join(place, 'loop'))).allowed).toBe(false);
  });

  it('sees a program for another machine, and one whose loader is missing', async () => {
    const place = freshPlace();
    const elf = readFileSync('/usr/bin/true');
    const foreign = Buffer.from(elf);
    foreign.writeUInt16LE(8, 18);
    expect((await explained(script(join(place, 'mips'), foreign))).blockedAt?.reason).toContain('another architecture');
    const loader = elf.indexOf('/ld-');
    const broken = Buffer.from(elf);
    broken.write('/XX-', loader);
    expect((await explained(script(join(place, 'broken'), broken))).blockedAt?.reason).toContain('loader');
    expect(await runs(join(place, 'broken'))).toBe(false);
  });

  it('reports the file itself missing as an error', async () => {
    const place = freshPlace();
    const answer = await explainExecution(join(place, 'none'), WWW_DATA, { searchPath: TRUSTED_PATH });
    expect(answer).toBeErr({ code: 'NOT_FOUND' });
  });
});
