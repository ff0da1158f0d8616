// @module-tag root
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareSudoHop, inspectSudoHop } from '../../../src/kimaki/dispatch/inspectSudoHop.js';
import { renderSudoHop } from '../../../src/kimaki/dispatch/renderSudoHop.js';
import type { ManagedFile, SudoHop } from '../../../src/kimaki/dispatch/sudoHop.js';

const rendered = renderSudoHop({
  callers: ['www-data'],
  serviceUser: 'opencode',
  home: '/home/opencode',
  dataDir: '/home/opencode/.kimaki',
  binary: '/usr/bin/kimaki',
})._unsafeUnwrap();

let dir = '';
let hop: SudoHop;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hop-'));
  const inside = (file: ManagedFile, name: string): ManagedFile => ({ ...file, path: join(dir, name) });
  hop = {
    ...rendered,
    wrapper: inside(rendered.wrapper, 'wrapper'),
    target: inside(rendered.target, 'target'),
    sudoers: inside(rendered.sudoers, 'sudoers'),
  };
  // The rule has to name the target where it lies in this test.
  hop = {
    ...hop,
    sudoers: { ...hop.sudoers, content: hop.sudoers.content.replaceAll(rendered.target.path, hop.target.path) },
  };
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function install(): Promise<void> {
  for (const file of [hop.wrapper, hop.target, hop.sudoers]) {
    await writeFile(file.path, file.content);
    await chmod(file.path, file.mode);
  }
}

async function problems(): Promise<readonly string[]> {
  const report = (await inspectSudoHop(hop))._unsafeUnwrap();
  expect(report.current).toBe(report.findings.length === 0);
  return report.findings.map(({ path, problem }) => `${path.slice(dir.length + 1)} ${problem}`);
}

describe('inspectSudoHop', () => {
  it('finds nothing wrong with what was installed as wanted', async () => {
    await install();
    expect(await problems()).toEqual([]);
  });

  it('says that nothing is there when nothing is', async () => {
    expect((await inspectSudoHop(hop))._unsafeUnwrap()).toMatchObject({ absent: true, current: false });
    expect(await problems()).toEqual(['wrapper missing', 'target missing', 'sudoers missing']);
  });

  it('finds a helper of an older version, and the caller its rule forgot', async () => {
    await install();
    await writeFile(hop.target.path, '#!/bin/sh\nexport HOME=/home/opencode\nexec /usr/bin/kimaki "$@"\n');
    await writeFile(hop.sudoers.path, `opencode ALL=(opencode) NOPASSWD: ${hop.target.path} *\n`);
    expect(await problems()).toEqual(['target content', 'sudoers content', 'sudoers caller-line-missing']);
    const report = (await inspectSudoHop(hop))._unsafeUnwrap();
    expect(report.findings.at(-1)?.detail).toBe('no rule lets www-data use the target');
  });

  it('finds wrong owners, wrong modes and links', async () => {
    await install();
    await chown(hop.target.path, 33, 0);
    await chmod(hop.sudoers.path, 0o644);
    await rm(hop.wrapper.path);
    await symlink(hop.target.path, hop.wrapper.path);
    expect(await problems()).toEqual(['wrapper not-a-file', 'target owner', 'sudoers mode']);
  });

  it('finds a directory above in which somebody else could exchange the target', async () => {
    await mkdir(join(dir, 'open'));
    await chmod(join(dir, 'open'), 0o777);
    hop = { ...hop, target: { ...hop.target, path: join(dir, 'open/target') } };
    hop = {
      ...hop,
      sudoers: { ...hop.sudoers, content: hop.sudoers.content.replaceAll(join(dir, 'target'), hop.target.path) },
    };
    await install();
    expect(await problems()).toEqual(['open/target untrusted-path']);
  });
});

describe('compareSudoHop', () => {
  it('does not take a rule in a comment, for another user or for another program as one', () => {
    const { target } = rendered;
    for (const line of [
      `# www-data ALL=(opencode) NOPASSWD: ${target.path} *`,
      `www-data ALL=(root) NOPASSWD: ${target.path} *`,
      'www-data ALL=(opencode) NOPASSWD: /usr/bin/kimaki *',
      `www-data2 ALL=(opencode) NOPASSWD: ${target.path} *`,
    ]) {
      const file = { bytes: Buffer.from(`${line}\n`), uid: 0, gid: 0, mode: 0o440 };
      const report = compareSudoHop(rendered, [{ path: rendered.sudoers.path, file }]);
      expect(report.findings.filter((one) => one.problem === 'caller-line-missing')).toHaveLength(2);
    }
  });
});
