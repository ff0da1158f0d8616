// @module-tag root
// @module-tag slow
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { firstSkipped, reclaimStep, rootsOnPurpose } from '../../../../src/recipes/steps/ownership/reclaimStep.js';
import type { ReclaimArgs } from '../../../../src/recipes/steps/ownership/reclaimStep.js';
import { snapshotTree, testStepKind } from '../../stepHarness.js';
import { tempDir } from '../../tempDir.js';

const WWW = 33;

/** A place of its own for a tree and its records, as an engine would give them. */
function arrange(): { readonly root: string; readonly ctx: StepContext } {
  const dir = tempDir();
  const root = join(dir, 'tree');
  mkdirSync(root);
  own(root, WWW);
  const ctx: StepContext = {
    runDir: dir,
    recordPath: (name) => join(dir, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  return { root, ctx };
}

function argsFor(root: string, more: Partial<ReclaimArgs> = {}): ReclaimArgs {
  return {
    root,
    from: 0,
    to: { user: 'www-data', group: 'www-data' },
    why: 'for the test',
    allowUnprotectedHardlinks: true,
    ...more,
  };
}

function put(path: string, mode = 0o644, uid = 0): void {
  writeFileSync(path, 'x');
  own(path, uid);
  chmodSync(path, mode);
}

function own(path: string, uid: number): void {
  chownSync(path, uid, uid);
}

const about = (path: string): string => {
  const { uid, gid, mode } = lstatSync(path);
  return `${uid}:${gid} ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
};

async function applied(args: ReclaimArgs, ctx: StepContext): Promise<void> {
  const check = await reclaimStep.check(args);
  if (check.isErr()) throw new Error(check.error.message);
  if (check.value.state !== 'needed') throw new Error('nothing to do');
  const done = await reclaimStep.apply(args, check.value.before, ctx);
  if (done.isErr()) throw new Error(done.error.message);
}

async function undone(args: ReclaimArgs, ctx: StepContext): Promise<readonly string[]> {
  const back = await reclaimStep.undo(args, { entries: 0 }, ctx);
  if (back.isErr()) throw new Error(back.error.message);
  return back.value.notes;
}

testStepKind('a file of root below a directory of another', reclaimStep, (dir) => {
  const root = join(dir, 'tree');
  mkdirSync(root);
  own(root, WWW);
  put(join(root, 'roots'), 0o640);
  put(join(root, 'theirs'), 0o644, 1000);
  put(join(dir, 'decoy'), 0o600);
  symlinkSync(join(dir, 'decoy'), join(root, 'link'));
  own(join(dir, 'decoy'), 0);
  return {
    args: argsFor(root),
    snapshot: () => snapshotTree(dir),
    // The tree is taken away, and a link to something of root's stands in its place: it must not be followed.
    disturb: () => {
      renameSync(root, join(dir, 'away'));
      mkdirSync(join(dir, 'other'));
      put(join(dir, 'other/roots'), 0o600);
      chownSync(dir, 1000, 1000);
      symlinkSync(join(dir, 'other'), root);
    },
  };
});

testStepKind('a file that somebody gives another name meanwhile', reclaimStep, (dir) => {
  const root = join(dir, 'tree');
  mkdirSync(root);
  own(root, WWW);
  put(join(root, 'roots'));
  return {
    args: argsFor(root),
    snapshot: () => snapshotTree(dir),
    disturb: () => linkSync(join(root, 'roots'), join(root, 'second')),
  };
});

describe('posix.reclaim', () => {
  test('tells before its first change what cannot safely change hands, and leaves it when asked to', async () => {
    const { root, ctx } = arrange();
    put(join(root, 'a'));
    linkSync(join(root, 'a'), join(root, 'b'));
    put(join(root, 'setuid'), 0o4755);
    put(join(root, 'plain'));
    const refused = await reclaimStep.check(argsFor(root));
    expect(refused).toBeErr({
      code: 'UNSAFE_ENTRIES',
      message: expect.stringContaining('(setuid)') as string,
    });
    await applied(argsFor(root, { leaveUnsafe: true }), ctx);
    expect(['a', 'setuid', 'plain'].map((name) => about(join(root, name)))).toEqual([
      '0:0 0644',
      '0:0 4755',
      '33:33 0644',
    ]);
    const again = await reclaimStep.check(argsFor(root, { leaveUnsafe: true }));
    expect(again).toBeOk(expect.objectContaining({ state: 'satisfied' }));
  });

  test('leaves what the reader could not read, with all below it, and says so', async () => {
    const { root, ctx } = arrange();
    put(join(root, 'open'));
    put(join(root, 'secret'), 0o600);
    mkdirSync(join(root, 'closed'), { mode: 0o700 });
    put(join(root, 'closed/inside'));
    const args = argsFor(root, { reader: 'www-data' });
    const check = await reclaimStep.check(args);
    expect(check.isOk() && check.value.state === 'needed' && check.value.note).toMatch(
      /^1 entry; left as they are: .*private/,
    );
    await applied(args, ctx);
    expect(about(join(root, 'open'))).toBe('33:33 0644');
    expect([about(join(root, 'secret')), about(join(root, 'closed')), about(join(root, 'closed/inside'))]).toEqual([
      '0:0 0600',
      '0:0 0700',
      '0:0 0644',
    ]);
  });

  test('leaves what is excluded, by its absolute path or relative to the root', async () => {
    const { root, ctx } = arrange();
    for (const name of ['absolute', 'relative', 'other']) put(join(root, name));
    await applied(argsFor(root, { exclude: [join(root, 'absolute'), 'relative'] }), ctx);
    expect(['absolute', 'relative', 'other'].map((name) => lstatSync(join(root, name)).uid)).toEqual([0, 0, WWW]);
  });

  test('leaves files that are root’s on purpose, wherever they are', async () => {
    const { root, ctx } = arrange();
    mkdirSync(join(root, 'deep'));
    for (const name of ['.htaccess', 'deep/wp-config.php', 'deep/.user.ini', 'deep/wp-config.php.bak'])
      put(join(root, name));
    await applied(argsFor(root, { keptNames: true }), ctx);
    expect(
      ['.htaccess', 'deep/wp-config.php', 'deep/.user.ini'].map((name) => lstatSync(join(root, name)).uid),
    ).toEqual([0, 0, 0]);
    expect(lstatSync(join(root, 'deep/wp-config.php.bak')).uid).toBe(WWW);
  });

  test('opens to the group only what changes hands in a shared place, and neither secrets nor private files', async () => {
    const { root, ctx } = arrange();
    mkdirSync(join(root, 'shared'));
    mkdirSync(join(root, 'shared-not'));
    const files = ['shared/a.php', 'shared/.env', 'shared-not/a.php'];
    for (const name of files) put(join(root, name));
    put(join(root, 'shared/private'), 0o640);
    await applied(argsFor(root, { groupWriteBelow: [join(root, 'shared')] }), ctx);
    expect([...files, 'shared/private', 'shared', 'shared-not'].map((name) => about(join(root, name)))).toEqual([
      '33:33 0664',
      '33:33 0644',
      '33:33 0644',
      '33:33 0640',
      '33:33 0775',
      '33:33 0755',
    ]);
  });

  test('closes what changes hands to group and others where the place steers the agent, and nothing else', async () => {
    const { root, ctx } = arrange();
    put(join(root, 'opencode.json'), 0o664);
    put(join(root, 'theirs'), 0o664, WWW);
    mkdirSync(join(root, 'skills'));
    chmodSync(join(root, 'skills'), 0o2777);
    const args = argsFor(root, { closed: true });
    expect(await reclaimStep.apply(args, { entries: 2 }, ctx)).toBeOk();
    const modes = ['opencode.json', 'theirs', 'skills'].map((name) => lstatSync(join(root, name)).mode & 0o7777);
    expect(modes).toEqual([0o644, 0o664, 0o2755]);
    expect(await reclaimStep.undo(args, { entries: 2 }, ctx)).toBeOk();
    expect(lstatSync(join(root, 'opencode.json')).mode & 0o7777).toBe(0o664);
  });

  test('undo leaves what was changed or replaced since, and says so', async () => {
    const { root, ctx } = arrange();
    for (const name of ['same', 'chowned', 'replaced', 'removed']) put(join(root, name));
    await applied(argsFor(root), ctx);
    own(join(root, 'chowned'), 1000);
    put(join(root, 'new'), 0o644, WWW);
    renameSync(join(root, 'new'), join(root, 'replaced'));
    rmSync(join(root, 'removed'));
    const notes = await undone(argsFor(root), ctx);
    expect(notes).toHaveLength(3);
    for (const name of ['chowned', 'replaced', 'removed']) expect(notes.join('\n')).toContain(join(root, name));
    expect(['same', 'chowned', 'replaced'].map((name) => lstatSync(join(root, name)).uid)).toEqual([0, 1000, WWW]);
  });

  test('a place that is cleared away has nothing to do, and nothing to undo', async () => {
    const { root, ctx } = arrange();
    put(join(root, 'file'));
    const args = argsFor(root, { mayBeGone: true });
    await applied(args, ctx);
    rmSync(root, { recursive: true });
    const check = await reclaimStep.check(args);
    expect(check).toBeOk(expect.objectContaining({ state: 'satisfied' }));
    expect(await reclaimStep.apply(args, { entries: 1 }, ctx)).toBeOk();
    expect(await reclaimStep.verify(args, ctx)).toBeOk();
    expect(await undone(args, ctx)).toEqual([`${root}: it does not exist any more`]);
  });

  test('a place that should be there and is not is an error', async () => {
    const { root } = arrange();
    const check = await reclaimStep.check(argsFor(join(root, 'nowhere')));
    expect(check).toBeErr({ code: 'NOT_FOUND' });
  });

  test('an account that does not exist is an error, not a number', async () => {
    const { root } = arrange();
    const check = await reclaimStep.check(argsFor(root, { to: { user: 'nobody-has-this-name', group: 'www-data' } }));
    expect(check).toBeErr({ code: 'USER_NOT_FOUND' });
  });

  test('keeps the old owner and mode of every entry in a record that only root can read', async () => {
    const { root, ctx } = arrange();
    put(join(root, 'file'), 0o640);
    await applied(argsFor(root), ctx);
    const record = readFileSync(ctx.recordPath('changes.ndjson'), 'utf8');
    expect(record).toContain('"before":[0,0,"0640"],"after":[33,33,"0640"]');
    expect(lstatSync(ctx.recordPath('changes.ndjson')).mode & 0o077).toBe(0);
  });
});

describe('rootsOnPurpose', () => {
  test.each([
    ['wp-config.php', true],
    ['deep/er/.htaccess', true],
    ['.user.ini', true],
    ['wp-config-sample.php', false],
    ['.htaccess/inside', false],
  ])('of %s is %s', (path, expected) => {
    expect(rootsOnPurpose(Buffer.from(path))).toBe(expected);
  });
});

test('names five of the entries that are left, and counts the others', () => {
  const entries = Array.from({ length: 7 }, (_, index) => ({ path: `/${index}`, reason: 'hard-link' as const }));
  expect(firstSkipped(entries)).toMatch(/^\/0 .* and 2 more$/);
});
