import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { oldHomeMentions } from '../../../src/kimaki/state-paths/oldHomeMentions.js';
import type { OldHomeMentions } from '../../../src/kimaki/state-paths/oldHomeMentions.js';
import { makeTree } from '../support/tree.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mentions-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function search(roots: readonly string[] = [dir]): Promise<OldHomeMentions> {
  return (await oldHomeMentions(roots, ['/root']))._unsafeUnwrap();
}
const places = (found: OldHomeMentions): string[] =>
  found.mentions.map(({ file, line, kind, text }) => `${file.slice(dir.length + 1)}:${line ?? '-'} ${kind} ${text}`);

it('finds shims, settings and links that name the old home, line by line', async () => {
  await makeTree(dir, {
    'bin/kimaki': '#!/bin/sh\nexec /root/.bun/bin/bun /root/.kimaki/x "$@"\n',
    'opencode.json': '{"plugin":["file:///root/p.ts"],\n"d":"\\/root\\/x"}\n',
    'projects/link': { link: '/root/work' },
    'projects/other': { link: '/rootfs' },
    'fine.txt': '/rootfs /srv/root /root2\n',
  });
  const found = await search();
  expect(places(found)).toEqual([
    'opencode.json:1 text {"plugin":["file:///root/p.ts"],',
    String.raw`opencode.json:2 text "d":"\\/root\\/x"}`,
    'projects/link:- symlink /root/work',
    'bin/kimaki:2 text exec /root/.bun/bin/bun /root/.kimaki/x "$@"',
  ]);
  expect(found).toMatchObject({ complete: true, notSearched: [] });
});

it('opens no database, no large file and no FIFO, and says what it did not search', async () => {
  await makeTree(dir, {
    'discord.db': '/root',
    'discord.db-wal': '/root',
    'big.log': '/root'.repeat(100_000),
    'node_modules/a.js': '/root',
  });
  await writeFile(join(dir, 'binary'), Buffer.from('/root\0'));
  execFileSync('mkfifo', [join(dir, 'fifo')]);
  const found = await search();
  expect(found.mentions).toEqual([]);
  expect(found.notSearched.map((file) => file.slice(dir.length + 1)).sort()).toEqual([
    'big.log',
    'binary',
    'discord.db',
    'discord.db-wal',
  ]);
});

it('shows no secret and no control character, and shortens', async () => {
  await makeTree(dir, { env: `KIMAKI_BOT_TOKEN=canary1234 HOME=/root \u001b[31m${'x'.repeat(500)}\n` });
  const [mention] = (await search()).mentions;
  expect(mention?.text).not.toContain('canary');
  expect(mention?.text).not.toContain('\u001b');
  expect(mention?.text.length).toBeLessThanOrEqual(200);
});

it('takes single files and passes over what is not there', async () => {
  await makeTree(dir, { '.claude.json': '{"home":"/root"}' });
  expect(places(await search([join(dir, '.claude.json'), join(dir, 'absent')]))).toEqual([
    '.claude.json:1 text {"home":"/root"}',
  ]);
});
