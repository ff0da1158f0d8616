// @module-tag root
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { sha256 } from '../../../../src/recipes/engine/plan/digest.js';
import { composeAgentsStep } from '../../../../src/recipes/steps/site/composeAgentsStep.js';
import type { FileState } from '../../../../src/recipes/steps/files/fileState.js';
import { tempDir } from '../../tempDir.js';

const OLD = 'call wp with --allow-root\n';
const RENDERED = 'call wp\n';

/** A site whose AGENTS.md holds `now`, after a run that rendered `RENDERED` into it. */
function rendered(now: string): { readonly file: string; undo: () => Promise<readonly string[]> } {
  const dir = tempDir();
  const file = join(dir, 'AGENTS.md');
  const ctx: StepContext = {
    runDir: dir,
    recordPath: (name) => join(dir, 'records', name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  mkdirSync(join(dir, 'records'));
  writeFileSync(ctx.recordPath('rendered'), sha256(RENDERED));
  writeFileSync(file, now);
  const before: FileState = {
    bytes: Buffer.from(OLD).toString('base64'),
    mode: 0o644,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    within: '1',
  };
  const undo = async (): Promise<readonly string[]> =>
    (await composeAgentsStep.undo({ site: dir, user: 'nobody', gid: before.gid }, before, ctx))._unsafeUnwrap().notes;
  return { file, undo };
}

test('what was rendered is replaced by what was there before, without a word', async () => {
  const { file, undo } = rendered(RENDERED);
  expect(await undo()).toEqual([]);
  expect(readFileSync(file, 'utf8')).toBe(OLD);
});

test('what was written into it since is kept among the records before the old file comes back, and told', async () => {
  const { file, undo } = rendered(`${RENDERED}and mind the gap\n`);
  const notes = await undo();
  expect(readFileSync(file, 'utf8')).toBe(OLD);
  const kept = /kept in (\S+)/.exec(notes.join())?.[1] ?? '';
  expect(readFileSync(kept, 'utf8')).toBe(`${RENDERED}and mind the gap\n`);
  expect(await undo()).toEqual([]);
});

test('a file that the account could not read is not given to it, not even until it is rendered', async () => {
  const dir = tempDir();
  const file = join(dir, 'AGENTS.md');
  writeFileSync(file, 'a dump\n', { mode: 0o600 });
  const ctx: StepContext = {
    runDir: dir,
    recordPath: (name) => join(dir, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  const args = { site: dir, user: 'nobody', gid: 0 };
  const found = (await composeAgentsStep.check(args))._unsafeUnwrap();
  if (found.state !== 'needed') throw new Error('nothing to do');
  const before = statSync(file);
  expect(await composeAgentsStep.apply(args, found.before, ctx)).toBeErr({ code: 'PRIVATE_FILE' });
  const { ino, mode, uid } = statSync(file);
  expect({ ino, mode, uid }).toEqual({ ino: before.ino, mode: before.mode, uid: before.uid });
});

test('where the site does not compose the file, only the flag is taken out, and the agent alone may write it', async () => {
  const dir = tempDir();
  const file = join(dir, 'AGENTS.md');
  const told = (flag: string): string => `# Rules\n- \`wp${flag} datamachine --help\`\n- wp${flag}, \xff and no more\n`;
  writeFileSync(file, told(' --allow-root'), { encoding: 'latin1' });
  chmodSync(file, 0o664);
  const progress: string[] = [];
  const ctx: StepContext = {
    runDir: dir,
    recordPath: (name) => join(dir, 'records', name),
    progress: (text) => progress.push(text),
    signal: new AbortController().signal,
    force: false,
  };
  mkdirSync(join(dir, 'records'));
  const args = { site: dir, user: 'www-data', gid: 33 };
  const found = (await composeAgentsStep.check(args))._unsafeUnwrap();
  if (found.state !== 'needed') throw new Error('nothing to do');
  expect(await composeAgentsStep.apply(args, found.before, ctx)).toBeOk();
  expect(readFileSync(file, 'latin1')).toBe(told(''));
  const { mode, uid, gid } = statSync(file);
  expect({ mode: mode & 0o7777, uid, gid }).toEqual({ mode: 0o644, uid: 33, gid: 33 });
  expect(progress.join()).toContain('is not rendered again, only --allow-root is taken out');
  expect(await composeAgentsStep.verify(args, ctx)).toBeOk();
  expect((await composeAgentsStep.check(args))._unsafeUnwrap().state).toBe('satisfied');
  expect((await composeAgentsStep.undo(args, found.before, ctx))._unsafeUnwrap().notes).toEqual([]);
  expect(readFileSync(file, 'latin1')).toBe(told(' --allow-root'));
});

test('a file that others than its owner can write is closed, though the flag is not in it', async () => {
  const dir = tempDir();
  writeFileSync(join(dir, 'AGENTS.md'), 'call wp\n');
  chownSync(join(dir, 'AGENTS.md'), 33, 33);
  const state = async (mode: number): Promise<string> => {
    chmodSync(join(dir, 'AGENTS.md'), mode);
    return (await composeAgentsStep.check({ site: dir, user: 'www-data', gid: 33 }))._unsafeUnwrap().state;
  };
  expect([await state(0o664), await state(0o644)]).toEqual(['needed', 'satisfied']);
});
